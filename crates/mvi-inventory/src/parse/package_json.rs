//! What a Node package says about itself: `package.json`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::json::named;
use super::problem::{Problem, ProblemKind, Problems};

/// What a package says about itself; all other members are passed over, whatever they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeManifest<'a> {
    /// `name`, with its scope: `@scope/name`.
    pub name: Cow<'a, str>,
    /// `version`.
    pub version: Cow<'a, str>,
    /// `license`, or the types in the older `licenses`.
    pub licences: Vec<Cow<'a, str>>,
    /// `author`, or its name.
    pub author: Option<Cow<'a, str>>,
    /// Names in `dependencies`.
    pub dependencies: Vec<Cow<'a, str>>,
    /// Names in `optionalDependencies` and `peerDependencies`: what may be there.
    pub maybe: Vec<Cow<'a, str>>,
}

/// Name and version of a `package.json`; none when either is missing or no text, which is then a problem.
///
/// Of members that occur twice the last holds, as in `JSON.parse`. Fields: package.json(5) of npm.
pub fn parse_package_json(bytes: &[u8]) -> (Option<NodeManifest<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let members = reader.deserialize_map(MembersVisitor).and_then(|members| reader.end().map(|()| members));
    let manifest = match members {
        Err(error) => {
            problems.push(0, ProblemKind::NotJson { reason: error.to_string() });
            None
        }
        Ok(members) => named(members.name.filled(), members.version.filled(), &mut problems).map(|(name, version)| {
            let licences = members.licences.0;
            let author = members.author.0.into_iter().next();
            let maybe = [members.optional.0, members.peers.0].concat();
            NodeManifest { name, version, licences, author, dependencies: members.dependencies.0, maybe }
        }),
    };
    (manifest, problems.into_vec())
}

#[derive(Debug, Default)]
struct Members<'a> {
    name: Text<'a>,
    version: Text<'a>,
    licences: Labels<'a>,
    author: Labels<'a>,
    dependencies: Keys<'a>,
    optional: Keys<'a>,
    peers: Keys<'a>,
}

/// A member that should be a text; anything else is read and forgotten.
#[derive(Debug, Default)]
struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    fn filled(self) -> Option<Cow<'a, str>> {
        self.0.filter(|text| !text.is_empty())
    }
}

/// The keys of a member that should be an object.
#[derive(Debug, Default)]
struct Keys<'a>(Vec<Cow<'a, str>>);

/// A text, the `type` or `name` of an object, or a list of those.
#[derive(Debug, Default)]
struct Labels<'a>(Vec<Cow<'a, str>>);

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref() {
                Some("name") => members.name = map.next_value()?,
                Some("version") => members.version = map.next_value()?,
                Some("license" | "licenses") => members.licences = map.next_value()?,
                Some("author") => members.author = map.next_value()?,
                Some("dependencies") => members.dependencies = map.next_value()?,
                Some("optionalDependencies") => members.optional = map.next_value()?,
                Some("peerDependencies") => members.peers = map.next_value()?,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(members)
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Depth::Text.deserialize(deserializer)?.text))
    }
}

impl<'de> Deserialize<'de> for Keys<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Depth::Object.deserialize(deserializer)?.keys))
    }
}

impl<'de> Deserialize<'de> for Labels<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Depth::List.deserialize(deserializer)?;
        let labels = parts.text.into_iter().chain(parts.label).chain(parts.listed);
        Ok(Self(labels.filter(|label| !label.is_empty()).collect()))
    }
}

/// What a value holds, as far as it is asked for.
#[derive(Default)]
struct Parts<'a> {
    text: Option<Cow<'a, str>>,
    keys: Vec<Cow<'a, str>>,
    /// The object's `type` or `name`.
    label: Option<Cow<'a, str>>,
    /// Texts and labels of a list.
    listed: Vec<Cow<'a, str>>,
}

