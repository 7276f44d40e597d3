//! Registries that lie, flood, lead in circles, or fish for credentials.

use mvi_registry::{CredentialSources, Insecure};

use crate::desk::{Desk, told};
use crate::layout::{Layout, digest, gzip, noise, tar};
use crate::server::{Asked, Reply, Server};

/// The code of reading an image whose answers are changed like this.
fn check(change: impl Fn(&Asked, Reply) -> Reply + Send + Sync + 'static, expected: &str) {
    let server = Server::registry(Layout::small(), change);
    assert_eq!(Desk::new().code(&format!("{}/app:1", server.host)), expected);
}

#[test]
fn bytes_that_are_not_what_their_digest_says_are_refused() {
    let layout = Layout::small();
    let layer = layout.layers()[0].clone();
    let other = gzip(&tar(&[("etc/os-release", b"ID=evil\n"), ("app", b"hello")]));
    assert_eq!(other.len(), layout.blobs[&layer].len());
    let is_layer = move |asked: &Asked| asked.path.contains(&layer);
    let spoilt = is_layer.clone();
    check(move |asked, honest| if spoilt(asked) { Reply::new(200, other.clone()) } else { honest }, "E-DIGEST-BLOB");
    let cut = is_layer.clone();
    let short = move |asked: &Asked, mut honest: Reply| {
        let keep = if cut(asked) { honest.body.len() / 2 } else { honest.body.len() };
        honest.body.truncate(keep);
        honest
    };
    check(short, "E-SIZE");
    let flip = move |asked: &Asked, mut honest: Reply| {
        if is_layer(asked) {
            honest.body[30] ^= 1;
        }
        honest
    };
    check(flip, "E-DIGEST-BLOB");
}

#[test]
fn a_config_that_was_exchanged_is_refused() {
    let layout = Layout::small();
    let top = layout.top_digest();
    let layer = layout.layers()[0].clone();
    let is_config = move |asked: &Asked| {
        asked.path.contains("/blobs/") && !asked.path.contains(&layer) && !asked.path.contains(&top)
    };
    check(move |asked, honest| if is_config(asked) { Reply::new(200, "{}") } else { honest }, "E-DIGEST-BLOB");
}

#[test]
fn a_manifest_that_is_not_what_was_asked_for_is_refused() {
    let server = Server::registry(Layout::small(), |_, honest| honest);
    let wanted = digest(b"another manifest");
    let name = format!("{}/app@{wanted}", server.host);
    assert_eq!(Desk::new().code(&name), "E-NOT-FOUND");
    let server = Server::new(move |_| Reply::new(200, Layout::small().manifest()));
    assert_eq!(Desk::new().code(&format!("{}/app@{wanted}", server.host)), "E-DIGEST-MANIFEST");
}

#[test]
fn a_manifest_of_two_gigabytes_is_refused_after_the_limit() {
    let endless = |stated: Option<u64>| Reply { stated, repeat: Some(2 << 30), ..Reply::new(200, vec![b' '; 65_536]) };
    for stated in [2 << 30, 1_000_000_000_000] {
        let server = Server::new(move |_| endless(Some(stated)));
        let mut desk = Desk::new();
        desk.limits.document_bytes = 1 << 20;
        assert_eq!(desk.code(&format!("{}/app", server.host)), "E-TOO-LARGE");
        assert!(server.sent("manifests") < 64 << 20, "{}", server.sent("manifests"));
    }
}

#[test]
fn a_manifest_of_unknown_length_is_read_to_the_limit_only() {
    // 65,536 bytes in hexadecimal, over and over.
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend_from_slice(&[b' '; 65_536]);
    chunk.extend_from_slice(b"\r\n");
    let server = Server::new(move |_| {
        Reply { repeat: Some(2 << 30), ..Reply::new(200, chunk.clone()) }.header("transfer-encoding", "chunked")
    });
    let mut desk = Desk::new();
    desk.limits.document_bytes = 1 << 20;
    assert_eq!(desk.code(&format!("{}/app", server.host)), "E-TOO-LARGE");
    assert!(server.sent("manifests") < 64 << 20, "{}", server.sent("manifests"));
}

#[test]
fn a_header_without_end_is_refused() {
    check(|_, honest| honest.header("x", "y".repeat(200_000)), "E-TOO-LARGE");
}

#[test]
fn redirects_in_circles_and_without_end_are_not_followed() {
    let circle = |asked: &Asked, _| Reply::new(307, "").header("location", asked.path.clone());
    check(circle, "E-REDIRECT");
    let endless = |asked: &Asked, _| Reply::new(302, "").header("location", format!("{}x", asked.path));
    check(endless, "E-REDIRECT");
    check(|_, _| Reply::new(302, "").header("location", "file:///etc/passwd"), "E-REDIRECT");
    check(|_, _| Reply::new(302, "").header("location", "http://user:pw@127.0.0.1/"), "E-REDIRECT");
}

