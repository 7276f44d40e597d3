//! OSV records into the model: the OSV schema 1.7, with what sources say beside it.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::advisory::{Advisory, Entry, State, line};
use crate::ecosystem::{Place, place_of};
use crate::osv::{AffectedPackage, Range, RangeKind};

/// A record as it is written; what is not needed is not read.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    id: String,
    #[serde(default, deserialize_with = "list")]
    aliases: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    upstream: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    related: Vec<String>,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default)]
    modified: Option<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    details: Option<String>,
    #[serde(default, deserialize_with = "list")]
    references: Vec<Reference>,
    #[serde(default, deserialize_with = "list")]
    severity: Vec<Severity>,
    #[serde(default, deserialize_with = "list")]
    affected: Vec<Affected>,
    #[serde(default)]
    database_specific: Option<Beside>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

#[derive(Debug, Deserialize)]
struct Severity {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    score: String,
}

#[derive(Debug, Deserialize)]
struct Affected {
    #[serde(default)]
    package: Option<AffectedPackage>,
    #[serde(default, deserialize_with = "list")]
    ranges: Vec<Range>,
    #[serde(default, deserialize_with = "list")]
    versions: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    severity: Vec<Severity>,
    #[serde(default)]
    ecosystem_specific: Option<Beside>,
    #[serde(default)]
    database_specific: Option<Beside>,
}

/// What sources say beside the schema; other kinds of values are no words.
#[derive(Debug, Default, Deserialize)]
struct Beside {
    #[serde(default, deserialize_with = "word")]
    severity: Option<String>,
    #[serde(default, deserialize_with = "word")]
    urgency: Option<String>,
    #[serde(default, deserialize_with = "word")]
    informational: Option<String>,
}

/// A list, or nothing where `null` stands for it.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(source: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}

fn word<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(source)?;
    Ok(value.as_str().map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned))
}

/// The record in the model, and the feed it belongs to: that of the first ecosystem that is known.
///
/// # Errors
/// Why it is no record.
pub(crate) fn advisory(record: Record) -> Result<(String, Advisory), String> {
    if record.id.trim().is_empty() {
        return Err("the record has no id".to_owned());
    }
    let modules = streams(record.summary.as_deref().unwrap_or_default());
    let mut feed = None;
    let mut word = record.database_specific.as_ref().and_then(|beside| beside.severity.clone());
    let mut informational = None;
    let mut vectors: Vec<String> = Vec::new();
    let mut entries = Vec::new();
    for severity in record.severity.iter().chain(record.affected.iter().flat_map(|entry| &entry.severity)) {
        // Ubuntu has a type of its own for its word.
        if severity.kind == "Ubuntu" {
            word.get_or_insert_with(|| severity.score.clone());
        } else if severity.kind.starts_with("CVSS") && !vectors.contains(&severity.score) {
            vectors.push(severity.score.clone());
        }
    }
    for affected in record.affected {
        if let Some(beside) = &affected.database_specific {
            informational = informational.or_else(|| beside.informational.clone());
        }
        let Some(package) = &affected.package else { continue };
        let Some(place) = place_of(&package.ecosystem) else {
            feed.get_or_insert_with(|| package.ecosystem.split(':').next().unwrap_or_default().to_owned());
            continue;
        };
        feed.get_or_insert_with(|| place.ecosystem.name.to_owned());
        entries.push(entry(place, affected, &modules));
    }
    let summary = record.summary.filter(|summary| !summary.trim().is_empty()).or(record.details).unwrap_or_default();
    // Advisories of rpm's distributions list the CVEs they fix as related.
    let bundles = record.related.into_iter().filter(|id| feed_bundles(&record.id) && id.contains("CVE-"));
    let mut advisory = Advisory {
        upstream: record.upstream.into_iter().chain(bundles).collect(),
        aliases: record.aliases,
        withdrawn: record.withdrawn,
        modified: record.modified,
        summary: line(&summary, 300),
        references: record.references.into_iter().map(|reference| reference.url).take(8).collect(),
        vectors,
        word,
        informational,
        entries,
        id: record.id,
    };
    advisory.aliases.retain(|alias| *alias != advisory.id && !alias.trim().is_empty());
    advisory.shrink();
    let feed = feed.filter(|feed| !feed.is_empty()).unwrap_or_else(|| "other".to_owned());
    Ok((format!("osv/{feed}"), advisory))
}

fn feed_bundles(id: &str) -> bool {
    ["ALSA-", "ALBA-", "ALEA-", "RLSA-", "RHSA-", "RHBA-", "RHEA-", "RXSA-", "USN-", "openSUSE-", "SUSE-", "MGASA-"]
        .iter()
        .any(|prefix| id.starts_with(prefix))
}

fn entry(place: Place, affected: Affected, modules: &[String]) -> Entry {
    let package = affected.package.unwrap_or_default();
    let Place { ecosystem, release, channel } = place;
    let specific = affected.ecosystem_specific.unwrap_or_default();
    let word = specific.urgency.or(specific.severity).filter(|word| word != "not yet assigned");
    let end_of_life = word.as_deref() == Some("end-of-life");
    let mut ranges = affected.ranges;
    // Commits say nothing of installed packages, and must not hide what stands beside them.
    ranges.retain(|range| range.kind != RangeKind::Git);
    let is_modular = ranges
        .iter()
        .flat_map(|range| &range.events)
        .any(|event| event.fixed.as_deref().is_some_and(|fixed| fixed.contains(".module")));
    let unnamed = || vec!["*".to_owned()];
    Entry {
        name: ecosystem.fold(&package.name),
        ecosystem: ecosystem.name.to_owned(),
        release,
        channel,
        modules: match is_modular {
            true if modules.is_empty() => unnamed(),
            true => modules.to_vec(),
            false => Vec::new(),
        },
        state: if end_of_life { State::EndOfLife } else { State::Affected },
        word: word.filter(|_| !end_of_life),
        ranges,
        versions: affected.versions,
    }
}

/// Module streams that a title such as `virt:rhel and virt-devel:rhel security update` names.
fn streams(summary: &str) -> Vec<String> {
    let sound = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let words = summary.split_whitespace().map(|word| word.trim_matches([',', ';']));
    let streams = words.filter(|word| word.split_once(':').is_some_and(|(name, stream)| sound(name) && sound(stream)));
    streams.map(str::to_owned).collect()
}
