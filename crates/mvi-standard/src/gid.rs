//! Ids of registered images: their grammar, the name that is proposed for a reference, and the next generation.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::reference::Reference;

/// The id of a registered image, `GID-IMG-ALPINE-001`. Image Standard V13, GID grammar.
///
/// An id is given once and never reused. The number is the generation: a new tag line of the same image takes the next
/// one, a new digest of the same line keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gid {
    name: String,
    generation: u16,
}

/// Why there is no such id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GidError {
    /// The text does not follow the grammar.
    #[error("`{text}` is no image id: {why}; write it as GID-IMG-NAME-001")]
    Malformed {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The reference holds no letter to make a name of.
    #[error("no name can be made of `{reference}`; give one")]
    NoName {
        /// The reference.
        reference: String,
    },
    /// Every name that is made by rule belongs to another image.
    #[error("all names made of `{reference}` are taken; give one")]
    Taken {
        /// The reference.
        reference: String,
    },
    /// All 999 generations were given away.
    #[error("the name {name} has no generation left after 999")]
    NoGeneration {
        /// The name.
        name: String,
    },
}

impl Gid {
    /// An id from its parts: a name of 1 to 24 capital letters and digits that begins with a letter, and 1 to 999.
    ///
    /// # Errors
    ///
    /// [`GidError::Malformed`] names the part that does not fit.
    pub fn new(name: &str, generation: u16) -> Result<Self, GidError> {
        let malformed = |why| GidError::Malformed { text: format!("{PREFIX}{name}-{generation:03}"), why };
        if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
            return Err(malformed("its name does not begin with a capital letter"));
        }
        if name.len() > NAME_LIMIT {
            return Err(malformed("its name is longer than 24 characters"));
        }
        if !name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit()) {
            return Err(malformed("its name holds more than capital letters and digits"));
        }
        if !(1..=LAST_GENERATION).contains(&generation) {
            return Err(malformed("its generation is not between 001 and 999"));
        }
        Ok(Self { name: name.to_owned(), generation })
    }

    /// The name, `ALPINE`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The generation, 1 to 999.
    pub fn generation(&self) -> u16 {
        self.generation
    }
}

impl FromStr for Gid {
    type Err = GidError;

    fn from_str(text: &str) -> Result<Self, GidError> {
        let malformed = |why| GidError::Malformed { text: text.to_owned(), why };
        let rest = text.strip_prefix(PREFIX).ok_or_else(|| malformed("it does not begin with GID-IMG-"))?;
        let (name, number) = rest.rsplit_once('-').ok_or_else(|| malformed("it has no generation"))?;
        if number.len() != 3 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(malformed("its generation is not three digits"));
        }
        let generation = number.parse().map_err(|_| malformed("its generation is no number"))?;
        Self::new(name, generation)
    }
}

impl fmt::Display for Gid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}-{:03}", self.name, self.generation)
    }
}

impl Serialize for Gid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Gid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The first id for an image, by the default rule: capitals and digits of the repository's last part; where that name
/// is taken, a word of the tag behind it (`python:3.12-alpine` becomes `PYALPINE`); then numbers from 2 on.
///
/// `taken` are the names of all ids ever given, retired ones too.
///
/// # Errors
///
/// [`GidError::NoName`] for a repository without a letter, [`GidError::Taken`] when the rule finds no free name.
pub fn propose(reference: &Reference, taken: &BTreeSet<String>) -> Result<Gid, GidError> {
    let last = reference.repository.rsplit('/').next().unwrap_or_default();
    let name = word(last);
    if name.is_empty() {
        return Err(GidError::NoName { reference: reference.to_string() });
    }
    let short = SHORT.iter().find(|(long, _)| *long == name).map_or(name.as_str(), |(_, short)| short);
    let tag = reference.tag.as_deref().unwrap_or_default();
    let variants = tag.split(['-', '.', '_']).map(word).filter(|variant| !variant.is_empty());
    let varied: Vec<String> = variants.map(|variant| cut(&format!("{short}{variant}"), NAME_LIMIT)).collect();
    let numbered = (2..100).map(|number| format!("{}{number}", cut(&name, NAME_LIMIT - 2)));
    let free = std::iter::once(cut(&name, NAME_LIMIT)).chain(varied).chain(numbered).find(|name| !taken.contains(name));
    let name = free.ok_or_else(|| GidError::Taken { reference: reference.to_string() })?;
    Gid::new(&name, 1)
}

/// The id of the next tag line of an image that has a name: one more than the highest generation ever given.
///
/// # Errors
///
/// [`GidError::NoGeneration`] after 999, [`GidError::Malformed`] for a name that no id can have.
pub fn next_generation<'a>(name: &str, given: impl IntoIterator<Item = &'a Gid>) -> Result<Gid, GidError> {
    let last = given.into_iter().filter(|gid| gid.name == name).map(|gid| gid.generation).max().unwrap_or(0);
    if last >= LAST_GENERATION {
        return Err(GidError::NoGeneration { name: name.to_owned() });
    }
    Gid::new(name, last + 1)
}

/// True for two tag lines of one image: the same repository, and tags that differ in nothing but their versions
/// (`alpine:3.21` and `alpine:3.22`, and not `python:3.12-alpine` and `python:3.12-slim`).
pub fn is_same_image(one: &Reference, other: &Reference) -> bool {
    let variant = |reference: &Reference| -> Vec<String> {
        let tag = reference.tag.as_deref().unwrap_or_default();
        let is_version =
            |part: &String| part.strip_prefix('V').unwrap_or(part).bytes().all(|byte| byte.is_ascii_digit());
        tag.split(['-', '.', '_']).map(word).filter(|part| !is_version(part)).collect()
    };
    one.repository == other.repository && variant(one) == variant(other)
}

