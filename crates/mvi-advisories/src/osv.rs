//! Records of the Open Source Vulnerability format: the OSV schema 1.7. What is not needed is not read.

use serde::{Deserialize, Serialize};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OsvRecord {
    /// Its id.
    pub id: String,
    /// Other ids of the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Ids that it was made of: for a distribution's record those of the upstream, of which there may be many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<String>,
    /// Since when it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// What is affected.
    #[serde(default)]
    pub affected: Vec<Affected>,
    /// What the source says beside; `severity` in GitHub's records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_specific: Option<Specific>,
}

/// One affected package; several entries may name the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Affected {
    /// The package; a record on commits alone has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<AffectedPackage>,
    /// Which versions, as ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Range>,
    /// Which versions, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// What its ecosystem says beside; `urgency` in Debian's records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecosystem_specific: Option<Specific>,
}

/// The name of an affected package.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AffectedPackage {
    /// Its ecosystem, with a release where one is meant: `Debian:12`.
    pub ecosystem: String,
    /// Its name; for distributions that of the source package.
    pub name: String,
}

/// A range of versions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Range {
    /// What its events name.
    #[serde(rename = "type")]
    pub kind: RangeKind,
    /// Its turns, in any order.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// What the events of a range name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RangeKind {
    /// Versions of the ecosystem.
    #[serde(rename = "ECOSYSTEM")]
    Ecosystem,
    /// Semantic versions.
    #[serde(rename = "SEMVER")]
    Semver,
    /// Commits, which say nothing of installed packages; and all kinds of later schemas.
    #[default]
    #[serde(rename = "GIT", other)]
    Git,
}

/// A turn of a range; one of the four is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Event {
    /// From here on it is affected; `0` is before every version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<String>,
    /// From here on no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// After this no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_affected: Option<String>,
    /// The range says nothing from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

/// Words on severity that sources have beside the schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Specific {
    /// GitHub's: `LOW`, `MODERATE`, `HIGH`, `CRITICAL`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "word")]
    pub severity: Option<String>,
    /// Debian's.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "word")]
    pub urgency: Option<String>,
}

/// A text; what else stands there is no word on severity.
fn word<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    let value = serde_json::Value::deserialize(source)?;
    Ok(value.as_str().map(str::to_owned))
}

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum OsvError {
    /// It is no JSON, or no record.
    #[error("not a record of OSV")]
    Json(#[from] serde_json::Error),
    /// It has no id.
    #[error("the record has no id")]
    NoId,
}

impl OsvRecord {
    /// Reads records: one object, a list of them, or one a line.
    ///
    /// # Errors
    /// The first that is no record.
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, OsvError> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            Many(Vec<OsvRecord>),
            One(Box<OsvRecord>),
        }
        let mut found = Vec::new();
        for next in serde_json::Deserializer::from_slice(bytes).into_iter::<OneOrMany>() {
            match next? {
                OneOrMany::Many(many) => found.extend(many),
                OneOrMany::One(one) => found.push(*one),
            }
        }
        if found.iter().any(|record| record.id.trim().is_empty()) {
            return Err(OsvError::NoId);
        }
        Ok(found)
    }

    /// Other names under which people ask for it. A distribution's record on one vulnerability of its upstream is
    /// that vulnerability; one on several, such as a DSA, is none of them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = self.aliases.clone();
        let own = self.upstream.iter().filter(|upstream| self.id.ends_with(&format!("-{upstream}")));
        names.extend(own.cloned());
        names.sort();
        names.dedup();
        names.retain(|name| *name != self.id && !name.trim().is_empty());
        names
    }

    /// The source's word on how bad it is, in capitals.
    #[must_use]
    pub fn severity(&self, affected: &Affected) -> Option<String> {
        let of = |specific: &Option<Specific>| {
            specific.as_ref().and_then(|specific| specific.urgency.clone().or_else(|| specific.severity.clone()))
        };
        let word = of(&affected.ecosystem_specific).or_else(|| of(&self.database_specific))?;
        let known = !word.trim().is_empty() && word != "not yet assigned";
        known.then(|| word.to_uppercase())
    }
}
