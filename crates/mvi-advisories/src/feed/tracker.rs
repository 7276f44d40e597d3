//! Debian's security tracker: the whole as one document, read package by package, and single entries with annotations.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::FeedKind;
use super::secdb::until;
use crate::advisory::{Entry, State};
use crate::import::Intake;

/// The feed's name.
const FEED: &str = "debian-tracker";
/// Releases by their names; what is not here has no number yet.
const RELEASES: &[(&str, &str)] = &[
    ("duke", "15"),
    ("forky", "14"),
    ("trixie", "13"),
    ("bookworm", "12"),
    ("bullseye", "11"),
    ("buster", "10"),
    ("stretch", "9"),
    ("jessie", "8"),
    ("wheezy", "7"),
    ("squeeze", "6"),
    ("lenny", "5"),
    ("etch", "4"),
    ("sarge", "3"),
];

#[derive(Debug, Deserialize)]
struct Vulnerability {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    releases: BTreeMap<String, InRelease>,
}

#[derive(Debug, Deserialize)]
struct InRelease {
    status: String,
    #[serde(default)]
    fixed_version: Option<String>,
    #[serde(default)]
    urgency: Option<String>,
    /// Why there is no advisory; may be empty.
    #[serde(default)]
    nodsa: Option<String>,
    /// `ignored`, `postponed`, or nothing.
    #[serde(default)]
    nodsa_reason: Option<String>,
}

/// Takes in the tracker; what is counted are vulnerabilities of packages.
///
/// # Errors
/// Where the document ends to be one; what was read until then stays counted.
pub(crate) fn read(intake: &mut Intake<'_>, source: impl Read) -> Result<(), String> {
    intake.begin(FEED, FeedKind::DebianTracker, true);
    let mut document = serde_json::Deserializer::from_reader(source);
    document.deserialize_map(Packages { intake }).map_err(|error| error.to_string())
}

struct Packages<'i, 'm> {
    intake: &'i mut Intake<'m>,
}

impl<'de> Visitor<'de> for Packages<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("packages by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut packages: A) -> Result<(), A::Error> {
        let mut seen = 0u64;
        while let Some(package) = packages.next_key::<String>()? {
            let vulnerabilities: Value = packages.next_value()?;
            let Value::Object(vulnerabilities) = vulnerabilities else {
                self.intake.reject(&format!("package {package}"), "no vulnerabilities by name".to_owned());
                continue;
            };
            for (id, value) in vulnerabilities {
                seen += 1;
                match serde_json::from_value::<Vulnerability>(value) {
                    Ok(vulnerability) => take(self.intake, &package, &id, &vulnerability),
                    Err(error) => self.intake.reject(&format!("package {package}, {id}"), error.to_string()),
                }
            }
        }
        if seen == 0 { Err(A::Error::custom("there is no vulnerability in it")) } else { Ok(()) }
    }
}

fn take(intake: &mut Intake<'_>, package: &str, id: &str, vulnerability: &Vulnerability) {
    let mut entries = Vec::new();
    for (release, found) in &vulnerability.releases {
        match entry(release, found) {
            Ok(entry) => entries.push(Entry { name: package.to_owned(), ..entry }),
            Err(reason) => {
                intake.reject(&format!("package {package}, {id}"), reason);
                return;
            }
        }
    }
    intake.entries(FEED, names(id), entries, vulnerability.description.as_deref());
}

/// The id that OSV has for it, and the CVE it is.
fn names(id: &str) -> (String, Option<String>) {
    let alias = id.starts_with("CVE-").then(|| id.to_owned());
    (format!("DEBIAN-{id}"), alias)
}

fn release_of(name: &str) -> String {
    let known = RELEASES.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| name.to_owned(), |(_, number)| (*number).to_owned())
}

