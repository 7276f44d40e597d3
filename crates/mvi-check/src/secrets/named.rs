//! Files in which tools keep passwords and tokens, by their names.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::assigned::{in_lines, is_secret_value, offset, unquoted};
use super::{Certainty, Secret};

/// Lines of one file that are looked at.
const MOST: usize = 10_000;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Variables of an application: `.env`.
    Variables,
    /// curl's and git's: netrc(5).
    Netrc,
    /// npm's: npmrc(5).
    Npmrc,
    /// twine's.
    Pypirc,
    /// Docker's and Podman's credentials.
    Docker,
    /// Kubernetes clients'.
    Kubeconfig,
    /// AWS clients'.
    Aws,
    /// git's stored credentials: git-credential-store(1).
    Git,
    /// Keys of service accounts of Google.
    ServiceAccount,
}

/// What a file is by its path; none for all others.
pub(super) fn kind_of(path: &[u8]) -> Option<Kind> {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    let in_folder = |folder: &[u8]| {
        let above = path.strip_suffix(name).and_then(|above| above.strip_suffix(b"/")).unwrap_or_default();
        above == folder || (above.ends_with(folder) && above[..above.len() - folder.len()].ends_with(b"/"))
    };
    let is_sample = [b".example".as_slice(), b".sample", b".template", b".dist", b".tmpl", b".test", b".md"]
        .iter()
        .any(|end| name.ends_with(end));
    match name {
        b".netrc" | b"_netrc" => Some(Kind::Netrc),
        b".npmrc" => Some(Kind::Npmrc),
        b".pypirc" => Some(Kind::Pypirc),
        b".dockercfg" | b".dockerconfigjson" => Some(Kind::Docker),
        b"config.json" if in_folder(b".docker") => Some(Kind::Docker),
        b"auth.json" if in_folder(b"containers") => Some(Kind::Docker),
        b"kubeconfig" | b"admin.conf" | b"kubelet.conf" => Some(Kind::Kubeconfig),
        b"config" if in_folder(b".kube") => Some(Kind::Kubeconfig),
        b"credentials" | b"config" if in_folder(b".aws") => Some(Kind::Aws),
        b".git-credentials" => Some(Kind::Git),
        name if is_env(name) && !is_sample => Some(Kind::Variables),
        name if name.ends_with(b".json") => Some(Kind::ServiceAccount),
        _ => None,
    }
}

fn is_env(name: &[u8]) -> bool {
    name == b".env" || name.starts_with(b".env.") || name.ends_with(b".env")
}

/// The secrets that a file of such a name holds.
pub(super) fn secrets(path: &[u8], text: &[u8]) -> Vec<Secret> {
    match kind_of(path) {
        None => Vec::new(),
        Some(Kind::Variables) => in_lines("env-file", text),
        Some(Kind::Netrc) => netrc(text),
        Some(Kind::Npmrc) => npmrc(text),
        Some(Kind::Pypirc) => keyed("pypirc", text, b'=', &["password"]),
        Some(Kind::Aws) => keyed("aws-credentials", text, b'=', &["aws_secret_access_key", "aws_session_token"]),
        Some(Kind::Kubeconfig) => keyed("kubeconfig", text, b':', &["token", "client-key-data", "password"]),
        Some(Kind::Docker) => docker(text),
        Some(Kind::Git) => git(text),
        Some(Kind::ServiceAccount) => service_account(text).into_iter().collect(),
    }
}

/// Values of keys, one a line.
fn keyed(kind: &str, text: &[u8], mark: u8, keys: &[&str]) -> Vec<Secret> {
    let found = text.split(|byte| *byte == b'\n').take(MOST).filter_map(|line| {
        let at = memchr::memchr(mark, line)?;
        let key = line[..at].trim_ascii().strip_prefix(b"- ").unwrap_or(line[..at].trim_ascii()).trim_ascii();
        let value = unquoted(line[at + 1..].trim_ascii());
        let is_known = keys.iter().any(|known| key.eq_ignore_ascii_case(known.as_bytes()));
        (is_known && is_secret_value(value))
            .then(|| Secret::new(kind, Certainty::ByName, (text, offset(text, line)), value).named(key))
    });
    found.collect()
}