/// Capitals and digits of a text, from its first letter on.
fn word(text: &str) -> String {
    let kept = text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    kept.skip_while(char::is_ascii_digit).collect()
}

fn cut(name: &str, limit: usize) -> String {
    name.chars().take(limit).collect()
}

const PREFIX: &str = "GID-IMG-";
const NAME_LIMIT: usize = 24;
const LAST_GENERATION: u16 = 999;

/// Names that are cut short before a variant, as the standard's own ids do.
const SHORT: &[(&str, &str)] = &[("PYTHON", "PY")];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let told = text.parse::<Gid>().map_or_else(|error| error.to_string(), |gid| gid.to_string());
        assert_eq!(told, expected);
    }

    fn proposed(reference: &str, taken: &[&str]) -> String {
        let taken = taken.iter().map(|name| (*name).to_owned()).collect();
        let reference = Reference::normalise(reference, &[]).unwrap();
        propose(&reference, &taken).map_or_else(|error| error.to_string(), |gid| gid.to_string())
    }

    #[test]
    fn an_id_follows_the_grammar() {
        check("GID-IMG-ALPINE-001", "GID-IMG-ALPINE-001");
        check("GID-IMG-A23456789012345678901234-999", "GID-IMG-A23456789012345678901234-999");
        let hint = "write it as GID-IMG-NAME-001";
        check("alpine", &format!("`alpine` is no image id: it does not begin with GID-IMG-; {hint}"));
        check("GID-IMG-ALPINE", &format!("`GID-IMG-ALPINE` is no image id: it has no generation; {hint}"));
        check(
            "GID-IMG-ALPINE-1",
            &format!("`GID-IMG-ALPINE-1` is no image id: its generation is not three digits; {hint}"),
        );
        let out = "its generation is not between 001 and 999";
        check("GID-IMG-ALPINE-000", &format!("`GID-IMG-ALPINE-000` is no image id: {out}; {hint}"));
        for name in ["1A", "alpine", "A-B", "A23456789012345678901234X", "Ä", ""] {
            assert!(Gid::new(name, 1).is_err(), "{name}");
        }
    }

    #[test]
    fn every_id_of_the_standard_is_one() {
        let standard = crate::Standard::builtin().unwrap();
        for gid in &standard.gids {
            assert_eq!(gid.id.parse::<Gid>().unwrap().to_string(), gid.id);
        }
    }

    #[test]
    fn a_name_is_made_of_the_repository_then_of_the_tag() {
        assert_eq!(proposed("alpine:3.21", &[]), "GID-IMG-ALPINE-001");
        assert_eq!(proposed("registry.corp/team/oc-silo-base", &[]), "GID-IMG-OCSILOBASE-001");
        assert_eq!(proposed("python:3.12-alpine", &["PYTHON"]), "GID-IMG-PYALPINE-001");
        assert_eq!(proposed("python:3.12-slim-bookworm", &["PYTHON", "PYSLIM"]), "GID-IMG-PYBOOKWORM-001");
        assert_eq!(proposed("python:3.12", &["PYTHON"]), "GID-IMG-PYTHON2-001");
        assert_eq!(proposed("3scale", &[]), "GID-IMG-SCALE-001");
        assert_eq!(proposed("42", &[]), "no name can be made of `42:latest`; give one");
    }

    #[test]
    fn tag_lines_of_one_image_differ_in_their_versions_alone() {
        let same = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| Reference::normalise(text, &[]).unwrap());
            is_same_image(&one, &other)
        };
        assert!(same("alpine:3.21", "alpine:3.22"));
        assert!(same("python:3.12-alpine", "python:3.13.1-alpine"));
        assert!(same("app:v1", "app:v2"));
        assert!(!same("python:3.12-alpine", "python:3.12-slim"));
        assert!(!same("alpine:3.21", "registry.corp/alpine:3.21"));
    }

    #[test]
    fn generations_are_never_given_twice() {
        let given =
            ["GID-IMG-ALPINE-001", "GID-IMG-ALPINE-007", "GID-IMG-NODE-009"].map(|id| id.parse::<Gid>().unwrap());
        assert_eq!(next_generation("ALPINE", &given).unwrap().to_string(), "GID-IMG-ALPINE-008");
        assert_eq!(next_generation("NGINX", &given).unwrap().generation(), 1);
        let last = Gid::new("ALPINE", 999).unwrap();
        assert_eq!(next_generation("ALPINE", [&last]), Err(GidError::NoGeneration { name: "ALPINE".to_owned() }));
    }

    proptest! {
        #[test]
        fn whatever_is_proposed_can_be_read_again(repository in "[a-z0-9][a-z0-9_/-]{0,60}[a-z0-9]", tag in "[A-Za-z0-9_.-]{1,60}") {
            prop_assume!(!repository.contains("//"));
            let Ok(reference) = Reference::normalise(&format!("{repository}:{tag}"), &[]) else { return Ok(()) };
            if let Ok(gid) = propose(&reference, &BTreeSet::new()) {
                prop_assert_eq!(gid.to_string().parse::<Gid>().unwrap(), gid);
            }
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "(GID-IMG-)?.{0,40}") {
            if let Ok(gid) = text.parse::<Gid>() {
                prop_assert_eq!(gid.to_string(), text);
            }
        }
    }
}
