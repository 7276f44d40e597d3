//! The file that describes a service: its features, the base in use, and bases that the standard does not know.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use mvi_forecast::Value;
use mvi_standard::feasibility::ReasonFacts;
use serde::Deserialize;

use super::features::BaseFacts;

/// A service, as somebody wrote it down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceFile {
    /// Its name.
    pub name: String,
    /// The base in use.
    #[serde(default)]
    pub base: Option<String>,
    /// Its features, by name; what is not known is not there.
    pub service: BTreeMap<String, toml::Value>,
    /// Facts that prove what cannot be: loaders, libraries, wheels, the exposure level, failed trial builds.
    #[serde(default)]
    pub reasons: ReasonFacts,
    /// More bases, or more about those of the standard.
    #[serde(default)]
    pub candidate: Vec<BaseFacts>,
}

/// Most bytes of a file.
const LONGEST: usize = 4 << 20;
/// Most bases of a file.
const MOST_BASES: usize = 200;

/// Reads the file of a service.
///
/// # Errors
/// What it does not say as it should.
pub(crate) fn read_service(bytes: &[u8]) -> anyhow::Result<ServiceFile> {
    if bytes.len() > LONGEST {
        bail!("it has more than {LONGEST} bytes");
    }
    let text = std::str::from_utf8(bytes).context("it is no UTF-8 text")?;
    let file: ServiceFile = toml::from_str(text)?;
    if file.candidate.len() > MOST_BASES {
        bail!("it has more than {MOST_BASES} candidates");
    }
    if file.candidate.iter().any(|base| base.reference.is_empty()) {
        bail!("a [[candidate]] needs its `ref`");
    }
    file.runtime()?;
    Ok(file)
}

impl ServiceFile {
    /// A service whose features are known already.
    pub(crate) fn of(name: &str, base: Option<String>, values: &BTreeMap<String, Value>, reasons: ReasonFacts) -> Self {
        let value = |value: &Value| match value {
            Value::Number(number) => toml::Value::Float(*number),
            Value::Flag(flag) => toml::Value::Boolean(*flag),
            Value::Text(word) => toml::Value::String(word.clone()),
        };
        let service = values.iter().map(|(name, given)| (name.clone(), value(given))).collect();
        Self { base, reasons, ..Self::of_features(name, service) }
    }

    /// A service of which only its features are known.
    pub(crate) fn of_features(name: &str, service: BTreeMap<String, toml::Value>) -> Self {
        Self { name: name.to_owned(), base: None, service, reasons: ReasonFacts::default(), candidate: Vec::new() }
    }

    /// The runtime profile that it needs.
    ///
    /// # Errors
    /// A file that does not say.
    pub(crate) fn runtime(&self) -> anyhow::Result<&str> {
        let runtime = self.service.get("runtime").and_then(toml::Value::as_str);
        runtime.context("its runtime is not known; the [service] of a file says it: runtime = \"python\"")
    }

    /// The features.
    ///
    /// # Errors
    /// A value that is no number, word, true or false.
    pub(super) fn values(&self) -> anyhow::Result<BTreeMap<String, Value>> {
        let value = |(name, value): (&String, &toml::Value)| {
            let value = match value {
                toml::Value::Integer(number) => Value::Number(*number as f64),
                toml::Value::Float(number) => Value::Number(*number),
                toml::Value::Boolean(flag) => Value::Flag(*flag),
                toml::Value::String(word) => Value::Text(word.clone()),
                toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                    bail!("feature `{name}` is neither a number nor a word nor true or false")
                }
            };
            Ok((name.clone(), value))
        };
        self.service.iter().map(value).collect()
    }
}
