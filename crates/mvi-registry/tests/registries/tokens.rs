//! Token services: one whose signed tokens a real registry checks, and simple ones that show what is asked of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mvi_registry::{Artifact, ArtifactBlob, CredentialSources, Reference};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};

use crate::desk::Desk;
use crate::distribution::Distribution;
use crate::layout::Layout;
use crate::server::{Asked, Reply, Server};
use crate::tls::certificates;

/// The DER in a PEM file.
fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

fn decoded(text: &str) -> String {
    text.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",").replace("%2A", "*").replace("%20", " ")
}

/// Signs tokens for everything that is asked for; writing needs `user` and `secret`.
struct Issuer {
    key: EcdsaKeyPair,
    certificate: String,
}

impl Issuer {
    fn new(folder: &std::path::Path) -> Self {
        certificates(folder, &[("issuer", "DNS:issuer")]);
        let read = |name: &str| der(&std::fs::read_to_string(folder.join(name)).unwrap());
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &read("issuer.key"), &SystemRandom::new());
        Self { key: key.unwrap(), certificate: STANDARD.encode(read("issuer.crt")) }
    }

    /// A JWT (RFC 7519) with the access claims of distribution's token specification.
    fn answer(&self, asked: &Asked) -> Reply {
        let scopes = asked.path.split(['?', '&']).filter_map(|part| part.strip_prefix("scope="));
        let is_known = asked.header("authorization") == Some(&format!("Basic {}", STANDARD.encode("user:secret")));
        let access: Vec<_> = scopes
            .filter_map(|scope| {
                let scope = decoded(scope);
                let mut parts = scope.rsplitn(2, ':');
                let actions = parts.next()?.split(',').filter(|action| *action == "pull" || is_known);
                let actions: Vec<_> = actions.map(|action| format!("\"{action}\"")).collect();
                let (kind, name) = parts.next()?.split_once(':')?;
                Some(format!(r#"{{"type":"{kind}","name":"{name}","actions":[{}]}}"#, actions.join(",")))
            })
            .collect();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let header = format!(r#"{{"typ":"JWT","alg":"ES256","x5c":["{}"]}}"#, self.certificate);
        let claims = format!(
            r#"{{"iss":"issuer","sub":"x","aud":"reg","exp":{},"nbf":{},"iat":{now},"jti":"1","access":[{}]}}"#,
            now + 300,
            now - 10,
            access.join(",")
        );
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        Reply::new(200, format!(r#"{{"token":"{signed}.{}"}}"#, URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A desk with credentials for a host.
fn desk_with(folder: &std::path::Path, host: &str, entry: &str) -> Desk {
    let file = folder.join("auth.json");
    std::fs::write(&file, format!(r#"{{"auths":{{"{host}":{entry}}}}}"#)).unwrap();
    let mut desk = Desk::new();
    desk.options.credentials = CredentialSources { file: Some(file), ..Default::default() };
    desk
}

#[test]
fn a_real_registry_accepts_the_tokens_we_fetch_for_it() {
    let keys = tempfile::tempdir().unwrap();
    let issuer = Issuer::new(keys.path());
    let service = Server::new(move |asked| issuer.answer(asked));
    let realm = format!("http://{}/token", service.host);
    let bundle = keys.path().join("ca.crt");
    let token = format!("{{realm: '{realm}', service: reg, issuer: issuer, rootcertbundle: '{}'}}", bundle.display());
    let registry = Distribution::new(|_| format!("auth: {{token: {token}}}"), "");
    registry.push(&Layout::small(), "team/app:1", &["--dest-creds", "user:secret"]);
    let asked = service.asked().len();
    let desk = Desk::new();
    let client = desk.registry();
    let image = desk.open_with(&client, &format!("{}/team/app:1", registry.host)).unwrap();
    desk.scan(&image, None).unwrap();
    // One token does for manifest, config and layers.
    assert_eq!(service.asked().len() - asked, 1);
    assert!(decoded(&service.asked()[asked].path).ends_with("service=reg&scope=repository:team/app:pull"));
    let artifact = Artifact {
        artifact_type: "application/vnd.test".into(),
        blobs: vec![ArtifactBlob {
            media_type: "text/plain".into(),
            bytes: b"x".to_vec(),
            annotations: Default::default(),
        }],
        ..Artifact::default()
    };
    let name: Reference = format!("{}/team/app:record", registry.host).parse().unwrap();
    let refused = client.push_artifact(&name, &artifact).unwrap_err();
    assert!(["E-UNAUTHORIZED", "E-DENIED"].contains(&refused.code()), "{refused}");
    assert!(["E-UNAUTHORIZED", "E-DENIED"].contains(&client.catalogue(&registry.host).unwrap_err().code()));
    let auth = format!(r#"{{"auth":"{}"}}"#, STANDARD.encode("user:secret"));
    let known = desk_with(keys.path(), &registry.host, &auth).registry();
    known.push_artifact(&name, &artifact).unwrap();
    assert_eq!(known.catalogue(&registry.host).unwrap(), ["team/app"]);
}

/// A registry that accepts the newest token only, and its service, which makes `token-1`, `token-2` and so on.
fn fickle(valid_for: usize) -> (Server, Server, Arc<AtomicUsize>) {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = made.clone();
    let service = Server::new(move |_| {
        Reply::new(200, format!(r#"{{"access_token":"token-{}"}}"#, counter.fetch_add(1, Ordering::SeqCst) + 1))
    });
    let challenge = format!(r#"Bearer realm="http://{}/token",service="s",scope="repository:app:pull""#, service.host);
    let uses = Arc::new(Mutex::new(std::collections::HashMap::<String, usize>::new()));
    let registry = Server::registry(Layout::small(), move |asked, honest| {
        let refused = Reply::new(401, "").header("www-authenticate", challenge.clone());
        let Some(token) = asked.header("authorization") else { return refused };
        let mut uses = uses.lock().unwrap();
        let used = uses.entry(token.to_owned()).or_default();
        *used += 1;
        if *used > valid_for { refused } else { honest }
    });
    (registry, service, made)
}

#[test]
fn a_token_that_is_no_longer_accepted_is_renewed() {
    let (registry, _service, made) = fickle(1);
    assert_eq!(Desk::new().code(&format!("{}/app", registry.host)), "fine");
    assert_eq!(made.load(Ordering::SeqCst), 3);
}

#[test]
fn a_registry_that_accepts_no_token_is_given_up() {
    let (registry, _service, made) = fickle(0);
    assert_eq!(Desk::new().code(&format!("{}/app", registry.host)), "E-UNAUTHORIZED");
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

#[test]
fn an_identity_token_is_exchanged_and_not_shown_to_the_registry() {
    let service = Server::new(|asked| {
        let form = String::from_utf8(asked.body.clone()).unwrap();
        assert_eq!(asked.method, "POST");
        let right =
            "grant_type=refresh_token&service=s&client_id=mvi&scope=repository%3Aapp%3Apull&refresh_token=id%20token";
        if form == right { Reply::new(200, r#"{"access_token":"granted"}"#) } else { Reply::new(400, form) }
    });
    let challenge = format!(r#"Bearer realm="http://{}/token",service="s",scope="repository:app:pull""#, service.host);
    let registry = Server::registry(Layout::small(), move |asked, honest| {
        if asked.header("authorization") == Some("Bearer granted") {
            return honest;
        }
        Reply::new(401, "").header("www-authenticate", challenge.clone())
    });
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_with(folder.path(), &registry.host, r#"{"identitytoken":"id token"}"#);
    assert_eq!(desk.code(&format!("{}/app", registry.host)), "fine");
    assert!(registry.asked().iter().all(|asked| !format!("{asked:?}").contains("id token")));
}

#[test]
fn services_that_talk_nonsense_are_named() {
    for answer in ["nonsense", "{}", r#"{"token":"line\nbreak"}"#] {
        let service = Server::new(move |_| Reply::new(200, answer));
        let challenge = format!(r#"Bearer realm="http://{}/token""#, service.host);
        let registry = Server::new(move |_| Reply::new(401, "").header("www-authenticate", challenge.clone()));
        assert_eq!(Desk::new().code(&format!("{}/app", registry.host)), "E-REGISTRY", "{answer}");
    }
    for challenge in ["Bearer service=x", r#"Bearer realm="file:///etc/passwd""#, r#"Bearer realm="http://u:p@h/""#] {
        let registry = Server::new(move |_| Reply::new(401, "").header("www-authenticate", challenge));
        assert_eq!(Desk::new().code(&format!("{}/app", registry.host)), "E-REGISTRY", "{challenge}");
    }
}
