//! Credentials as docker and podman keep them: `config.json`, `auth.json`, and `docker-credential-…` programs.
//!
//! Formats: docker's `config.json`, and containers-auth.json(5), whose keys may name a repository or a part of one.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use mvi_image::printable;
use serde::Deserialize;

use crate::error::RegistryError;
use crate::options::CredentialSources;
use crate::reference::Reference;

/// What opens a registry's door.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// A user and a password.
    Basic { user: String, password: String },
    /// An OAuth2 refresh token; docker calls it identity token.
    Identity(String),
    /// A bearer token, ready to be sent.
    Bearer(String),
}

/// Bytes of a file of credentials, and of a helper's answer.
const FILE_BYTES: u64 = 4 << 20;
const HELPER_BYTES: u64 = 1 << 20;
/// How long a helper may take; it may have to ask a person.
const HELPER_TIME: Duration = Duration::from_secs(60);

#[derive(Deserialize, Default)]
struct ConfigFile {
    #[serde(default)]
    auths: HashMap<String, Entry>,
    #[serde(rename = "credHelpers", default)]
    helpers: HashMap<String, String>,
    #[serde(rename = "credsStore", default)]
    store: Option<String>,
}

#[derive(Deserialize, Default, Clone)]
struct Entry {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(rename = "identitytoken", default)]
    identity_token: Option<String>,
    #[serde(rename = "registrytoken", default)]
    registry_token: Option<String>,
}

/// What `docker-credential-… get` answers.
#[derive(Deserialize)]
struct HelperAnswer {
    #[serde(rename = "Username", default)]
    username: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

/// The credentials for a repository: of the first file that has some.
///
/// # Errors
/// `E-CREDENTIALS` for a file or helper that cannot be read; never for one that has none.
pub(crate) fn find(sources: &CredentialSources, name: &Reference) -> Result<Option<Credentials>, RegistryError> {
    if let Some(path) = &sources.file {
        let config = read(path)?.ok_or_else(|| unreadable(path, "there is no such file"))?;
        return of_config(&config, path, sources, name);
    }
    for path in &sources.files {
        if let Some(config) = read(path)?
            && let Some(found) = of_config(&config, path, sources, name)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn read(path: &Path) -> Result<Option<ConfigFile>, RegistryError> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes)) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(path, &error.to_string())),
        Ok(_) => {}
    }
    if bytes.trim_ascii().is_empty() {
        return Ok(Some(ConfigFile::default()));
    }
    // The position is told, the text is not: it is made of secrets.
    let told =
        |error: serde_json::Error| format!("line {} column {} is not what it should be", error.line(), error.column());
    serde_json::from_slice(&bytes).map(Some).map_err(|error| unreadable(path, &told(error)))
}

fn unreadable(path: &Path, why: &str) -> RegistryError {
    RegistryError::Credentials { what: format!("`{}`", path.display()), why: why.to_owned() }
}

fn of_config(
    config: &ConfigFile,
    path: &Path,
    sources: &CredentialSources,
    name: &Reference,
) -> Result<Option<Credentials>, RegistryError> {
    let keys = keys(name);
    if let Some((key, helper)) = first(&config.helpers, &keys) {
        return run_helper(helper, key, sources);
    }
    if let Some((_, entry)) = first(&config.auths, &keys)
        && let Some(found) = of_entry(entry).map_err(|why| unreadable(path, why))?
    {
        return Ok(Some(found));
    }
    match &config.store {
        Some(store) => run_helper(store, &server_url(name), sources),
        None => Ok(None),
    }
}

/// Keys that speak for a repository, the most particular first.
fn keys(name: &Reference) -> Vec<String> {
    let mut keys = Vec::new();
    let mut path = name.repository.as_str();
    loop {
        keys.push(format!("{}/{path}", name.host));
        match path.rsplit_once('/') {
            Some((folder, _)) => path = folder,
            None => break,
        }
    }
    keys.push(name.host.clone());
    if name.host == "docker.io" {
        keys.extend(["index.docker.io", "registry-1.docker.io"].map(str::to_owned));
    }
    keys
}

