//! ROMs in a real registry: pushed, signed as cosign signs, listed beside an image, and pulled by those who trust the seal.

use std::process::Command;

use serde_json::Value;

use crate::desk::{Desk, text};
use crate::distribution::Distribution;
use crate::layout::Layout;

const MEASURED: &str = r#"
cve_high_plus = 0
build_cached_s = 12.4
startup_ms = { value = 700.0, method = "median of 5", runs = ["run-1"] }
mem_mb = { value = 55.0, method = "cgroup peak", runs = ["run-1"] }
cve_count = { value = 8.0, method = "database of 2026-11-01" }
rebuild = { result = "equal", source_date_epoch = 1700000000 }
"#;

const NAME: &str = "ROM-PY-SERVICE-V13";

/// A desk with a sealed ROM.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.says(&["key", "new", "--no-password", "ada.key"]);
    desk.says(&["key", "new", "--no-password", "--algorithm", "ecdsa-p256", "cosign.key"]);
    desk.write("mvi.toml", b"[rom]\nfolder = \"rom\"\ntrusted = [\"ada.key.pub\"]\n");
    desk.write("winner.toml", MEASURED.as_bytes());
    let image = ["--image", "app", "--base", "python:3.12-alpine", "--base-layers", "1"];
    desk.says(
        &[&["rom", "seal", "python-service", "--measured", "winner.toml", "--key", "ada.key"][..], &image].concat(),
    );
    desk
}

/// A manifest as the registry keeps it, fetched by a program that is not ours.
fn manifest(registry: &Distribution, name: &str) -> Value {
    let place = format!("docker://{}/{name}", registry.host);
    let told = Command::new("skopeo").args(["inspect", "--raw", "--tls-verify=false", &place]).output().unwrap();
    assert!(told.status.success(), "{}", text(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

#[test]
fn a_rom_goes_through_a_registry_and_comes_back_the_same() {
    let (desk, registry) = (desk(), Distribution::anonymous());
    let place = format!("{}/rom/py:v13", registry.host);
    let told = desk.says(&["rom", "push", NAME, &place, "--insecure", "--key", "cosign.key"]);
    let tag = told.lines().find_map(|line| line.strip_prefix("signed: ")?.rsplit_once(':')).unwrap().1.to_owned();
    assert!(tag.starts_with("sha256-") && tag.ends_with(".sig"), "{told}");
    let signature = manifest(&registry, &format!("rom/py:{tag}"));
    assert_eq!(signature["layers"][0]["mediaType"], "application/vnd.dev.cosign.simplesigning.v1+json");
    assert!(signature["layers"][0]["annotations"]["dev.cosignproject.cosign/signature"].is_string());
    assert_eq!(signature.get("artifactType"), None, "nothing is not a type");
    let sealed = std::fs::read(desk.path(&format!("rom/{NAME}.rom.json"))).unwrap();
    let pull =
        |extra: &[&str]| desk.run(&[&["rom", "pull", &place, "--insecure", "--folder", "other"][..], extra].concat());
    assert_eq!(pull(&["--trust", "cosign.key.pub"]).status.code(), Some(3), "not sealed by that key");
    assert!(!desk.path("other").exists());
    assert!(pull(&[]).status.success());
    assert_eq!(std::fs::read(desk.path(&format!("other/received/{NAME}.rom.json"))).unwrap(), sealed);
    assert_eq!(pull(&[]).status.code(), Some(2), "a name is stored once");
}

#[test]
fn a_rom_about_an_image_is_listed_among_its_referrers() {
    let (desk, registry) = (desk(), Distribution::anonymous());
    registry.push(&Layout::new(&[1]), "team/app:v1", &[]);
    let place = format!("{}/team/app:v1", registry.host);
    let before = manifest(&registry, "team/app:v1");
    let told = desk.says(&["rom", "push", NAME, &place, "--about", "--insecure"]);
    assert!(told.contains("fallback tag"), "{told}");
    assert_eq!(manifest(&registry, "team/app:v1"), before, "the image keeps its tag");
}
