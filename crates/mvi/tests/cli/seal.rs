//! Keys and ROMs: from a key pair to a sealed template, its verification, and what happens to one that was altered.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::desk::{Desk, text};

pub(crate) const MEASURED: &str = r#"
cve_high_plus = 0
build_cached_s = 12.4
startup_ms = { value = 700.0, method = "median of 5", runs = ["run-1"] }
mem_mb = { value = 55.0, method = "cgroup peak", runs = ["run-1"] }
cve_count = { value = 8.0, method = "database of 2026-11-01" }
rebuild = { result = "equal", source_date_epoch = 1700000000 }
[base_digests]
"linux/amd64" = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
"linux/arm64" = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
"#;

const SEAL: &[&str] = &[
    "rom",
    "seal",
    "python-service",
    "--image",
    "app",
    "--base",
    "python:3.12-alpine",
    "--base-layers",
    "1",
    "--measured",
    "winner.toml",
];

/// A desk with a key and a `mvi.toml` that trusts it.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.says(&["key", "new", "--no-password", "ada.key"]);
    desk.write("mvi.toml", b"[rom]\nfolder = \"rom\"\ntrusted = [\"ada.key.pub\"]\n");
    desk.write("winner.toml", MEASURED.as_bytes());
    desk
}

fn sealed() -> Desk {
    let desk = desk();
    desk.says(&[SEAL, &["--key", "ada.key"]].concat());
    desk
}

fn check(desk: &Desk, arguments: &[&str], code: i32, expected: &str) {
    let output = desk.run(arguments);
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {all}");
    assert!(all.contains(expected), "{arguments:?}: {all}");
}

#[test]
fn a_key_pair_is_written_once_and_the_private_half_for_its_owner_alone() {
    let desk = Desk::bare();
    let mut command = desk.command(&["key", "new", "--format", "cosign", "cosign.key"]);
    assert!(command.env("COSIGN_PASSWORD", "secret").status().unwrap().success());
    let mode = |name: &str| fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("cosign.key"), mode("cosign.key.pub")), (0o600, 0o644));
    check(&desk, &["key", "new", "--no-password", "cosign.key"], 2, "nothing is overwritten");
    desk.write("password", b"secret\n");
    let shown = desk.says(&["key", "show", "cosign.key", "--password-file", "password"]);
    assert_eq!(shown, desk.says(&["key", "show", "cosign.key.pub"]));
    assert!(shown.starts_with("ecdsa-p256 "), "{shown}");
    desk.write("password", b"wrong\n");
    check(
        &desk,
        &["key", "show", "cosign.key", "--password-file", "password"],
        3,
        "the password does not open the key",
    );
    check(&desk, &["key", "show", "cosign.key"], 3, "MVI_KEY_PASSWORD");
    check(&desk, &["key", "show", "missing"], 3, "cannot read the key `missing`");
}

#[test]
fn a_template_is_sealed_verified_shown_and_rendered() {
    let desk = sealed();
    check(&desk, &["rom", "verify"], 0, "1 hold, 0 broken");
    check(&desk, &["rom", "list"], 0, "ROM-PY-SERVICE-V13");
    check(&desk, &["rom", "show", "ROM-PY-SERVICE-V13"], 0, "python:3.12-alpine");
    let shown: Value =
        serde_json::from_str(&desk.says(&["rom", "show", "ROM-PY-SERVICE-V13", "--format", "json"])).unwrap();
    assert_eq!(shown["content"]["coverage"], 1.0);
    assert_eq!(shown["content"]["dimensions"]["layer_count"]["value"], 4.0);
    let dockerfile = desk.says(&["rom", "render", "ROM-PY-SERVICE-V13"]);
    assert!(dockerfile.contains("FROM python:3.12-alpine@sha256:"), "{dockerfile}");
    let file = desk.path("rom/ROM-PY-SERVICE-V13.rom.json");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o444);
    // Sealing again makes the next revision, chained onto the first.
    desk.says(&[SEAL, &["--key", "ada.key"]].concat());
    check(&desk, &["rom", "verify"], 0, "2 hold, 0 broken");
    check(&desk, &["rom", "list"], 0, "ROM-PY-SERVICE-V13-R2");
}

#[test]
fn a_class_without_a_template_is_sealed_with_the_dockerfile_that_was_built() {
    let desk = desk();
    let seal = [
        "rom",
        "seal",
        "static-web",
        "--image",
        "app",
        "--base",
        "nginx:1.27-alpine",
        "--base-layers",
        "1",
        "--measured",
        "winner.toml",
        "--key",
        "ada.key",
    ];
    check(&desk, &seal, 3, "V13 has no template for `static-web`; name the Dockerfile");
    let built = "dockerfile = \"FROM nginx:1.27-alpine\\nCOPY www /usr/share/nginx/html\\n\"\n";
    desk.write("winner.toml", format!("{built}{MEASURED}").as_bytes());
    desk.says(&seal);
    let dockerfile = desk.says(&["rom", "render", "ROM-STATIC-V13"]);
    assert!(dockerfile.contains("FROM nginx:1.27-alpine@sha256:") && dockerfile.contains("\nCOPY www"), "{dockerfile}");
    // The standard's own text stands before it wherever it is on the same base.
    desk.says(&[SEAL, &["--key", "ada.key"]].concat());
    assert!(desk.says(&["rom", "render", "ROM-PY-SERVICE-V13"]).contains("FROM python:3.12-alpine@sha256:"));
}

