//! HTTP with everything bounded: redirects, headers, documents, waits. It knows nothing of registries' ways; who may
//! see credentials is decided here.

mod agents;
mod answer;
pub(crate) mod patience;
mod url;

use std::collections::HashSet;
use std::io;

use ureq::http::{self, Method, StatusCode};

pub(crate) use agents::config as agent_config;
pub(crate) use answer::Answer;
pub(crate) use url::{Url, encode};

use agents::Agents;

use crate::error::RegistryError;
use crate::options::RegistryOptions;

/// Bytes of an answer whose content does not matter.
const SMALL: u64 = 1 << 20;
/// Redirects followed for one request.
const REDIRECTS: usize = 10;

/// One request, as often as it has to be sent.
#[derive(Clone)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Sent to the host of `url` only, never behind a redirect to another one.
    pub(crate) authorization: Option<String>,
    pub(crate) body: Option<&'a [u8]>,
    /// What messages call it, such as `the manifest of r.corp/app:1`.
    pub(crate) what: &'a str,
    pub(crate) size: Size,
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A document of at most so many bytes: it is read at once, so that a break on the way is mended by asking again.
    Document(u64),
    /// A stream: only silence is bounded.
    Stream,
}

impl<'a> Request<'a> {
    pub(crate) fn new(method: Method, url: Url, what: &'a str) -> Self {
        Self { method, url, headers: Vec::new(), authorization: None, body: None, what, size: Size::Document(SMALL) }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(mut self, body: &'a [u8], media_type: &str) -> Self {
        self.body = Some(body);
        self.header("content-type", media_type)
    }

    pub(crate) fn stream(self) -> Self {
        Self { size: Size::Stream, ..self }
    }

    /// For an answer of at most `bytes` bytes.
    pub(crate) fn limit(self, bytes: u64) -> Self {
        Self { size: Size::Document(bytes), ..self }
    }
}

/// Sends requests.
pub(crate) struct Client {
    pub(crate) options: RegistryOptions,
    agents: Agents,
}

impl Client {
    pub(crate) fn new(options: RegistryOptions) -> Self {
        Self { agents: Agents::default(), options }
    }

    /// The root of a host's API, `http` only where that was asked for.
    pub(crate) fn root(&self, host: &str) -> Url {
        Url::root(self.options.insecure.holds(host), host)
    }

    /// Sends until there is an answer worth having: broken connections, 429 and 5xx are tried again after a wait.
    pub(crate) fn send(&self, request: &Request<'_>) -> Result<Answer, RegistryError> {
        let patience = &self.options.patience;
        let mut attempt = 1;
        loop {
            let last = attempt >= patience.attempts;
            let wait = match self.send_once(request) {
                Ok(answer) if !answer.is_transient() => return Ok(answer),
                Ok(answer) => {
                    let asked = answer.asked_wait();
                    if last || asked.is_some_and(|wait| wait > patience.longest_wait) {
                        return Err(answer.into_error(request.what));
                    }
                    asked
                }
                Err(RegistryError::Unreachable { host, source, .. }) if last || is_hopeless(&source) => {
                    return Err(RegistryError::Unreachable { host, attempts: attempt, source });
                }
                Err(RegistryError::Unreachable { .. }) => None,
                Err(error) => return Err(error),
            };
            let wait = wait.unwrap_or_else(|| patience::backoff(patience, request.url.text(), attempt));
            (patience.pause)(wait);
            attempt += 1;
        }
    }

    /// Sends once and follows redirects.
    fn send_once(&self, request: &Request<'_>) -> Result<Answer, RegistryError> {
        let mut request = request.clone();
        let first = request.url.host().to_owned();
        let mut seen = HashSet::new();
        let refused = |why: String| RegistryError::Redirect { host: first.clone(), why };
        for _ in 0..=REDIRECTS {
            seen.insert(request.url.text().to_owned());
            let response = self.exchange(&request)?;
            let status = response.status();
            let target = response.headers().get(http::header::LOCATION).and_then(|value| value.to_str().ok());
            let follows = matches!(request.method, Method::GET | Method::HEAD)
                && matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
            let Some(target) = target.filter(|_| follows) else {
                let answer = Answer::new(response, request.url);
                return match request.size {
                    Size::Document(limit) if answer.status().is_success() && request.method != Method::HEAD => {
                        answer.held(limit, request.what)
                    }
                    Size::Document(_) | Size::Stream => Ok(answer),
                };
            };
            let next = request.url.join(target).ok_or_else(|| refused("its address is none".into()))?;
            if seen.contains(next.text()) {
                return Err(refused(format!("it leads in a circle, back to `{}`", next.printable())));
            }
            if request.url.is_tls() && !next.is_tls() && !self.options.insecure.holds(next.host()) {
                let why = format!("it leads from TLS to plain HTTP at `{}`; --insecure={0} allows that", next.host());
                return Err(refused(why));
            }
            if !next.is_same_origin(&request.url) {
                request.authorization = None;
            }
            request.url = next;
        }
        Err(refused(format!("there are more than {REDIRECTS} in a row")))
    }

    fn exchange(&self, request: &Request<'_>) -> Result<http::Response<ureq::Body>, RegistryError> {
        let host = request.url.host();
        let agent = self.agents.agent(&self.options, host, request.url.is_tls())?;
        let mut parts = http::Request::builder().method(request.method.clone()).uri(request.url.text());
        for (name, value) in &request.headers {
            parts = parts.header(*name, value);
        }
        if let Some(authorization) = &request.authorization {
            parts = parts.header(http::header::AUTHORIZATION, authorization);
        }
        let patience = &self.options.patience;
        let whole = matches!(request.size, Size::Document(_)).then_some(patience.document);
        let failed = |error: ureq::Error| failure(host, error);
        let bad = |error: http::Error| RegistryError::Answer { what: request.what.into(), why: error.to_string() };
        let outcome = match request.body {
            Some(body) => {
                let request = parts.body(body).map_err(bad)?;
                agent.run(agent.configure_request(request).timeout_global(whole).build())
            }
            None => {
                let request = parts.body(()).map_err(bad)?;
                agent.run(agent.configure_request(request).timeout_global(whole).build())
            }
        };
        outcome.map_err(failed)
    }
}

/// What a failed exchange means.
pub(crate) fn failure(host: &str, error: ureq::Error) -> RegistryError {
    let host = host.to_owned();
    let error = match error {
        ureq::Error::Rustls(error) => return RegistryError::Tls { host, why: error.to_string() },
        ureq::Error::Tls(why) => return RegistryError::Tls { host, why: why.into() },
        ureq::Error::LargeResponseHeader(_, limit) => {
            return RegistryError::TooLarge {
                what: format!("the header of an answer of `{host}`"),
                limit: limit as u64,
            };
        }
        ureq::Error::Protocol(error) => {
            return RegistryError::Answer { what: format!("a request to `{host}`"), why: error.to_string() };
        }
        ureq::Error::HostNotFound => io::Error::new(io::ErrorKind::NotFound, "no such host"),
        ureq::Error::Timeout(_) => io::Error::new(io::ErrorKind::TimedOut, "it stayed silent too long"),
        other => other.into_io(),
    };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(tls) => RegistryError::Tls { host, why: tls_reason(tls) },
        None => RegistryError::Unreachable { host, attempts: 1, source: error },
    }
}

fn tls_reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => "it does not speak TLS; --insecure allows plain HTTP".into(),
        other => other.to_string(),
    }
}

/// True for failures that another attempt will not mend.
fn is_hopeless(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput)
}

/// True for statuses that ask for another attempt.
fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}
