//! Name and version of a Node package: `package.json`.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::problem::{Problem, ProblemKind, Problems, quote};

/// What a package says about itself; all other members are passed over, whatever they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeManifest<'a> {
    /// `name`, with its scope: `@scope/name`.
    pub name: Cow<'a, str>,
    /// `version`.
    pub version: Cow<'a, str>,
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
        Ok(members) => match (members.name.filled(), members.version.filled()) {
            (Some(name), Some(version)) => Some(NodeManifest { name, version }),
            (Some(name), None) => {
                problems.push(0, ProblemKind::NoVersion { name: quote(name.as_bytes()) });
                None
            }
            (None, _) => {
                problems.push(0, ProblemKind::NoName);
                None
            }
        },
    };
    (manifest, problems.into_vec())
}

#[derive(Debug, Default)]
struct Members<'a> {
    name: Text<'a>,
    version: Text<'a>,
}

/// A member that should be a text; anything else is read and forgotten.
#[derive(Debug, Default)]
struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    fn filled(self) -> Option<Cow<'a, str>> {
        self.0.filter(|text| !text.is_empty())
    }
}

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
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(members)
    }
}

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
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