#[test]
fn where_there_is_a_fleet_its_log_tells_of_the_seal() {
    let desk = desk();
    // The first word about a fleet makes its database.
    desk.says(&["crq", "list"]);
    desk.says(&[SEAL, &["--key", "ada.key"]].concat());
    check(&desk, &["fleet", "log"], 0, "ROM-PY-SERVICE-V13");
    check(&desk, &["fleet", "check"], 0, "all is whole");
}

#[test]
fn what_the_guards_refuse_is_not_sealed() {
    let desk = desk();
    check(&desk, &[SEAL, &["--check"]].concat(), 0, "nothing keeps ROM-PY-SERVICE-V13 from being sealed");
    desk.write("winner.toml", b"cve_high_plus = 4\n");
    let refused = [SEAL, &["--key", "ada.key"]].concat();
    for expected in [
        "SEAL-COVERAGE",
        "startup_ms, mem_mb, cve_count",
        "SEAL-GATES",
        "AC-VULN",
        "AC-BUILD (no data)",
        "SEAL-REBUILD",
    ] {
        check(&desk, &refused, 1, expected);
    }
    assert!(!desk.path("rom").exists());
    desk.write("winner.toml", MEASURED.replace("cve_high_plus", "cve_high").as_bytes());
    check(&desk, &refused, 3, "`winner.toml` is not valid");
    check(&desk, &["rom", "seal", "cobol", "--image", "app", "--measured", "winner.toml", "--check"], 3, "winner.toml");
    desk.write("winner.toml", MEASURED.as_bytes());
    check(
        &desk,
        &["rom", "seal", "cobol", "--image", "app", "--measured", "winner.toml", "--check"],
        3,
        "has no row `cobol`",
    );
}

#[test]
fn an_altered_record_shows_nothing_and_is_named() {
    let desk = sealed();
    let file = desk.path("rom/ROM-PY-SERVICE-V13.rom.json");
    let mut bytes = fs::read(&file).unwrap();
    bytes[200] ^= 1;
    fs::remove_file(&file).unwrap();
    fs::write(&file, bytes).unwrap();
    check(&desk, &["rom", "verify"], 1, "0 hold, 1 broken");
    check(&desk, &["rom", "verify", "ROM-PY-SERVICE-V13"], 1, "does not hold");
    for verb in ["show", "render"] {
        let output = desk.run(&["rom", verb, "ROM-PY-SERVICE-V13"]);
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(text(&output.stdout), "", "nothing of it is shown");
    }
    assert!(!desk.says(&["rom", "list"]).contains("ROM-PY"));
    check(&desk, &[SEAL, &["--key", "ada.key"]].concat(), 3, "error[E-");
}

#[test]
fn a_stranger_s_seal_does_not_count() {
    let desk = sealed();
    desk.says(&["key", "new", "--no-password", "eve.key"]);
    check(&desk, &["rom", "verify", "--trust", "eve.key.pub"], 1, "no signature is by a trusted key");
    check(&desk, &["rom", "show", "ROM-PY-SERVICE-V13", "--trust", "eve.key.pub"], 3, "E-KEY-UNKNOWN");
    desk.write("mvi.toml", b"[rom]\nfolder = \"rom\"\n");
    check(&desk, &["rom", "show", "ROM-PY-SERVICE-V13"], 2, "whose seals count?");
    check(&desk, &["rom", "show", "ROM-NONE-V13", "--trust", "ada.key.pub"], 2, "there is no ROM-NONE-V13");
    check(&desk, &["rom", "show", "none", "--trust", "ada.key.pub"], 2, "E-ROM-NAME");
}

#[test]
fn openssl_verifies_what_the_program_sealed() {
    use base64::Engine as _;
    let desk = sealed();
    let record: Value =
        serde_json::from_slice(&fs::read(desk.path("rom/ROM-PY-SERVICE-V13.rom.json")).unwrap()).unwrap();
    let decode = |text: &Value| base64::engine::general_purpose::STANDARD.decode(text.as_str().unwrap()).unwrap();
    let (kind, payload) = (record["payloadType"].as_str().unwrap(), decode(&record["payload"]));
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    desk.write("message", &[head.as_bytes(), &payload].concat());
    desk.write("signature", &decode(&record["signatures"][0]["sig"]));
    let arguments = "pkeyutl -verify -pubin -inkey ada.key.pub -rawin -in message -sigfile signature";
    let told = Command::new("openssl").current_dir(desk.path("")).args(arguments.split(' ')).output().unwrap();
    assert!(told.status.success(), "{}", text(&told.stderr));
}

#[test]
fn start_up_and_memory_that_name_no_run_were_not_measured_by_a_build() {
    let desk = desk();
    desk.write("winner.toml", MEASURED.replace(", runs = [\"run-1\"]", "").as_bytes());
    check(&desk, &[SEAL, &["--key", "ada.key"]].concat(), 1, "SEAL-MEASURED");
    assert!(!desk.path("rom").exists(), "nothing was sealed");
}
