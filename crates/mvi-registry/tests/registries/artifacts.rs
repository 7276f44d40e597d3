//! Artifacts beside images: in a real registry of before distribution-spec 1.1, and in one that knows referrers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mvi_registry::{Artifact, ArtifactBlob, ListedBy, Reference};

use crate::desk::Desk;
use crate::distribution::Distribution;
use crate::layout::{Layout, digest, noise};
use crate::server::{Asked, Reply, Server};

const KIND: &str = "application/vnd.test.record.v1+json";

fn record(subject: Option<&str>, content: &[u8]) -> Artifact {
    let annotations = BTreeMap::from([("made.by".to_owned(), "test".to_owned())]);
    let blob = ArtifactBlob { media_type: KIND.into(), bytes: content.to_vec(), annotations: annotations.clone() };
    let subject = subject.map(|subject| subject.parse().unwrap());
    Artifact { artifact_type: KIND.into(), subject, blobs: vec![blob], annotations }
}

#[test]
fn artifacts_come_back_as_they_were_put() {
    let registry = Distribution::anonymous();
    let client = Desk::new().registry();
    let name: Reference = format!("{}/records:one", registry.host).parse().unwrap();
    let artifact = record(None, &noise(3, 300_000));
    let pushed = client.push_artifact(&name, &artifact).unwrap();
    assert_eq!(pushed.listed, None);
    for reference in [name.clone(), name.at(pushed.digest.clone())] {
        let pulled = client.pull_artifact(&reference).unwrap();
        assert_eq!((pulled.artifact, digest(&pulled.manifest)), (artifact.clone(), pushed.digest.clone()));
    }
    // The same again changes nothing and sends no blob.
    let before = registry.log().len();
    assert_eq!(client.push_artifact(&name, &artifact).unwrap(), pushed);
    assert!(registry.log()[before..].iter().all(|(method, _, _, _)| method != "POST" && method != "PATCH"));
    let empty = Artifact { artifact_type: KIND.into(), ..Artifact::default() };
    let pushed = client.push_artifact(&name.tagged("empty"), &empty).unwrap();
    assert_eq!(client.pull_artifact(&name.at(pushed.digest)).unwrap().artifact, empty);
}

#[test]
fn an_older_registry_lists_referrers_under_a_tag() {
    let registry = Distribution::anonymous();
    let layout = Layout::small();
    registry.push(&layout, "app:1", &[]);
    let client = Desk::new().registry();
    let name = Reference::repository(&format!("{}/app", registry.host)).unwrap();
    let subject = layout.top_digest();
    let listed = |kind| client.referrers(&name, &subject.parse().unwrap(), kind).unwrap();
    assert_eq!(listed(None), []);
    let first = client.push_artifact(&name, &record(Some(&subject), b"one")).unwrap();
    let second = client.push_artifact(&name, &record(Some(&subject), b"two")).unwrap();
    assert_eq!(first.listed, Some(ListedBy::Tag));
    client.push_artifact(&name, &record(Some(&subject), b"two")).unwrap();
    let found: Vec<_> = listed(Some(KIND)).into_iter().map(|one| one.digest).collect();
    assert_eq!(found, [first.digest.clone(), second.digest]);
    assert_eq!(listed(Some("application/vnd.other")), []);
    assert_eq!(listed(None)[0].annotations["made.by"], "test");
    assert!(client.tags(&name).unwrap().contains(&subject.replace(':', "-")));
    let pulled = client.pull_artifact(&name.at(first.digest)).unwrap();
    assert_eq!(pulled.artifact.subject.unwrap().to_string(), subject);
}

#[test]
fn each_writer_adds_to_what_others_listed() {
    let registry = Distribution::anonymous();
    let layout = Layout::small();
    registry.push(&layout, "app:1", &[]);
    let name = Reference::repository(&format!("{}/app", registry.host)).unwrap();
    let subject = layout.top_digest();
    for number in 0..4_u8 {
        let client = Desk::new().registry();
        client.push_artifact(&name, &record(Some(&subject), &[number])).unwrap();
    }
    let found = Desk::new().registry().referrers(&name, &subject.parse().unwrap(), None).unwrap();
    assert_eq!(found.len(), 4);
}

#[test]
fn a_subject_that_is_not_there_is_refused() {
    let registry = Distribution::anonymous();
    registry.push(&Layout::small(), "app:1", &[]);
    let name = Reference::repository(&format!("{}/app", registry.host)).unwrap();
    let nobody = digest(b"nobody").to_string();
    let error = Desk::new().registry().push_artifact(&name, &record(Some(&nobody), b"x")).unwrap_err();
    assert_eq!(error.code(), "E-NOT-FOUND");
}

