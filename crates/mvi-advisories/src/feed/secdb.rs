//! Alpine's secdb: which version of which origin fixed what; version `0` means that it was never affected.

use serde::Deserialize;
use serde_json::Value;

use super::FeedKind;
use crate::advisory::{Entry, State};
use crate::ecosystem::{Place, place_of};
use crate::import::Intake;
use crate::osv::{Event, Range, RangeKind};

#[derive(Debug, Deserialize)]
struct Document {
    distroversion: Option<String>,
    reponame: Option<String>,
    /// A list; an empty text in some old files that have none.
    #[serde(default)]
    packages: Value,
}

#[derive(Debug, Deserialize)]
struct Holder {
    pkg: Fixes,
}

#[derive(Debug, Deserialize)]
struct Fixes {
    name: String,
    /// Null, or an object; some files have lists where there are none.
    #[serde(default)]
    secfixes: Value,
}

/// Takes in a repository; what is counted are fixes: one id in one version of one origin.
///
/// # Errors
/// Why the document cannot be read.
pub(crate) fn read(intake: &mut Intake<'_>, bytes: &[u8]) -> Result<(), String> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let release = document.distroversion.unwrap_or_default();
    let repository = document.reponame.unwrap_or_default();
    // Wolfi and Chainguard publish the same shape without a release.
    let word = match (release.as_str(), repository.as_str()) {
        ("", "chainguard") => "Chainguard".to_owned(),
        ("", _) => "Wolfi".to_owned(),
        (release, _) => format!("Alpine:{release}"),
    };
    let place = place_of(&word).ok_or_else(|| format!("`{word}` is no known release"))?;
    let feed =
        format!("alpine-secdb/{}{release}/{repository}", if release.is_empty() { place.ecosystem.name } else { "" });
    intake.begin(&feed, FeedKind::AlpineSecdb, true);
    let Value::Array(packages) = document.packages else { return Ok(()) };
    for (at, package) in packages.into_iter().enumerate() {
        match serde_json::from_value::<Holder>(package) {
            Ok(Holder { pkg }) => fixes(intake, &feed, &place, pkg),
            Err(error) => intake.reject(&format!("package {}", at + 1), error.to_string()),
        }
    }
    Ok(())
}

fn fixes(intake: &mut Intake<'_>, feed: &str, place: &Place, fixes: Fixes) {
    let Value::Object(versions) = fixes.secfixes else { return };
    for (version, ids) in versions {
        // A list of lines; an empty text where there is none.
        let lines: Vec<String> = match ids {
            Value::Array(lines) => lines.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect(),
            Value::String(line) => vec![line],
            _ => {
                intake.reject(&format!("package {}, {version}", fixes.name), "no list of ids".to_owned());
                continue;
            }
        };
        for id in lines.iter().flat_map(|line| line.split_whitespace()) {
            let entry = Entry {
                ecosystem: place.ecosystem.name.to_owned(),
                release: place.release.clone(),
                name: fixes.name.clone(),
                ..entry(&version)
            };
            intake.entry(feed, name(id, place.ecosystem.name), entry);
        }
    }
}

/// The id that OSV has for it, and the CVE it is.
fn name(id: &str, ecosystem: &str) -> (String, Option<String>) {
    match id.starts_with("CVE-") {
        true => (format!("{}-{id}", ecosystem.to_uppercase()), Some(id.to_owned())),
        false => (id.to_owned(), None),
    }
}

fn entry(version: &str) -> Entry {
    if version == "0" {
        return Entry { state: State::NotAffected, ..Entry::default() };
    }
    Entry { ranges: vec![until(Some(version))], ..Entry::default() }
}

/// Everything before a version; everything where there is none.
pub(super) fn until(fixed: Option<&str>) -> Range {
    let introduced = Event { introduced: Some("0".to_owned()), ..Event::default() };
    let fixed = fixed.map(|fixed| Event { fixed: Some(fixed.to_owned()), ..Event::default() });
    Range { kind: RangeKind::Ecosystem, events: std::iter::once(introduced).chain(fixed).collect() }
}
