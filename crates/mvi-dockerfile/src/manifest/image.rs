//! References of images as manifests write them, and what is wrong with them wherever they stand.

use crate::compose::is_debugging_word;
use crate::settings::LintSettings;

/// A reference taken apart: `[HOST/]NAME[:TAG][@DIGEST]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    /// The registry's host; nothing for the default one.
    pub host: Option<&'a str>,
    /// With the host: `registry.example/team/app`.
    pub repository: &'a str,
    /// The tag.
    pub tag: Option<&'a str>,
    /// The digest.
    pub digest: Option<&'a str>,
}

impl<'a> ImageReference<'a> {
    /// Takes a reference apart; whatever it is, nothing is refused.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let last = name.rfind('/').map_or(0, |at| at + 1);
        let (repository, tag) = match name[last..].find(':') {
            Some(at) => (&name[..last + at], Some(&name[last + at + 1..])),
            None => (name, None),
        };
        let first = repository.split_once('/').map(|(first, _)| first);
        let host = first.filter(|first| first.contains(['.', ':']) || *first == "localhost");
        Self { host, repository, tag, digest }
    }
}

/// What is wrong with the tag: it is missing, or one that moves.
pub(super) fn moving_tag(text: &str) -> Option<String> {
    let image = ImageReference::parse(text);
    match (image.tag, image.digest) {
        (_, Some(_)) => None,
        (None, None) => Some(format!("`{text}` has no tag, so whatever is `latest` runs")),
        (Some("latest"), None) => Some(format!("`{text}` is another image from day to day")),
        (Some(_), None) => None,
    }
}

/// Whether the image is one for looking into things.
pub(super) fn is_debugging(text: &str) -> bool {
    let image = ImageReference::parse(text);
    let name = image.repository.rsplit('/').next().unwrap_or_default();
    let tool = matches!(name, "netshoot" | "busyboxplus" | "debug-tools");
    tool || image.tag.is_some_and(is_debugging_word) || is_debugging_word(name)
}

/// Why the image is not one of those that may run.
pub(super) fn stranger(text: &str, settings: &LintSettings) -> Option<String> {
    let image = ImageReference::parse(text);
    let host = image.host.unwrap_or("docker.io");
    let trusted = &settings.trusted_registries;
    if !trusted.is_empty() && !trusted.iter().any(|pattern| matches(pattern, host)) {
        return Some(format!("`{text}` comes from {host}, which is not trusted"));
    }
    let allowed = &settings.allowed_images;
    let short = text.strip_prefix("docker.io/").map(|rest| rest.strip_prefix("library/").unwrap_or(rest));
    let is_allowed = |name: &str| allowed.iter().any(|pattern| matches(pattern, name));
    let names = [Some(text), short, Some(image.repository)];
    let known = allowed.is_empty() || names.into_iter().flatten().any(is_allowed);
    (!known).then(|| format!("`{text}` is none of the images that may run"))
}

/// Whether a text is what a pattern says, `*` standing for anything. Linear but for the stars.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let check = |text: &str, host: Option<&str>, repository: &str, tag: Option<&str>, digest: Option<&str>| {
            assert_eq!(ImageReference::parse(text), ImageReference { host, repository, tag, digest }, "{text}");
        };
        check("alpine", None, "alpine", None, None);
        check("team/app:1.4", None, "team/app", Some("1.4"), None);
        check("localhost:5000/app", Some("localhost:5000"), "localhost:5000/app", None, None);
        check("r.example/a/b:1@sha256:0", Some("r.example"), "r.example/a/b", Some("1"), Some("sha256:0"));
        check("", None, "", None, None);
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, wanted) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("r.example/*", "r.example/a/b:1", true),
            ("*/app:*", "r/app:1", true),
            ("*/app:*", "r/app", false),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), wanted, "{pattern} {text}");
        }
    }
}