/// `machine NAME login NAME password VALUE`, over lines or in one.
fn netrc(text: &[u8]) -> Vec<Secret> {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(MOST);
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        if word != b"password" {
            continue;
        }
        let Some(value) = words.next() else { break };
        if value.len() >= 4 && !value.starts_with(b"$") && !value.starts_with(b"<") {
            found.push(Secret::new("netrc", Certainty::ByName, (text, offset(text, value)), value));
        }
    }
    found
}

/// `//HOST/:_authToken=VALUE`, `_auth=…`, `…:_password=…`.
fn npmrc(text: &[u8]) -> Vec<Secret> {
    let found = text.split(|byte| *byte == b'\n').take(MOST).filter_map(|line| {
        let at = memchr::memchr(b'=', line)?;
        let key = line[..at].trim_ascii();
        let is_known = [b"_authToken".as_slice(), b"_auth", b"_password"].iter().any(|end| key.ends_with(end));
        let value = unquoted(line[at + 1..].trim_ascii());
        (is_known && is_secret_value(value))
            .then(|| Secret::new("npmrc", Certainty::ByName, (text, offset(text, line)), value).named(key))
    });
    found.collect()
}

/// `{"auths": {HOST: {"auth": BASE64 of NAME:PASSWORD}}}`, or without `auths` as it was once.
fn docker(text: &[u8]) -> Vec<Secret> {
    let Ok(document) = serde_json::from_slice::<Value>(text) else { return Vec::new() };
    let hosts = document.get("auths").unwrap_or(&document);
    let hosts = hosts.as_object().into_iter().flatten().take(MOST);
    let found = hosts.filter_map(|(host, entry)| {
        let word = |name: &str| entry.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
        let value = word("auth").or_else(|| word("identitytoken")).or_else(|| word("password"))?;
        let is_pair = BASE64_STANDARD.decode(value).is_ok_and(|pair| pair.contains(&b':'));
        let at = memchr::memmem::find(text, value.as_bytes()).unwrap_or(0);
        (is_pair || word("auth").is_none())
            .then(|| Secret::new("docker-auth", Certainty::ByForm, (text, at), value.as_bytes()).named(host.as_bytes()))
    });
    found.collect()
}

/// `https://NAME:PASSWORD@HOST`, one a line.
fn git(text: &[u8]) -> Vec<Secret> {
    let found = text.split(|byte| *byte == b'\n').take(MOST).filter_map(|line| {
        let rest = line.strip_prefix(b"https://").or_else(|| line.strip_prefix(b"http://"))?;
        let pair = &rest[..memchr::memchr(b'@', rest)?];
        let value = &pair[memchr::memchr(b':', pair)? + 1..];
        (!value.is_empty())
            .then(|| Secret::new("git-credentials", Certainty::ByName, (text, offset(text, line)), value))
    });
    found.collect()
}

/// A document with a key of a service account; the key itself is found as any other.
fn service_account(text: &[u8]) -> Option<Secret> {
    memchr::memmem::find(text, b"service_account")?;
    let document: Value = serde_json::from_slice(text).ok()?;
    let word = |name: &str| document.get(name).and_then(Value::as_str);
    let key = word("private_key").filter(|key| key.contains("PRIVATE KEY") && key.len() > 100)?;
    let id = word("private_key_id").unwrap_or_default();
    (word("type") == Some("service_account")).then(|| {
        let at = memchr::memmem::find(text, b"private_key").unwrap_or(0);
        Secret::new("gcp-service-account", Certainty::ByForm, (text, at), key.as_bytes()).named(id.as_bytes())
    })
}