fn entry(release: &str, found: &InRelease) -> Result<Entry, String> {
    let urgency = found.urgency.as_deref().filter(|urgency| *urgency != "not yet assigned");
    let plain = Entry {
        ecosystem: "Debian".to_owned(),
        release: Some(release_of(release)),
        word: urgency.filter(|urgency| *urgency != "end-of-life").map(str::to_owned),
        ..Entry::default()
    };
    let open = |state| Entry { state, ranges: vec![until(None)], ..plain.clone() };
    Ok(match (found.status.as_str(), found.fixed_version.as_deref()) {
        ("resolved", Some("0")) => Entry { state: State::NotAffected, ..plain },
        // A fix is a fix, whatever was said of an advisory before.
        ("resolved", Some(fixed)) => Entry { ranges: vec![until(Some(fixed))], ..plain },
        ("open", _) => match (found.nodsa_reason.as_deref(), found.nodsa.is_some()) {
            _ if urgency == Some("end-of-life") => open(State::EndOfLife),
            (Some("ignored"), _) => open(State::WillNotFix),
            (Some("postponed"), _) => open(State::FixDeferred),
            (_, true) => open(State::NoAdvisory),
            (_, false) => open(State::Affected),
        },
        ("undetermined", _) => open(State::Undetermined),
        (status, _) => return Err(format!("unknown status `{status}` in {release}")),
    })
}

#[derive(Debug, Deserialize)]
struct Annotated {
    header: Header,
    #[serde(default)]
    annotations: Option<Vec<Annotation>>,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    #[serde(default)]
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Annotation {
    #[serde(rename = "type")]
    kind_of_line: String,
    #[serde(default)]
    release: Option<String>,
    #[serde(default)]
    package: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    description: Option<String>,
}

/// Takes in one entry of the tracker's list. A line without a release is about unstable, and about every release that has
/// no line of its own.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn read_entry(intake: &mut Intake<'_>, bytes: &[u8]) -> Result<(), String> {
    let document: Annotated = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    intake.begin(FEED, FeedKind::DebianTracker, false);
    let lines: Vec<_> =
        document.annotations.into_iter().flatten().filter(|line| line.kind_of_line == "package").collect();
    let mut entries = Vec::new();
    for line in &lines {
        let (Some(package), Some(kind)) = (&line.package, &line.kind) else { continue };
        let Some(entry) = annotated(kind, line)? else { continue };
        let own = |release: &str| {
            let same = |other: &Annotation| {
                other.package.as_ref() == Some(package) && other.release.as_deref() == Some(release)
            };
            lines.iter().any(same)
        };
        let releases: Vec<&str> = match &line.release {
            Some(release) => vec![release],
            None => RELEASES.iter().map(|(name, _)| *name).chain(["sid"]).filter(|name| !own(name)).collect(),
        };
        for release in releases {
            entries.push(Entry { name: package.clone(), release: Some(release_of(release)), ..entry.clone() });
        }
    }
    let summary = document.header.description.unwrap_or_default();
    intake.entries(FEED, names(&document.header.name), entries, Some(summary.trim_matches(['(', ')'])));
    Ok(())
}

/// What a line says; nothing where the package never came to be or is gone.
fn annotated(kind: &str, line: &Annotation) -> Result<Option<Entry>, String> {
    let of = |state, ranges| Some(Entry { ecosystem: "Debian".to_owned(), state, ranges, ..Entry::default() });
    let end_of_life = line.description.as_deref().is_some_and(|why| why.contains("end-of-life"));
    Ok(match (kind, line.version.as_deref()) {
        ("fixed", Some(version)) => of(State::Affected, vec![until(Some(version))]),
        ("unfixed", _) => of(State::Affected, vec![until(None)]),
        ("not-affected", _) => of(State::NotAffected, Vec::new()),
        ("no-dsa", _) => of(State::NoAdvisory, vec![until(None)]),
        ("postponed", _) => of(State::FixDeferred, vec![until(None)]),
        ("ignored", _) if end_of_life => of(State::EndOfLife, vec![until(None)]),
        ("ignored", _) => of(State::WillNotFix, vec![until(None)]),
        ("end-of-life", _) => of(State::EndOfLife, vec![until(None)]),
        ("undetermined", _) => of(State::Undetermined, vec![until(None)]),
        ("itp" | "removed", _) => None,
        (kind, _) => return Err(format!("unknown annotation `{kind}`")),
    })
}
