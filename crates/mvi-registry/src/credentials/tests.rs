//! Tests of credentials: files as docker and podman write them, helpers as scripts.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn show(found: &Option<Credentials>) -> String {
    match found {
        None => "none".into(),
        Some(Credentials::Basic { user, password }) => format!("{user}/{password}"),
        Some(Credentials::Identity(token)) => format!("identity {token}"),
        Some(Credentials::Bearer(token)) => format!("bearer {token}"),
    }
}

fn look(sources: &CredentialSources, name: &str) -> String {
    find(sources, &name.parse().unwrap()).map_or_else(|error| error.code().to_owned(), |found| show(&found))
}

fn check(config: &str, name: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, config).unwrap();
    let sources = CredentialSources { files: vec![folder.path().join("absent.json"), path], ..Default::default() };
    assert_eq!(look(&sources, name), expected, "{config} for {name}");
}

#[test]
fn the_most_particular_key_wins() {
    // a:1, b:2, c:3
    let config =
        r#"{"auths":{"r.corp":{"auth":"YTox"},"r.corp/team":{"auth":"Yjoy"},"r.corp/team/app":{"auth":"Yzoz"}}}"#;
    check(config, "r.corp/x", "a/1");
    check(config, "r.corp/team/x", "b/2");
    check(config, "r.corp/team/app:7", "c/3");
    check(config, "r.corp/teamwork/x", "a/1");
    check(config, "other.corp/x", "none");
}

#[test]
fn docker_hub_goes_by_its_old_addresses() {
    check(r#"{"auths":{"https://index.docker.io/v1/":{"auth":"YTox"}}}"#, "alpine", "a/1");
    check(r#"{"auths":{"docker.io":{"username":"u","password":"p:w"}}}"#, "alpine", "u/p:w");
    check(r#"{"auths":{"https://r.corp/v2/":{"auth":"YTox"}}}"#, "r.corp/a", "a/1");
}

#[test]
fn tokens_are_told_apart_from_passwords() {
    check(r#"{"auths":{"r.corp":{"auth":"YTox","identitytoken":"t"}}}"#, "r.corp/a", "identity t");
    check(r#"{"auths":{"r.corp":{"registrytoken":"t"}}}"#, "r.corp/a", "bearer t");
    check(r#"{"auths":{"r.corp":{"username":"<token>","password":"t"}}}"#, "r.corp/a", "identity t");
}

#[test]
fn files_that_make_no_sense_are_said_to() {
    check("{", "r.corp/a", "E-CREDENTIALS");
    check(r#"{"auths":{"r.corp":{"auth":"%%%"}}}"#, "r.corp/a", "E-CREDENTIALS");
    check(r#"{"credHelpers":{"r.corp":"../../bin/sh"}}"#, "r.corp/a", "E-CREDENTIALS");
    check(r#"{"credHelpers":{"r.corp":"there-is-none"}}"#, "r.corp/a", "E-CREDENTIALS");
    check("", "r.corp/a", "none");
    check("{}", "r.corp/a", "none");
}

#[test]
fn a_file_the_user_names_has_to_be_there() {
    let sources = CredentialSources { file: Some("/nowhere/auth.json".into()), ..Default::default() };
    assert_eq!(look(&sources, "r.corp/a"), "E-CREDENTIALS");
}

/// Runs a helper that is this script.
fn helped(script: &str, config: &str, name: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("docker-credential-test");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, config).unwrap();
    let mut search = OsString::from(folder.path());
    search.push(":/usr/bin:/bin");
    let sources = CredentialSources { files: vec![path], helper_path: Some(search), ..Default::default() };
    assert_eq!(look(&sources, name), expected, "{script}");
}

#[test]
fn helpers_are_told_the_server_and_asked() {
    let answer = r#"read server; printf '{"ServerURL":"x","Username":"u","Secret":"%s"}' "$server""#;
    helped(answer, r#"{"credHelpers":{"r.corp":"test"}}"#, "r.corp/a", "u/r.corp");
    helped(answer, r#"{"credsStore":"test"}"#, "alpine", "u/https://index.docker.io/v1/");
    helped(answer, r#"{"credsStore":"test","auths":{"r.corp":{"auth":"YTox"}}}"#, "r.corp/a", "a/1");
    let token = r#"cat >&-; echo '{"Username":"<token>","Secret":"t"}'"#;
    helped(token, r#"{"credsStore":"test"}"#, "r.corp/a", "identity t");
}

#[test]
fn helpers_may_have_nothing_or_talk_nonsense() {
    let config = r#"{"credsStore":"test"}"#;
    helped("echo credentials not found in native keychain; exit 1", config, "r.corp/a", "none");
    helped("echo nonsense", config, "r.corp/a", "E-CREDENTIALS");
}
