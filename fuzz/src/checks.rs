//! Targets for what is read of texts in images by checks, and of lists of wheels.

use mvi_check::{parse_accounts, secrets_in_file};
use mvi_inventory::parse_wheel;
use mvi_musl::{WheelName, WheelNames};

/// Paths by which files are read in all the ways there are.
const PATHS: [&str; 11] = [
    "app/main.py",
    "app/.env",
    "root/.netrc",
    "root/.npmrc",
    "root/.pypirc",
    "root/.docker/config.json",
    "root/.kube/config",
    "root/.aws/credentials",
    "root/.git-credentials",
    "app/gcp.json",
    "root/.ssh/id_rsa",
];

/// The bytes as a file that may hold secrets: what is found is in it, described and not shown; and as a file of accounts.
pub fn secrets(bytes: &[u8]) {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    for path in PATHS {
        for secret in secrets_in_file(path.as_bytes(), bytes) {
            assert!(secret.line as usize <= lines + 1, "line {} of {lines}", secret.line);
            assert_eq!(secret.sha256.len(), 8);
        }
    }
    for account in parse_accounts(bytes) {
        assert!(!account.name.contains(&b':'));
    }
}

/// The bytes as a list of wheels, as a wheel's record, and as the name of one.
pub fn wheels(bytes: &[u8]) {
    let mut names = WheelNames::default();
    names.add_text(bytes);
    for tag in parse_wheel(bytes) {
        let pythons = [tag.split('-').next().unwrap_or_default().to_owned()];
        let found = names.for_musl("speedy", "2.0", (&pythons, "x86_64"));
        assert!(found.is_none_or(|wheel| wheel.version == "2.0" && names.knows("speedy", "2.0")));
    }
    let name = String::from_utf8_lossy(bytes);
    assert!(WheelName::parse(&name).is_none_or(|wheel| !wheel.platforms.is_empty()));
}