/// The first of `keys` in a table whose keys may be written as addresses.
fn first<'t, T>(table: &'t HashMap<String, T>, keys: &[String]) -> Option<(&'t str, &'t T)> {
    let bare = |key: &'t str| {
        let key = key.strip_prefix("https://").or(key.strip_prefix("http://")).unwrap_or(key).trim_end_matches('/');
        key.strip_suffix("/v1").or(key.strip_suffix("/v2")).unwrap_or(key)
    };
    let mut sorted: Vec<_> = table.iter().collect();
    sorted.sort_by_key(|(key, _)| *key);
    keys.iter().find_map(|wanted| {
        let exact = table.get_key_value(wanted).map(|(key, value)| (key.as_str(), value));
        exact.or_else(|| sorted.iter().find(|(key, _)| bare(key) == wanted).map(|(key, value)| (key.as_str(), *value)))
    })
}

/// What helpers know a registry by: docker's old address for its own, the host for others.
fn server_url(name: &Reference) -> String {
    if name.host == "docker.io" { "https://index.docker.io/v1/".into() } else { name.host.clone() }
}

fn of_entry(entry: &Entry) -> Result<Option<Credentials>, &'static str> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(token) = filled(&entry.identity_token) {
        return Ok(Some(Credentials::Identity(token)));
    }
    if let Some(token) = filled(&entry.registry_token) {
        return Ok(Some(Credentials::Bearer(token)));
    }
    if let Some(auth) = filled(&entry.auth) {
        let bytes = STANDARD.decode(auth.trim()).or_else(|_| STANDARD_NO_PAD.decode(auth.trim()));
        let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or("an `auth` is no base64 text")?;
        let (user, password) = text.split_once(':').ok_or("an `auth` has no colon between user and password")?;
        return Ok(Some(basic(user, password.trim_end_matches('\0'))));
    }
    Ok(filled(&entry.username).zip(filled(&entry.password)).map(|(user, password)| basic(&user, &password)))
}

/// A user `<token>` marks an identity token (docker-credential-helpers).
fn basic(user: &str, password: &str) -> Credentials {
    if user == "<token>" {
        return Credentials::Identity(password.to_owned());
    }
    Credentials::Basic { user: user.to_owned(), password: password.to_owned() }
}

/// Asks `docker-credential-NAME get` for a server's credentials.
fn run_helper(name: &str, server: &str, sources: &CredentialSources) -> Result<Option<Credentials>, RegistryError> {
    let program = format!("docker-credential-{name}");
    let failed = |why: String| RegistryError::Credentials { what: format!("`{}`", printable(program.as_bytes())), why };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Err(failed("a helper is named with letters, digits, and . _ -".into()));
    }
    let mut command = Command::new(&program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(path) = &sources.helper_path {
        command.env("PATH", path);
    }
    let mut child = command.spawn().map_err(|error| failed(format!("it cannot be run: {error}")))?;
    let answer = converse(&mut child, server);
    // It has answered or had its time.
    let _ = child.kill();
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    let answer = answer.map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&answer);
    if text.contains("credentials not found") {
        return Ok(None);
    }
    match serde_json::from_str::<HelperAnswer>(&text) {
        Ok(found) if found.secret.is_empty() => Ok(None),
        Ok(found) => Ok(Some(basic(&found.username, &found.secret))),
        Err(_) => Err(failed(format!("its answer is none ({status})"))),
    }
}

/// Tells a helper the server and reads its answer within the time it has.
fn converse(child: &mut Child, server: &str) -> io::Result<Vec<u8>> {
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not listen has said all it will.
        let _ = input.write_all(server.as_bytes());
    }
    let Some(output) = child.stdout.take() else { return Ok(Vec::new()) };
    let (done, waiting) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = output.take(HELPER_BYTES).read_to_end(&mut bytes);
        // Nobody waits any more when the time is over.
        let _ = done.send(read.map(|_| bytes));
    });
    let late = || io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", HELPER_TIME.as_secs()));
    waiting.recv_timeout(HELPER_TIME).map_err(|_| late())?
}

#[cfg(test)]
mod tests;
