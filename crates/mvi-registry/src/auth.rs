//! Getting past a registry's door: what a 401 asks for, tokens for scopes, and what was granted before.
//!
//! Distribution's token and OAuth2 specifications (`docs/spec/auth`), RFC 6750 for the challenge.

mod challenge;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use ureq::http::Method;

use challenge::{Challenge, challenges};

use crate::credentials::{Credentials, find};
use crate::error::RegistryError;
use crate::http::{Answer, Client, Request, Url, encode};
use crate::reference::Reference;

/// Bytes of a token service's answer.
const TOKEN_BYTES: u64 = 1 << 20;

/// What is done with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    /// Reading.
    Pull,
    /// Reading and writing.
    Push,
    /// Listing what a registry has.
    Catalogue,
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) name: &'a Reference,
    pub(crate) access: Access,
}

impl Scope<'_> {
    /// As token services read it.
    fn text(&self) -> String {
        match self.access {
            Access::Pull => format!("repository:{}:pull", self.name.repository),
            Access::Push => format!("repository:{}:pull,push", self.name.repository),
            Access::Catalogue => "registry:catalog:*".into(),
        }
    }

    fn key(&self) -> (String, String) {
        (self.name.host.clone(), self.text())
    }
}

/// A client that knows how to introduce itself.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// `Authorization` headers by host and scope, as long as they are accepted.
    granted: Mutex<HashMap<(String, String), String>>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

impl Session {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, granted: Mutex::default() }
    }

    /// Sends a request, with credentials once they are asked for. A token that is no longer accepted is renewed once.
    pub(crate) fn send(&self, scope: Scope<'_>, request: Request<'_>) -> Result<Answer, RegistryError> {
        let known = self.granted.lock().unwrap_or_else(PoisonError::into_inner).get(&scope.key()).cloned();
        let had_one = known.is_some();
        let mut request = Request { authorization: known, ..request };
        let answer = self.client.send(&request)?;
        if answer.status().as_u16() != 401 || !answer.url.is_same_origin(&request.url) {
            return Ok(answer);
        }
        let granted = self.introduce(scope, &request.url, &answer, had_one)?;
        self.granted.lock().unwrap_or_else(PoisonError::into_inner).insert(scope.key(), granted.clone());
        request.authorization = Some(granted);
        let answer = self.client.send(&request)?;
        if answer.status().as_u16() == 401 {
            self.granted.lock().unwrap_or_else(PoisonError::into_inner).remove(&scope.key());
        }
        Ok(answer)
    }

    /// The `Authorization` header that answers a challenge.
    fn introduce(&self, scope: Scope<'_>, url: &Url, refusal: &Answer, had_one: bool) -> Result<String, RegistryError> {
        let asked: Vec<Challenge> = refusal.headers("www-authenticate").flat_map(challenges).collect();
        let credentials = find(&self.client.options.credentials, scope.name)?;
        if let Some(Credentials::Bearer(token)) = &credentials {
            return Ok(format!("Bearer {token}"));
        }
        let bearer = asked.iter().find(|challenge| challenge.scheme == "bearer");
        if let Some(challenge) = bearer {
            return self.token(scope, challenge, url, credentials.as_ref()).map(|token| format!("Bearer {token}"));
        }
        let host = url.host().to_owned();
        if !asked.iter().any(|challenge| challenge.scheme == "basic") {
            let why = "it asks for a way that is neither Basic nor Bearer".to_owned();
            return Err(RegistryError::Unauthorized { host, why });
        }
        match &credentials {
            Some(Credentials::Basic { user, password }) if !had_one => Ok(basic(user, password)),
            Some(_) => Err(RegistryError::Unauthorized { host, why: "it does not accept those that are there".into() }),
            None => {
                let why = "there are none for it; log in with docker or podman, or name a file with --auth-file";
                Err(RegistryError::Unauthorized { host, why: why.into() })
            }
        }
    }

    /// A bearer token of the service that a challenge names.
    fn token(
        &self,
        scope: Scope<'_>,
        challenge: &Challenge,
        url: &Url,
        credentials: Option<&Credentials>,
    ) -> Result<String, RegistryError> {
        let what = format!("a token for `{}`", url.host());
        let senseless = |why: &str| RegistryError::Answer { what: what.clone(), why: why.into() };
        let realm = challenge.parameter("realm").ok_or_else(|| senseless("the challenge names no token service"))?;
        let realm = Url::parse(realm).ok_or_else(|| senseless("the token service's address is none"))?;
        if url.is_tls() && !realm.is_tls() {
            return Err(senseless("the token service is in plain HTTP, the registry is not"));
        }
        let scopes = scopes(scope, challenge);
        let service = challenge.parameter("service").unwrap_or_default();
        let form;
        let request = match credentials {
            Some(Credentials::Identity(token)) => {
                let pairs = [
                    ("grant_type", "refresh_token"),
                    ("service", service),
                    ("client_id", "mvi"),
                    ("scope", &scopes.join(" ")),
                    ("refresh_token", token),
                ]
                .map(|(name, value)| format!("{name}={}", encode(value)));
                form = pairs.join("&");
                Request::new(Method::POST, realm, &what)
                    .limit(TOKEN_BYTES)
                    .body(form.as_bytes(), "application/x-www-form-urlencoded")
            }
            other => {
                let mut address = realm;
                if !service.is_empty() {
                    address = address.query("service", service);
                }
                for scope in &scopes {
                    address = address.query("scope", scope);
                }
                let mut request = Request::new(Method::GET, address, &what).limit(TOKEN_BYTES);
                if let Some(Credentials::Basic { user, password }) = other {
                    request.authorization = Some(basic(user, password));
                }
                request
            }
        };
        let answer = self.client.send(&request)?;
        if !answer.status().is_success() {
            return Err(answer.into_error(&what));
        }
        let bytes = answer.document();
        let token: Token = serde_json::from_slice(&bytes).map_err(|_| senseless("it is no JSON document"))?;
        let token = if token.token.is_empty() { token.access_token } else { token.token };
        let legal = |byte: u8| byte.is_ascii_graphic();
        if token.is_empty() || !token.bytes().all(legal) {
            return Err(senseless("it holds no token"));
        }
        Ok(token)
    }
}

/// What to ask for: what the challenge says, and what we know we need.
fn scopes(scope: Scope<'_>, challenge: &Challenge) -> Vec<String> {
    let mut scopes: Vec<String> = challenge.parameter("scope").into_iter().map(str::to_owned).collect();
    let ours = scope.text();
    if scopes.is_empty() || (scope.access == Access::Push && !scopes.contains(&ours)) {
        scopes = vec![ours];
    }
    scopes
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}
