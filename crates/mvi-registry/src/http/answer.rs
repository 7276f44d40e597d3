//! What came back: status, headers, and a body that is read within a ceiling.

use std::io::Read;
use std::time::Duration;

use mvi_image::printable;
use serde::Deserialize;
use ureq::http::{Response, StatusCode};

use super::patience::asked_wait;
use super::url::Url;
use super::{failure, is_transient};
use crate::error::RegistryError;

/// Bytes of an error's body that are looked at.
const COMPLAINT_BYTES: u64 = 8 << 10;
/// Characters of it that are shown.
const COMPLAINT_SHOWN: usize = 300;

/// An answer; its body is still to be read, or was.
pub(crate) struct Answer {
    response: Response<ureq::Body>,
    held: Option<Vec<u8>>,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
}

/// The error document of the distribution-spec, "Error Codes".
#[derive(Deserialize)]
struct Complaints {
    errors: Vec<Complaint>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// The error document of docker's engine and of token services.
#[derive(Deserialize)]
struct PlainComplaint {
    #[serde(alias = "details", alias = "error_description", alias = "error", alias = "cause")]
    message: String,
}

impl Answer {
    pub(crate) fn new(response: Response<ureq::Body>, url: Url) -> Self {
        Self { response, held: None, url }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// A header as text, the first of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Every header of the name.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.response.headers().get_all(name).iter().filter_map(|value| value.to_str().ok())
    }

    /// The media type, without parameters.
    pub(crate) fn media_type(&self) -> &str {
        self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim()
    }

    /// `Content-Length`.
    pub(crate) fn length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    pub(super) fn is_transient(&self) -> bool {
        is_transient(self.status())
    }

    pub(super) fn asked_wait(&self) -> Option<Duration> {
        asked_wait(|name| self.header(name))
    }

    /// The body as a stream.
    pub(crate) fn stream(self) -> impl Read + Send + 'static {
        self.response.into_body().into_reader()
    }

    /// The same with its body read, if that has at most `limit` bytes; more than that is never held.
    pub(crate) fn held(mut self, limit: u64, what: &str) -> Result<Self, RegistryError> {
        let too_large = || RegistryError::TooLarge { what: what.to_owned(), limit };
        if self.length().is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut body = self.response.body_mut().as_reader().take(limit.saturating_add(1));
        body.read_to_end(&mut bytes).map_err(|error| failure(self.url.host(), ureq::Error::Io(error)))?;
        if bytes.len() as u64 > limit {
            return Err(too_large());
        }
        self.held = Some(bytes);
        Ok(self)
    }

    /// The body of an answer that was read with it.
    pub(crate) fn document(self) -> Vec<u8> {
        self.held.unwrap_or_default()
    }

    /// The error that an answer of an error kind means.
    pub(crate) fn into_error(self, what: &str) -> RegistryError {
        let status = self.status();
        let (host, wait) = (self.url.host().to_owned(), self.asked_wait());
        let limits = ["ratelimit-limit", "ratelimit-remaining"];
        let limits: Vec<_> =
            limits.iter().filter_map(|name| Some(format!("{name} {}", clean(self.header(name)?)))).collect();
        let mut message = self.complaint();
        if status.as_u16() == 429 {
            if let Some(wait) = wait {
                message = format!("{message}; it wants to be left alone for {} s", wait.as_secs());
            }
            if !limits.is_empty() {
                message = format!("{message} ({})", limits.join(", "));
            }
        }
        let what = what.to_owned();
        match status.as_u16() {
            401 => RegistryError::Unauthorized { host, why: message },
            403 => RegistryError::Denied { what, message },
            404 => RegistryError::NotFound { what, message },
            429 => RegistryError::RateLimit { host, wait, message },
            status => RegistryError::Status { what, status, message },
        }
    }

    /// What the body of an error says, cleaned and cut.
    fn complaint(self) -> String {
        let status = self.status();
        let mut bytes = Vec::new();
        // An error whose text cannot be read is still that error.
        let _ = self.response.into_body().into_reader().take(COMPLAINT_BYTES).read_to_end(&mut bytes);
        let text = complaint_text(&bytes);
        if text.is_empty() { status.canonical_reason().unwrap_or("no reason given").to_owned() } else { text }
    }
}

/// What an error document says: the registry's form, docker's form, or the text itself.
fn complaint_text(bytes: &[u8]) -> String {
    if let Ok(found) = serde_json::from_slice::<Complaints>(bytes) {
        let texts = found.errors.iter().take(5).map(|error| format!("{} {}", error.code, error.message));
        return clean(&texts.collect::<Vec<_>>().join("; "));
    }
    if let Ok(found) = serde_json::from_slice::<PlainComplaint>(bytes) {
        return clean(&found.message);
    }
    let text = String::from_utf8_lossy(bytes);
    if text.contains('<') { String::new() } else { clean(&text) }
}

fn clean(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    printable(line.chars().take(COMPLAINT_SHOWN).collect::<String>().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        assert_eq!(complaint_text(body.as_bytes()), expected);
    }

    #[test]
    fn complaints_are_taken_from_the_forms_servers_use() {
        check(r#"{"errors":[{"code":"DENIED","message":"no pull"},{"code":"X"}]}"#, "DENIED no pull; X");
        check(r#"{"message":"No such image: a"}"#, "No such image: a");
        check("plain\n text", "plain text");
        check("<html><body>Bad gateway</body></html>", "");
    }

    #[test]
    fn complaints_cannot_fool_a_terminal_and_are_cut() {
        check("a\u{1b}[31mred", "a\\x1b[31mred");
        assert_eq!(complaint_text("x".repeat(5000).as_bytes()).len(), COMPLAINT_SHOWN);
    }
}
