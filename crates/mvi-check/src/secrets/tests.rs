//! Secrets that have to be found, and what only looks like one. All are made here: none of them opens anything.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot make its secret should stop

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use super::*;

/// The kinds found in a file, with names.
fn check(path: &str, text: &str, expected: &[&str]) {
    let found = secrets_in_file(path.as_bytes(), text.as_bytes());
    let kinds: Vec<String> =
        found.iter().map(|secret| format!("{} {}", secret.kind, secret.name.as_deref().unwrap_or("-"))).collect();
    assert_eq!(kinds, expected, "{path}: {text}");
    for secret in found {
        assert!(secret.starts.chars().count() <= SHOWN && (secret.starts.len() * 4 <= secret.length), "{secret:?}");
    }
}

const DRAWN: &str = "q7Rk2ZpX9mVt4LwB8sHcY5nJdGfE3a";

fn with_checksum(prefix: &str) -> String {
    let sum = tokens::base62(tokens::crc32(DRAWN.as_bytes()));
    format!("{prefix}{DRAWN}{}", String::from_utf8(sum.to_vec()).unwrap())
}

/// A key of made-up bytes in PEM.
fn key(label: &str, start: &[u8], line: &str) -> String {
    let bytes: Vec<u8> = start.iter().copied().chain((0..200).map(|at: u8| at.wrapping_mul(37))).collect();
    let digits = BASE64_STANDARD.encode(bytes);
    let lines: Vec<&str> = digits.as_bytes().chunks(64).map(|chunk| std::str::from_utf8(chunk).unwrap()).collect();
    format!("-----BEGIN {label}-----{line}{}{line}-----END {label}-----{line}", lines.join(line))
}

#[test]
fn tokens_are_proved_by_their_checksum() {
    check("srv/app.py", &format!("token = '{}'\n", with_checksum("ghp_")), &["github-token -"]);
    check("srv/app.py", &format!("token = '{}'\n", with_checksum("npm_")), &["npm-token -"]);
    let wrong = with_checksum("ghp_").replace("ghp_q", "ghp_r");
    check("srv/app.py", &format!("token = '{wrong}'\n"), &[]);
    check("srv/app.py", "token = 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n", &[]);
    check("srv/app.py", &format!("x{}", with_checksum("ghp_")), &[]);
}

#[test]
fn tokens_of_a_form_need_what_proves_them() {
    let drawn40 = "wJq7Rk2ZpX9mVt4LwB8sHcY5nJdGfE3aQ1uT6iKo";
    check("a/b.yml", &format!("id: AKIAQ7RK2ZPX4MVT5LWB\nkey: {drawn40}\n"), &["aws-key -"]);
    check("a/b.yml", "id: AKIAQ7RK2ZPX4MVT5LWB\n", &[]);
    check("a/b.yml", &format!("id: AKIAIOSFODNN7EXAMPLE\nkey: {drawn40}\n"), &[]);
    check("a/b.yml", &format!("glpat-{}\n", &DRAWN[..20]), &["gitlab-token -"]);
    check("a/b.yml", &format!("sk_live_{DRAWN}\n"), &["stripe-key -"]);
    check("a/b.yml", "sk_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", &[]);
    check(
        "a/b.yml",
        &format!("https://hooks.slack.com/services/T0A1B2C3D/B4E5F6G7H/{}\n", &DRAWN[..24]),
        &["slack-webhook -"],
    );
    check("a/b.yml", &format!("pypi-AgEIcHlwaS5vcmc{DRAWN}{DRAWN}\n"), &["pypi-token -"]);
    check("a/b.yml", &format!("github_pat_{}_{DRAWN}{}\n", &DRAWN[..22], &DRAWN[..29]), &["github-token -"]);
}

