//! The patterns of the standard: bans written `repository:glob`, and the anchored tag patterns of registered bases.

use std::sync::OnceLock;

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::reference::{Reference, canonical_name, split_tag};

/// Whether a pattern covers a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The repository fits and the tag, which would decide, is not known.
    Undecided,
}

/// True when `text` is `pattern` with every `*` replaced by some run of characters; nothing else is special.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let Some(tail) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(tail)
}

/// Whether a ban covers a reference: the repositories are equal (or match its `*`) and the tag matches the glob.
///
/// A glob of `*` covers every tag and every digest; a pattern without a tag part means the same. A narrower glob
/// leaves a reference that gives only a digest undecided. Image Standard V13, section 3.
pub fn matches_ban(pattern: &str, reference: &Reference) -> Match {
    let name = canonical_name(pattern, &[]);
    let (repository, tag_glob) = split_tag(&name);
    if !glob(repository, &reference.repository) {
        return Match::No;
    }
    let Some(tag_glob) = tag_glob.filter(|tag_glob| *tag_glob != "*") else { return Match::Yes };
    match reference.match_tag() {
        None => Match::Undecided,
        Some(tag) if glob(tag_glob, tag) => Match::Yes,
        Some(_) => Match::No,
    }
}

/// Whether a registered base covers a reference: its repository glob fits and one of its tag patterns does.
///
/// A digest beside a tag refines and never leaves the set; a digest alone is undecided unless every tag is accepted.
pub fn matches_registered(repository: &str, accept: &[TagPattern], reference: &Reference) -> Match {
    if !glob(repository, &reference.repository) {
        return Match::No;
    }
    match reference.match_tag() {
        None if accept.iter().any(TagPattern::accepts_everything) => Match::Yes,
        None => Match::Undecided,
        Some(tag) if accept.iter().any(|pattern| pattern.accepts(tag)) => Match::Yes,
        Some(_) => Match::No,
    }
}

/// A regular expression that has to match a whole tag.
#[derive(Debug, Clone)]
pub struct TagPattern {
    text: String,
    /// Nothing inside where it does not compile, which only [`TagPattern::later`] leaves open.
    anchored: OnceLock<Option<Regex>>,
}

impl TagPattern {
    /// Compiles a pattern; the anchors are added here.
    ///
    /// # Errors
    ///
    /// The regular expression's own error when it does not compile.
    pub fn compile(text: &str) -> Result<Self, regex::Error> {
        // Once alone, so that an unbalanced parenthesis cannot close the group that anchors it.
        Regex::new(text)?;
        Ok(Self { text: text.to_owned(), anchored: OnceLock::from(Some(anchored(text)?)) })
    }

    /// A pattern that is known to compile, and does so when it is first asked: most are not asked in a run.
    pub(crate) fn later(text: &str) -> Self {
        Self { text: text.to_owned(), anchored: OnceLock::new() }
    }

    /// True when the whole tag matches.
    pub fn accepts(&self, tag: &str) -> bool {
        let anchored = self.anchored.get_or_init(|| anchored(&self.text).ok());
        anchored.as_ref().is_some_and(|anchored| anchored.is_match(tag))
    }

    /// The pattern as the standard writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn accepts_everything(&self) -> bool {
        self.text == ".*"
    }
}

fn anchored(text: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{text})$"))
}

impl PartialEq for TagPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for TagPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for TagPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::compile(&text).map_err(|error| {
            serde::de::Error::custom(format!("the tag pattern `{text}` is not a regular expression: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(pattern: &str, text: &str, expected: Match) {
        let reference = Reference::normalise(text, &[]).unwrap();
        assert_eq!(matches_ban(pattern, &reference), expected, "{pattern} on {text}");
    }

    fn check_registered(accept: &str, text: &str, expected: Match) {
        let reference = Reference::normalise(text, &[]).unwrap();
        let accept = [TagPattern::compile(accept).unwrap()];
        assert_eq!(matches_registered("python", &accept, &reference), expected, "{text}");
    }

    #[test]
    fn a_ban_on_every_tag_covers_every_spelling() {
        for text in ["ubuntu", "ubuntu:22.04", "docker.io/library/ubuntu", "ubuntu@sha256:ab", "ubuntu:1@sha256:ab"] {
            check("ubuntu:*", text, Match::Yes);
            check("docker.io/library/ubuntu:*", text, Match::Yes);
            check("ubuntu", text, Match::Yes);
        }
        check("ubuntu:*", "ubuntu-debootstrap:14.04", Match::No);
        check("ubuntu:*", "localhost:5000/ubuntu", Match::No);
        check("ubuntu:*", "team/ubuntu", Match::No);
    }

    #[test]
    fn a_ban_on_some_tags_covers_those_alone() {
        check("node:*-bookworm*", "node:22-bookworm-slim", Match::Yes);
        check("node:*-bookworm*", "node:bookworm", Match::No);
        check("node:*-bookworm*", "node:22", Match::No);
        check("node:*-bookworm*", "node@sha256:ab", Match::Undecided);
        check("node:*-bookworm*", "node:22-bookworm@sha256:ab", Match::Yes);
    }

    #[test]
    fn a_registered_base_accepts_refinements_and_no_other_version() {
        let accept = "3\\.12(\\.\\d+)?-alpine(3\\.\\d+)?";
        check_registered(accept, "python:3.12-alpine", Match::Yes);
        check_registered(accept, "python:3.12.14-alpine3.21@sha256:ab", Match::Yes);
        check_registered(accept, "python:3.13-alpine", Match::No);
        check_registered(accept, "python:3.12-alpine-extra", Match::No);
        check_registered(accept, "python@sha256:ab", Match::Undecided);
        check_registered(".*", "python@sha256:ab", Match::Yes);
        check_registered("3|4", "python:34", Match::No);
    }

    #[test]
    fn a_tag_pattern_cannot_escape_its_anchors() {
        assert!(TagPattern::compile("a)|(?:b").is_err());
        assert!(TagPattern::compile("(").is_err());
    }

    proptest! {
        #[test]
        fn a_glob_agrees_with_the_same_regular_expression(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
            let expression = Regex::new(&format!("^{}$", pattern.replace('*', ".*"))).unwrap();
            prop_assert_eq!(glob(&pattern, &text), expression.is_match(&text));
        }
    }
}
