//! Names of images: repository, tag and digest, and how exactly they say which image is meant.

use crate::settings::{AllowedBase, BannedBase};

/// A name taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Image<'a> {
    /// As it was written.
    text: &'a str,
    /// Without Docker Hub's own names before it: `alpine`, `ghcr.io/org/name`.
    pub(crate) repository: &'a str,
    pub(crate) tag: Option<&'a str>,
    pub(crate) digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        let colon = name[last..].find(':').map(|colon| last + colon);
        let (repository, tag) = colon.map_or((name, None), |colon| (&name[..colon], Some(&name[colon + 1..])));
        Self { text, repository: short(repository), tag, digest }
    }

    /// Whether it says which image is meant down to the patch: a digest, `3.21.3`, a date, or a commit.
    pub(crate) fn is_pinned(&self) -> bool {
        self.digest.is_some() || self.tag.is_some_and(is_patch)
    }

    /// Whether an entry of a list means it: same repository, and a tag that refines the entry's.
    ///
    /// `python:3.12.4-alpine3.21` refines `python:3.12-alpine`; another minor version does not.
    pub(crate) fn refines(&self, entry: &str) -> bool {
        let entry = Image::parse(entry);
        if entry.repository != self.repository {
            return false;
        }
        match (entry.tag, self.tag) {
            (None, _) => true,
            (Some(wanted), Some(tag)) => refines(tag, wanted),
            (Some(_), None) => false,
        }
    }

    /// Whether it is a base of the set.
    pub(crate) fn is_of(&self, allowed: &AllowedBase) -> bool {
        allowed.names.as_ref().map_or_else(|| self.refines(&allowed.reference), |names| names.mean(self.text))
    }

    /// Whether a ban means it.
    pub(crate) fn is_banned_by(&self, ban: &BannedBase) -> bool {
        ban.names.as_ref().map_or_else(|| self.is_meant_by(&ban.pattern), |names| names.mean(self.text))
    }

    /// Whether a pattern `repository:glob` means it.
    pub(crate) fn is_meant_by(&self, pattern: &str) -> bool {
        let pattern = Image::parse(pattern);
        let tag = self.tag.unwrap_or(if self.digest.is_some() { "" } else { "latest" });
        pattern.repository == self.repository
            && pattern.tag.is_none_or(|wanted| wanted == "*" || crate::patterns::glob(wanted, tag))
    }
}

/// What to write in place of another base: as exactly as the pins say.
pub(crate) fn exactly(settings: &crate::settings::LintSettings, reference: &str) -> String {
    settings.pins.get(reference).map_or_else(|| reference.to_owned(), String::clone)
}

/// The repository of a name, Docker Hub's own names before it left out.
pub(crate) fn repository_of(text: &str) -> &str {
    Image::parse(text).repository
}

fn short(repository: &str) -> &str {
    let short = ["docker.io/", "index.docker.io/", "registry-1.docker.io/"]
        .iter()
        .find_map(|host| repository.strip_prefix(host));
    let short = short.unwrap_or(repository);
    short.strip_prefix("library/").unwrap_or(short)
}

/// Whether a tag names a patch: three numbers, a day as eight digits, or a commit.
fn is_patch(tag: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = tag.split(['-', '_', '+']);
    let is_exact = |word: &str| {
        let word = word.trim_start_matches(['v', 'V']);
        let numbers = word.split('.').take_while(|part| is_number(part)).count();
        let starts_a_patch = word.splitn(3, '.').all(|part| part.starts_with(|first: char| first.is_ascii_digit()));
        let is_day = word.len() >= 8 && word.get(..8).is_some_and(|day| is_number(day) && day.starts_with("20"));
        let is_commit = word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        numbers >= 3 || (word.split('.').count() >= 3 && starts_a_patch) || is_day || is_commit
    };
    words.any(is_exact)
}

/// Whether every part of an entry's tag is in a tag, its numbers as the beginning of the tag's.
fn refines(tag: &str, wanted: &str) -> bool {
    let mut parts = tag.split('-');
    wanted.split('-').all(|wanted| {
        parts.by_ref().any(|part| {
            part == wanted
                || part.strip_prefix(wanted).is_some_and(|rest| {
                    let ends_in_digit = wanted.ends_with(|last: char| last.is_ascii_digit());
                    if ends_in_digit {
                        rest.starts_with('.')
                    } else {
                        rest.starts_with(|first: char| first.is_ascii_digit())
                    }
                })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let image = Image::parse("docker.io/library/alpine:3.20@sha256:ab");
        assert_eq!((image.repository, image.tag, image.digest), ("alpine", Some("3.20"), Some("sha256:ab")));
        let image = Image::parse("localhost:5000/a/b");
        assert_eq!((image.repository, image.tag), ("localhost:5000/a/b", None));
    }

    #[test]
    fn only_patches_and_digests_are_pinned() {
        for pinned in [
            "alpine:3.21.8",
            "a:28.3.1-alpine",
            "a:elixir-1.17.3-alpine",
            "debian:bookworm-20250101-slim",
            "a@sha256:1",
            "a:v1.2.3",
        ] {
            assert!(Image::parse(pinned).is_pinned(), "{pinned}");
        }
        for open in ["alpine:3.20", "alpine", "alpine:latest", "node:22-alpine3.21", "debian:bookworm", "a:1"] {
            assert!(!Image::parse(open).is_pinned(), "{open}");
        }
    }

    #[test]
    fn refinements_stay_in_the_set_and_other_minors_do_not() {
        let check = |image: &str, entry: &str, expected: bool| {
            assert_eq!(Image::parse(image).refines(entry), expected, "{image} {entry}");
        };
        check("python:3.12.14-alpine3.21@sha256:ab", "python:3.12-alpine", true);
        check("alpine:3.21.8", "alpine:3.21", true);
        check("alpine:3.20", "alpine:3.21", false);
        check("alpine:3.210", "alpine:3.21", false);
        check("docker.io/library/alpine:3.21", "alpine:3.21", true);
        check("python:3.12", "python:3.12-alpine", false);
    }

    #[test]
    fn patterns_of_bans_are_globs_over_tags() {
        assert!(Image::parse("ubuntu:22.04").is_meant_by("ubuntu:*"));
        assert!(Image::parse("ubuntu@sha256:ab").is_meant_by("ubuntu:*"));
        assert!(Image::parse("node:20-buster-slim").is_meant_by("node:*-buster*"));
        assert!(!Image::parse("node:20-alpine").is_meant_by("node:*-buster*"));
    }
}
