//! Addresses: absolute, `http` or `https`, joined with what redirects and uploads answer.

use std::fmt::Write as _;

use mvi_image::printable;
use ureq::http::Uri;

/// An absolute address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    text: String,
    /// Where path and query begin in `text`.
    path_at: usize,
}

impl Url {
    /// The root of a host.
    pub(crate) fn root(plain: bool, host: &str) -> Self {
        let scheme = if plain { "http" } else { "https" };
        let text = format!("{scheme}://{host}");
        Self { path_at: text.len(), text }
    }

    /// An address as somebody states it; `None` when it is no absolute `http` or `https` one, or names a user.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
        let authority = uri.authority()?.as_str();
        if authority.contains('@') {
            return None;
        }
        let rest = uri.path_and_query().map_or("", |rest| rest.as_str());
        let root = format!("{scheme}://{authority}");
        Some(Self { text: format!("{root}{rest}"), path_at: root.len() })
    }

    /// The same host with this path and query.
    pub(crate) fn with_path(&self, path: &str) -> Self {
        Self { text: format!("{}{path}", &self.text[..self.path_at]), path_at: self.path_at }
    }

    /// What a `Location` or `Link` means when it comes from here (RFC 3986, section 5, without dot segments).
    pub(crate) fn join(&self, target: &str) -> Option<Self> {
        let target = target.split('#').next().unwrap_or_default();
        let scheme = if self.is_tls() { "https:" } else { "http:" };
        if let Some(authority) = target.strip_prefix("//") {
            return Self::parse(&format!("{scheme}//{authority}"));
        }
        if target.starts_with('/') {
            return Self::parse(self.with_path(target).text());
        }
        if target.contains("://") {
            return Self::parse(target);
        }
        let path = self.text[self.path_at..].split('?').next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Self::parse(self.with_path(&format!("{folder}/{target}")).text())
    }

    /// The same with `name=value` in the query.
    pub(crate) fn query(&self, name: &str, value: &str) -> Self {
        let mark = if self.text.contains('?') { '&' } else { '?' };
        Self { text: format!("{}{mark}{name}={}", self.text, encode(value)), path_at: self.path_at }
    }

    /// All of it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Without its query, which may hold a signature, and safe to show.
    pub(crate) fn printable(&self) -> String {
        let text = self.text.split('?').next().unwrap_or_default();
        printable(text.chars().take(200).collect::<String>().as_bytes())
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        let root = &self.text[..self.path_at];
        root.split_once("://").map_or(root, |(_, host)| host)
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// True when credentials for one are meant for the other.
    pub(crate) fn is_same_origin(&self, other: &Self) -> bool {
        self.text[..self.path_at].eq_ignore_ascii_case(&other.text[..other.path_at])
    }
}

/// A value as queries and forms carry it (RFC 3986, section 2.3).
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, expected: Option<&str>) {
        let base = Url::parse("https://r.corp:5000/v2/app/blobs/x?sig=1").unwrap();
        assert_eq!(base.join(target).as_ref().map(Url::text), expected, "{target}");
    }

    #[test]
    fn targets_are_joined_as_browsers_do() {
        check("/v2/next?n=1", Some("https://r.corp:5000/v2/next?n=1"));
        check("y?z", Some("https://r.corp:5000/v2/app/blobs/y?z"));
        check("//cdn.corp/z", Some("https://cdn.corp/z"));
        check("http://cdn.corp/z#part", Some("http://cdn.corp/z"));
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        check("file:///etc/passwd", None);
        check("https://user:secret@cdn.corp/z", None);
        check("https://", None);
        check("/a b", None);
    }

    #[test]
    fn credentials_are_for_one_scheme_host_and_port() {
        let same = |one: &str, other: &str| Url::parse(one).unwrap().is_same_origin(&Url::parse(other).unwrap());
        assert!(same("https://R.corp/a", "https://r.corp/b?c"));
        assert!(!same("https://r.corp/a", "http://r.corp/a"));
        assert!(!same("https://r.corp/a", "https://r.corp:444/a"));
        assert!(!same("https://r.corp/a", "https://r.corp.evil/a"));
    }

    #[test]
    fn signatures_are_not_shown() {
        assert_eq!(Url::parse("https://cdn/a?X-Signature=secret").unwrap().printable(), "https://cdn/a");
    }
}