/// A registry that keeps what it is given; `modern` ones know referrers, others take blobs in pieces only.
fn shelf(modern: bool) -> (Server, Layout) {
    let layout = Layout::small();
    let kept = Arc::new(Mutex::new((layout.clone(), Vec::<u8>::new(), Vec::<String>::new())));
    let server = Server::new(move |asked| {
        let mut kept = kept.lock().unwrap();
        let (layout, upload, referrers) = &mut *kept;
        answer(asked, modern, (layout, upload, referrers))
    });
    (server, layout)
}

fn answer(asked: &Asked, modern: bool, kept: (&mut Layout, &mut Vec<u8>, &mut Vec<String>)) -> Reply {
    let (layout, upload, referrers) = kept;
    let last = asked.path.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let digest_asked = asked.path.split_once("digest=").map(|(_, digest)| digest.replace("%3A", ":"));
    match (asked.method.as_str(), asked.path.contains("/manifests/"), asked.path.contains("/referrers/")) {
        ("POST", _, _) => {
            upload.clear();
            Reply::new(202, "")
                .header("location", "/v2/app/blobs/uploads/1?state=a")
                .header("oci-chunk-min-length", "100")
        }
        ("PATCH", _, _) => {
            assert_eq!(
                asked.header("content-range").unwrap().split('-').next(),
                Some(upload.len().to_string().as_str())
            );
            upload.extend_from_slice(&asked.body);
            Reply::new(202, "").header("location", "uploads/1?state=b")
        }
        ("PUT", false, _) if !modern && !asked.body.is_empty() => Reply::new(413, "in pieces, please"),
        ("PUT", false, _) => {
            let bytes = if asked.body.is_empty() { std::mem::take(upload) } else { asked.body.clone() };
            assert_eq!(digest_asked, Some(digest(&bytes).to_string()));
            layout.blobs.insert(digest(&bytes).to_string(), bytes);
            Reply::new(201, "")
        }
        ("PUT", true, _) => {
            let described = layout.add(asked.body.clone(), "application/vnd.oci.image.manifest.v1+json");
            let described = described.replacen('{', &format!(r#"{{"artifactType":"{KIND}","#), 1);
            referrers.push(described);
            Reply::new(201, "").header("oci-subject", "known")
        }
        (_, _, true) => Reply::new(200, format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, referrers.join(","))),
        _ => match layout.blobs.get(&last) {
            Some(bytes) => {
                Reply::new(200, bytes.clone()).header("content-type", "application/vnd.oci.image.manifest.v1+json")
            }
            None => Reply::new(404, ""),
        },
    }
}

#[test]
fn a_registry_that_knows_referrers_keeps_the_list_itself() {
    let (server, layout) = shelf(true);
    let client = Desk::new().registry();
    let name = Reference::repository(&format!("{}/app", server.host)).unwrap();
    let pushed = client.push_artifact(&name, &record(Some(&layout.top_digest()), b"one")).unwrap();
    assert_eq!(pushed.listed, Some(ListedBy::Registry));
    assert_eq!(server.count("manifests/sha256-"), 0);
    let found = client.referrers(&name, &layout.top_digest().parse().unwrap(), Some(KIND)).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].digest, pushed.digest);
    assert_eq!(client.pull_artifact(&name.at(pushed.digest)).unwrap().artifact.blobs[0].bytes, b"one");
}

#[test]
fn a_registry_that_wants_pieces_gets_pieces() {
    let (server, _) = shelf(false);
    let client = Desk::new().registry();
    let name = Reference::repository(&format!("{}/app", server.host)).unwrap();
    let content = noise(8, 20_000_000);
    let pushed = client.push_artifact(&name, &record(None, &content)).unwrap();
    assert_eq!(client.pull_artifact(&name.at(pushed.digest)).unwrap().artifact.blobs[0].bytes, content);
    // Three pieces of at most 8 MiB, and one for the empty config.
    assert_eq!(server.asked().iter().filter(|asked| asked.method == "PATCH").count(), 4);
}

#[test]
fn an_upload_that_leads_to_another_host_is_not_followed() {
    let server = Server::new(|asked| match asked.method.as_str() {
        "HEAD" => Reply::new(404, ""),
        _ => Reply::new(202, "").header("location", "http://127.0.0.1:1/v2/app/blobs/uploads/1"),
    });
    let name = Reference::repository(&format!("{}/app", server.host)).unwrap();
    let error = Desk::new().registry().push_artifact(&name, &record(None, b"x")).unwrap_err();
    assert_eq!(error.code(), "E-REGISTRY");
}