#[test]
fn credentials_are_not_shown_to_the_host_behind_a_redirect() {
    let layout = Layout::small();
    let layer = layout.layers()[0].clone();
    let store = Server::registry(layout.clone(), |_, honest| honest);
    let target = store.host.clone();
    let front = Server::registry(layout, move |asked, honest| {
        if asked.header("authorization").is_none() {
            return Reply::new(401, "").header("www-authenticate", "Basic realm=r");
        }
        if asked.path.contains(&layer) {
            return Reply::new(307, "").header("location", format!("http://{target}{}", asked.path));
        }
        honest
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auth.json");
    std::fs::write(&file, format!(r#"{{"auths":{{"{}":{{"auth":"dTpw"}}}}}}"#, front.host)).unwrap();
    let mut desk = Desk::new();
    desk.options.credentials = CredentialSources { file: Some(file), ..Default::default() };
    assert_eq!(desk.code(&format!("{}/app", front.host)), "fine");
    assert!(front.asked().iter().any(|asked| asked.header("authorization") == Some("Basic dTpw")));
    assert_eq!(store.asked().len(), 1);
    assert!(store.asked().iter().all(|asked| asked.header("authorization").is_none()));
}

#[test]
fn a_host_behind_a_redirect_that_asks_for_credentials_gets_none() {
    let thief = Server::new(|_| Reply::new(401, "").header("www-authenticate", "Basic realm=r"));
    let target = format!("http://{}/x", thief.host);
    let front = Server::new(move |_| Reply::new(302, "").header("location", target.clone()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auth.json");
    std::fs::write(&file, format!(r#"{{"auths":{{"{}":{{"auth":"dTpw"}}}}}}"#, front.host)).unwrap();
    let mut desk = Desk::new();
    desk.options.credentials = CredentialSources { file: Some(file), ..Default::default() };
    assert_eq!(desk.code(&format!("{}/app", front.host)), "E-UNAUTHORIZED");
    assert!(thief.asked().iter().all(|asked| asked.header("authorization").is_none()));
}

#[test]
fn schema_1_manifests_are_named_for_what_they_are() {
    let old = r#"{"schemaVersion":1,"name":"app","fsLayers":[],"history":[]}"#;
    let signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    check(move |_, _| Reply::new(200, old).header("content-type", signed), "E-SCHEMA1");
    check(move |_, _| Reply::new(200, old).header("content-type", "application/json"), "E-SCHEMA1");
}

#[test]
fn answers_that_are_no_documents_are_said_to_be_none() {
    check(|_, _| Reply::new(200, "<html>login here</html>"), "E-DOCUMENT");
    check(|_, _| Reply::new(200, "[]"), "E-DOCUMENT");
    check(|_, _| Reply::new(418, "teapot"), "E-REGISTRY");
    check(|_, _| Reply::new(401, ""), "E-UNAUTHORIZED");
    check(|_, _| Reply::new(403, "no"), "E-DENIED");
}

#[test]
fn what_a_server_says_cannot_fool_a_terminal() {
    let server = Server::new(|_| Reply::new(403, "\u{1b}[2Jgone\u{202e}".repeat(1000)));
    let error = Desk::new().read(&format!("{}/app", server.host)).unwrap_err();
    let text = told(&error);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && text.len() < 4000, "{text}");
}

#[test]
fn lists_that_do_not_end_are_ended() {
    let server = Server::new(|asked| {
        let next = format!("<{}x>; rel=\"next\"", asked.path);
        Reply::new(200, r#"{"repositories":["a"],"tags":["a"]}"#)
            .header("link", if asked.before < 1 { next } else { String::new() })
    });
    let desk = Desk::new();
    let circle = Server::new(|asked| {
        Reply::new(200, r#"{"repositories":["a"]}"#).header("link", format!("<{}>; rel=\"next\"", asked.path))
    });
    assert_eq!(desk.registry().catalogue(&circle.host).unwrap_err().code(), "E-REGISTRY");
    let other = Server::new(|_| {
        Reply::new(200, r#"{"repositories":["a"]}"#).header("link", "<http://127.0.0.1:1/v2/_catalog>; rel=\"next\"")
    });
    assert_eq!(desk.registry().catalogue(&other.host).unwrap_err().code(), "E-REGISTRY");
    drop(server);
}

#[test]
fn layers_that_unpack_without_end_are_refused_at_the_limit() {
    let server = Server::registry(Layout::new(&[tar(&[("zeros", &vec![0; 5_000_000])])]), |_, honest| honest);
    let mut desk = Desk::new();
    desk.limits.layer_bytes = 1_000_000;
    assert_eq!(desk.code(&format!("{}/app", server.host)), "E-LIMIT");
}

#[test]
fn foreign_layers_that_the_registry_does_not_have_are_absent() {
    let mut layout = Layout::new(&[tar(&[("a", b"1")]), tar(&[("b", &noise(9, 50))])]);
    let foreign = layout.layers()[1].clone();
    let manifest = String::from_utf8(layout.manifest()).unwrap();
    let at = manifest.rfind("application/vnd.oci.image.layer.v1.tar+gzip").unwrap();
    let manifest =
        format!("{}{}", &manifest[..at], manifest[at..].replacen("layer.v1.tar", "layer.nondistributable.v1.tar", 1));
    layout.blobs.remove(&foreign);
    layout.top = layout.add(manifest.into_bytes(), "application/vnd.oci.image.manifest.v1+json");
    let server = Server::registry(layout, |_, honest| honest);
    let desk = Desk::new();
    let image = desk.open(&format!("{}/app", server.host)).unwrap();
    assert!(!image.layers[0].is_absent() && image.layers[1].is_absent());
    assert_eq!(desk.scan(&image, None).unwrap().len(), 2);
}

#[test]
fn only_hosts_that_were_named_are_spoken_to_in_plain_http() {
    let server = Server::registry(Layout::small(), |_, honest| honest);
    let name = format!("{}/app", server.host);
    let mut desk = Desk::new();
    desk.options.insecure = Insecure::Hosts(vec![server.host.clone()]);
    assert_eq!(desk.code(&name), "fine");
    let asked = server.asked().len();
    desk.options.insecure = Insecure::Hosts(vec!["127.0.0.1:1".into()]);
    assert_ne!(desk.code(&name), "fine");
    assert_eq!(server.asked().len(), asked);
}