#[test]
fn web_tokens_count_when_they_live_long() {
    let token = |claims: &str| {
        let parts = [r#"{"alg":"HS256"}"#, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        format!("{}.{}.{DRAWN}", parts[0], parts[1])
    };
    check("a/b.yml", &token(r#"{"iss":"us","sub":"robot"}"#), &["web-token -"]);
    check("a/b.yml", &token(r#"{"iss":"us","iat":1700000000,"exp":1800000000}"#), &["web-token -"]);
    check("a/b.yml", &token(r#"{"iss":"us","iat":1700000000,"exp":1700003600}"#), &[]);
    check("a/b.yml", &token(r#"{"sub":"1234567890","name":"John Doe"}"#), &[]);
    check("a/b.yml", "eyJ.eyJ.eyJ", &[]);
}

#[test]
fn private_keys_are_told_by_their_bodies() {
    check("etc/k.key", &key("PRIVATE KEY", &[0x30, 0x82], "\n"), &["private-key PRIVATE KEY"]);
    check("etc/k.key", &key("RSA PRIVATE KEY", &[0x30, 0x82], "\r\n"), &["private-key RSA PRIVATE KEY"]);
    check("a/k.json", &key("EC PRIVATE KEY", &[0x30], "\\n"), &["private-key EC PRIVATE KEY"]);
    check(
        "a/id",
        &key("OPENSSH PRIVATE KEY", b"openssh-key-v1\0\0\0\0\x04none", "\n"),
        &["private-key OPENSSH PRIVATE KEY"],
    );
    check("etc/k.pem", &key("CERTIFICATE", &[0x30, 0x82], "\n"), &[]);
    check("etc/k.pem", &key("PUBLIC KEY", &[0x30, 0x82], "\n"), &[]);
    check("a/k.py", "begin = '-----BEGIN PRIVATE KEY-----'\nend = '-----END PRIVATE KEY-----'\n", &[]);
    check("a/k.py", "-----BEGIN PRIVATE KEY-----\nMIIEvQ...\n-----END PRIVATE KEY-----\n", &[]);
    let locked = secrets_in_text(key("ENCRYPTED PRIVATE KEY", &[0x30], "\n").as_bytes());
    assert_eq!(locked[0].certainty, Certainty::Locked);
    let plain = secrets_in_text(key("OPENSSH PRIVATE KEY", b"openssh-key-v1\0\0\0\0\x04none", "\n").as_bytes());
    assert_eq!(plain[0].certainty, Certainty::ByForm);
}

#[test]
fn files_of_tools_are_told_by_their_names() {
    check("app/.env", "DEBUG=1\nexport API_TOKEN=\"k4J9sQ2mZ8\"\nDB_PASSWORD=${FROM}\n", &["env-file API_TOKEN"]);
    check("app/.env.example", "API_TOKEN=k4J9sQ2mZ8\n", &[]);
    check("app/.env", "API_TOKEN=changeme123\nSECRET_KEY=your-secret-here\nTOKEN_TTL=86400000\n", &[]);
    let example = secrets_in_file(b"app/.env", b"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n");
    assert_eq!(example[0].certainty, Certainty::Placeholder);
    check("root/.netrc", "machine a.b login me password k4J9sQ2mZ8\n", &["netrc -"]);
    check("root/.npmrc", "b:_authToken=${NPM_TOKEN}\n", &[]);
    check("root/.npmrc", "//r.io/:_authToken=k4J9sQ2mZ8f1\n", &["npmrc //r.io/:_authToken"]);
    check("root/.pypirc", "[pypi]\npassword = k4J9sQ2mZ8\n", &["pypirc password"]);
    let auth = BASE64_STANDARD.encode("me:k4J9sQ2mZ8");
    check("root/.docker/config.json", &format!(r#"{{"auths":{{"r.io":{{"auth":"{auth}"}}}}}}"#), &["docker-auth r.io"]);
    check("root/.docker/config.json", r#"{"auths":{"r.io":{}},"credsStore":"pass"}"#, &[]);
    check("app/config.json", &format!(r#"{{"auths":{{"r.io":{{"auth":"{auth}"}}}}}}"#), &[]);
    check("root/.kube/config", "users:\n- user:\n    token: k4J9sQ2mZ8\n", &["kubeconfig token"]);
    check(
        "root/.aws/credentials",
        "[default]\naws_secret_access_key = k4J9sQ2mZ8k4J9sQ2mZ8\n",
        &["aws-credentials aws_secret_access_key"],
    );
    check("root/.git-credentials", "https://me:k4J9sQ2mZ8@git.io\n", &["git-credentials -"]);
}

#[test]
fn a_service_account_is_found_with_its_key() {
    let key = key("PRIVATE KEY", &[0x30, 0x82], "\\n");
    let text = format!(r#"{{"type": "service_account", "private_key_id": "ab12", "private_key": "{key}"}}"#);
    check("app/gcp.json", &text, &["gcp-service-account ab12", "private-key PRIVATE KEY"]);
}

#[test]
fn arguments_of_a_build_are_read_word_by_word() {
    let found =
        assigned_in_words("build-argument", "|2 NPM_TOKEN=k4J9sQ2mZ8 VERSION=3 /bin/sh -c npm ci --password=\"\"");
    assert_eq!(found.iter().map(|secret| secret.name.as_deref().unwrap()).collect::<Vec<_>>(), ["NPM_TOKEN"]);
    assert!(assigned_in_words("variable", "PATH=/usr/bin").is_empty());
    assert!(assigned_in_words("variable", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D").is_empty());
    assert!(assigned_in_words("variable", "DB_PASSWORD_FILE=/run/secrets/db").is_empty());
}

#[test]
fn absurd_texts_cost_little_and_break_nothing() {
    for text in [
        vec![0_u8; 1 << 20],
        vec![b'-'; 1 << 20],
        b"-----BEGIN ".repeat(50_000),
        b"eyJ.".repeat(100_000),
        b"=\xff\n".repeat(100_000),
    ] {
        for path in ["app/.env", "root/.netrc", "root/.docker/config.json", "a/b.json"] {
            assert!(secrets_in_file(path.as_bytes(), &text).len() <= MOST);
        }
    }
}