/// How far a value is looked into; what lies deeper is passed over without descending into it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Text,
    Object,
    List,
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Parts<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parts<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Parts<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Parts<'de>, E> {
        Ok(Parts { text: Some(Cow::Borrowed(text)), ..Parts::default() })
    }

    fn visit_str<E>(self, text: &str) -> Result<Parts<'de>, E> {
        Ok(Parts { text: Some(Cow::Owned(text.to_owned())), ..Parts::default() })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Parts<'de>, E> {
        Ok(Parts::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Parts<'de>, E> {
        Ok(Parts::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Parts<'de>, E> {
        Ok(Parts::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Parts<'de>, E> {
        Ok(Parts::default())
    }

    fn visit_unit<E>(self) -> Result<Parts<'de>, E> {
        Ok(Parts::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Parts<'de>, A::Error> {
        let mut parts = Parts::default();
        if self == Self::List {
            while let Some(part) = seq.next_element_seed(Self::Object)? {
                parts.listed.extend(part.text.or(part.label));
            }
        } else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(parts)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
        let mut parts = Parts::default();
        if self == Self::Text {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(parts);
        }
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref() {
                Some("type" | "name") => parts.label = map.next_value::<Text<'de>>()?.0,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
            parts.keys.extend(key.0);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &str) {
        let (manifest, problems) = parse_package_json(document.as_bytes());
        let mut found: Vec<String> = manifest.iter().map(|m| format!("{} {}", m.name, m.version)).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn other_members_may_hold_anything() {
        check(r#"{"name":"@scope/a","private":"odd","author":[1,{"x":null}],"version":"1.2.3"}"#, "@scope/a 1.2.3");
    }

    #[test]
    fn escapes_are_read_and_a_byte_order_mark_is_dropped() {
        check("\u{feff}{\"name\":\"a\\u0062\",\"version\":\"1\"}", "ab 1");
    }

    #[test]
    fn licences_author_and_needs_are_read_in_all_their_forms() {
        let said = |document: &str| {
            let manifest = parse_package_json(document.as_bytes()).0.unwrap_or_default();
            format!("{:?} {:?} {:?} {:?}", manifest.licences, manifest.author, manifest.dependencies, manifest.maybe)
        };
        assert_eq!(
            said(
                r#"{"name":"a","version":"1","license":"MIT","author":{"email":"x","name":"N"},
                    "dependencies":{"b":"^1","@s/c":{"odd":[]}},"peerDependencies":{"d":"1"},"optionalDependencies":{"e":1}}"#
            ),
            r#"["MIT"] Some("N") ["b", "@s/c"] ["e", "d"]"#
        );
        assert_eq!(
            said(
                r#"{"name":"a","version":"1","licenses":[{"type":"MIT","url":"u"},"ISC",[["x"]]],"author":"N <n@x>"}"#
            ),
            r#"["MIT", "ISC"] Some("N <n@x>") [] []"#
        );
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(said(&format!(r#"{{"name":"a","version":"1","license":{deep}}}"#)), "[] None [] []");
    }

    #[test]
    fn the_last_of_two_members_holds() {
        check(r#"{"name":"a","name":"b","version":"1"}"#, "b 1");
    }

    #[test]
    fn names_and_versions_of_a_wrong_type_are_missing() {
        check(r#"{"name":["a"],"version":"1"}"#, "byte 0: record without a name");
        check(r#"{"name":"a","version":{"b":[1]}}"#, "byte 0: record of `a` without a version");
        check(r#"{"name":"a","version":1.5}"#, "byte 0: record of `a` without a version");
    }

    #[test]
    fn what_is_not_an_object_is_a_problem() {
        check("", "byte 0: not JSON: EOF while parsing a value at line 1 column 0");
        check("{} x", "byte 0: not JSON: trailing characters at line 1 column 4");
    }

    #[test]
    fn deep_nesting_is_passed_over() {
        let deep = "[".repeat(200_000);
        check(&format!("{{\"x\":{deep}{}, \"name\":\"a\",\"version\":\"1\"}}", "]".repeat(200_000)), "a 1");
    }
}
