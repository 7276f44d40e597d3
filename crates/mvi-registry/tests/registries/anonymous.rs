//! Real registries that let everybody in, or those who know a password.

use std::process::Command;

use base64::Engine as _;
use mvi_image::{HeadersOnly, Limits, Location, OpenOptions, PlatformChoice, merge};
use mvi_registry::{CredentialSources, Mirror, Reference, RegistryOptions};

use crate::desk::Desk;
use crate::distribution::{Distribution, free_port};
use crate::layout::{Layout, noise, tar};

#[test]
fn an_image_that_skopeo_pushed_is_read_by_tag_and_by_digest() {
    let registry = Distribution::anonymous();
    let layout = Layout::new(&[tar(&[("etc/os-release", b"ID=test\n")]), tar(&[("big", &noise(1, 3_000_000))])]);
    registry.push(&layout, "team/app:1", &[]);
    let desk = Desk::new();
    let name = format!("{}/team/app:1", registry.host);
    let image = desk.open(&name).unwrap();
    assert_eq!(image.reference.as_deref(), Some(name.as_str()));
    let layers = desk.scan(&image, None).unwrap();
    let tree = merge(layers.iter().map(|layer| layer.facts.clone()).collect());
    assert_eq!(tree.visible_bytes(), 3_000_008);
    let digest = desk.registry().head(&name.parse().unwrap()).unwrap();
    assert_eq!(image.manifest_digest.as_ref(), Some(&digest));
    assert_eq!(desk.code(&format!("{}/team/app@{digest}", registry.host)), "fine");
}

#[test]
fn the_opener_of_every_scheme_opens_registries_too() {
    let registry = Distribution::anonymous();
    registry.push(&Layout::small(), "app:1", &[]);
    let limits = Limits::default();
    let platform: PlatformChoice = "all".parse().unwrap();
    let options = OpenOptions { platform, verify: true, limits: &limits, collector: &HeadersOnly };
    let location = Location::parse(&format!("docker://{}/app:1", registry.host)).unwrap();
    assert_eq!(mvi_registry::open(&location, &Desk::new().options, &options).unwrap().len(), 1);
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let registry = Distribution::anonymous();
    registry.push(&Layout::small(), "app:1", &[]);
    let desk = Desk::new();
    assert_eq!(desk.code(&format!("{}/app:2", registry.host)), "E-NOT-FOUND");
    assert_eq!(desk.code(&format!("{}/other:1", registry.host)), "E-NOT-FOUND");
    assert_eq!(desk.waits(), 0);
    assert_eq!(desk.code(&format!("127.0.0.1:{}/app:1", free_port())), "E-UNREACHABLE");
}

#[test]
fn a_registry_in_plain_http_is_not_spoken_to_unless_asked() {
    let registry = Distribution::anonymous();
    registry.push(&Layout::small(), "app:1", &[]);
    let mut desk = Desk::new();
    desk.options = RegistryOptions { insecure: Default::default(), ..desk.options };
    assert_eq!(desk.code(&format!("{}/app:1", registry.host)), "E-TLS");
}

#[test]
fn catalogue_and_tags_are_complete_over_many_pages() {
    let registry = Distribution::anonymous();
    let layout = Layout::small();
    for name in ["a", "b/c", "d"] {
        registry.push(&layout, &format!("{name}:1"), &[]);
    }
    for tag in ["2", "latest"] {
        registry.push(&layout, &format!("b/c:{tag}"), &[]);
    }
    let client = Desk::new().registry();
    assert_eq!(client.catalogue(&registry.host).unwrap(), ["a", "b/c", "d"]);
    let name = Reference::repository(&format!("{}/b/c", registry.host)).unwrap();
    assert_eq!(client.tags(&name).unwrap(), ["1", "2", "latest"]);
}

#[test]
fn mirrors_are_asked_first_and_the_registry_after_them() {
    let registry = Distribution::anonymous();
    registry.push(&Layout::small(), "hub/library/alpine:1", &[]);
    registry.push(&Layout::small(), "own/app:1", &[]);
    let mut desk = Desk::new();
    let mirror = |from: &str, to: &str| Mirror { from: from.into(), to: to.into() };
    desk.options.mirrors = vec![
        mirror("docker.io", &format!("127.0.0.1:{}", free_port())),
        mirror("docker.io", &format!("{}/hub", registry.host)),
        mirror(&registry.host, &format!("{}/nothing", registry.host)),
    ];
    assert_eq!(desk.code("alpine:1"), "fine");
    assert_eq!(desk.code(&format!("{}/own/app:1", registry.host)), "fine");
    assert_eq!(desk.code(&format!("{}/own/app:2", registry.host)), "E-NOT-FOUND");
}

/// A registry for `user` with `secret`.
fn guarded() -> Distribution {
    Distribution::new(
        |folder| {
            // bcrypt of Debian's Python-free tools: htpasswd of apache2-utils.
            let made = Command::new("htpasswd").args(["-Bbn", "-C", "4", "user", "secret"]).output();
            let made = made.expect("htpasswd can be run (tools/set-up.sh installs it)");
            std::fs::write(folder.join("users"), made.stdout).unwrap();
            "auth: {htpasswd: {realm: r, path: FOLDER/users}}".into()
        },
        "",
    )
}

#[test]
fn a_password_opens_the_door_and_nothing_else_does() {
    let registry = guarded();
    registry.push(&Layout::small(), "app:1", &["--dest-creds", "user:secret"]);
    let name = format!("{}/app:1", registry.host);
    let mut desk = Desk::new();
    assert_eq!(desk.code(&name), "E-UNAUTHORIZED");
    let file = registry.folder.path().join("auth.json");
    let mut with = |user: &str| {
        let auth = base64::engine::general_purpose::STANDARD.encode(user);
        std::fs::write(&file, format!(r#"{{"auths":{{"{}":{{"auth":"{auth}"}}}}}}"#, registry.host)).unwrap();
        desk.options.credentials = CredentialSources { file: Some(file.clone()), ..Default::default() };
        desk.code(&name)
    };
    assert_eq!(with("user:secret"), "fine");
    assert_eq!(with("user:wrong"), "E-UNAUTHORIZED");
}
