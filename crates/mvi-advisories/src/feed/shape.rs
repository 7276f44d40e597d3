//! What a document is, by the first names in it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An archive of documents.
    Zip,
    /// A document that was compressed.
    Gzip,
    /// OSV records: one, a list, or one a line.
    Osv,
    /// Alpine's secdb.
    Secdb,
    /// Debian's security tracker, as one document.
    Tracker,
    /// One entry of Debian's tracker with its annotations parsed.
    TrackerEntry,
    /// CSAF 2.0: advisories and VEX.
    Csaf,
    /// CISA's catalogue.
    Kev,
    /// EPSS scores as CSV.
    Epss,
}

/// What a document that begins with these bytes is; the reason where it is nothing that is read here.
///
/// # Errors
/// What it is instead, as far as it can be told.
pub fn shape_of(head: &[u8]) -> Result<Shape, String> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Shape::Zip);
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(Shape::Gzip);
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match head.first() {
        Some(b'{' | b'[') => {}
        Some(b'#') | Some(b'c') if is_epss(head) => return Ok(Shape::Epss),
        None => return Err("empty".to_owned()),
        Some(_) => return Err("neither JSON, nor EPSS scores, nor an archive of them".to_owned()),
    }
    let mut found = Found::default();
    // A head may end anywhere; what was seen until then decides.
    let _ = Names { found: &mut found, outer: true }.deserialize(&mut serde_json::Deserializer::from_slice(head));
    found.shape.ok_or_else(|| match found.other {
        Some(other) => format!("{other}, which says nothing of packages by version"),
        None => "JSON of no known feed".to_owned(),
    })
}

fn is_epss(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    lines.find(|line| !line.starts_with(b"#")).is_some_and(|line| line.starts_with(b"cve,epss"))
}

#[derive(Default)]
struct Found {
    shape: Option<Shape>,
    other: Option<&'static str>,
}

/// Looks at names until one tells.
struct Names<'f> {
    found: &'f mut Found,
    outer: bool,
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object or a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let empty = list.next_element_seed(Names { found: self.found, outer: false })?.is_none();
        if empty {
            // A list of no records.
            self.found.shape = Some(Shape::Osv);
        }
        // A list is read here only where it is one of OSV records.
        if self.found.shape.is_some_and(|shape| shape != Shape::Osv) {
            self.found.shape = None;
        }
        Err(A::Error::custom("seen enough"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(name) = object.next_key::<String>()? {
            let (shape, other) = match name.as_str() {
                "id" | "schema_version" | "modified" | "affected" | "aliases" | "withdrawn" => (Some(Shape::Osv), None),
                "distroversion" | "apkurl" | "reponame" | "secfixes" => (Some(Shape::Secdb), None),
                "catalogVersion" | "cveID" => (Some(Shape::Kev), None),
                "document" => (Some(Shape::Csaf), None),
                "annotations" | "header" => (Some(Shape::TrackerEntry), None),
                "@context" => (None, Some("OpenVEX")),
                "bomFormat" => (None, Some("CycloneDX")),
                "spdxVersion" => (None, Some("SPDX")),
                name if !self.outer && (name.starts_with("CVE-") || name.starts_with("TEMP-")) => {
                    (Some(Shape::Tracker), None)
                }
                _ => (None, None),
            };
            if shape.is_some() || other.is_some() {
                (self.found.shape, self.found.other) = (shape, other);
                return Err(A::Error::custom("seen enough"));
            }
            if self.outer {
                object.next_value_seed(Inner { found: self.found })?;
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A value below the first names: the tracker's packages hold vulnerabilities by name.
struct Inner<'f> {
    found: &'f mut Found,
}

impl<'de> DeserializeSeed<'de> for Inner<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inner<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(name) = object.next_key::<String>()? {
            if name.starts_with("CVE-") || name.starts_with("TEMP-") {
                self.found.shape = Some(Shape::Tracker);
                return Err(A::Error::custom("seen enough"));
            }
            object.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, wanted: Option<Shape>) {
        assert_eq!(shape_of(head.as_bytes()).ok(), wanted, "{head}");
    }

    #[test]
    fn documents_are_told_apart_by_what_is_in_them() {
        check(r#"{"schema_version": "1.7.3", "id": "A"#, Some(Shape::Osv));
        check(r#"[{"id": "A"}]"#, Some(Shape::Osv));
        check("[]", Some(Shape::Osv));
        check(r#"{"title": "x", "catalogVersion": "1"#, Some(Shape::Kev));
        check(r#"{"apkurl": "x"#, Some(Shape::Secdb));
        check(r#"{"document": {"#, Some(Shape::Csaf));
        check(r#"{"zlib": {"CVE-2026-27171": {"scope"#, Some(Shape::Tracker));
        check(r#"{"header": {"line"#, Some(Shape::TrackerEntry));
        check("#model_version:v1\ncve,epss,percentile\n", Some(Shape::Epss));
        check("cve,epss\n", Some(Shape::Epss));
        check("PK\u{3}\u{4}", Some(Shape::Zip));
        check(r#"{"@context": "https://openvex.dev"}"#, None);
        check(r#"{"a": {"b": 1}}"#, None);
        check("", None);
        check("text", None);
    }
}
