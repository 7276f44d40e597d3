//! The features of a service and a base: which there are, and the hard rules that follow from them alone.

use std::collections::BTreeMap;

use anyhow::bail;
use mvi_forecast::{Dimension, Feature, FeatureKind, ForecastError, Schema, Value};
use mvi_standard::Standard;
use mvi_standard::base::{is_same_base, registered};
use mvi_standard::reference::Reference;
use mvi_standard::standard::BaseFact;
use serde::{Deserialize, Serialize};

use super::prior::Class;

/// Features of a service and its Dockerfile that are numbers. Image Standard V13, forecasting: features.
const NUMBERS: &[&str] = &[
    "dependencies",
    "native_extensions",
    "code_mb",
    "without_musl",
    "built_from_source",
    "stages",
    "cache_mounts",
    "run_instructions",
];
/// And those that are yes or no.
const FLAGS: &[&str] = &["machine_learning", "browser", "cgo", "thread_pool"];
/// Frameworks that are told apart; any other is not known.
const FRAMEWORKS: &[&str] = &[
    "actix", "aspnet", "axum", "django", "express", "fastapi", "flask", "gin", "next", "phoenix", "quarkus", "spring",
];
/// What is known of a base.
const OF_BASE: &[&str] = &["base_mb", "base_packages", "base_cves", "base_layers", "base_age_days"];

/// The features of a standard: its runtimes and bases are the words of two of them.
///
/// # Errors
/// A standard with names that are there twice.
pub(crate) fn schema(standard: &Standard) -> Result<Schema, ForecastError> {
    let words = |words: Vec<&str>| FeatureKind::Category { values: words.into_iter().map(str::to_owned).collect() };
    let feature = |name: &str, what| Feature { name: name.to_owned(), what };
    let runtimes = standard.runtime_profiles.iter().map(|profile| profile.id.as_str()).collect();
    let bases = standard.rom_bases.iter().map(|base| base.reference.as_str()).collect();
    let mut features = vec![
        feature("runtime", words(runtimes)),
        feature("framework", words(FRAMEWORKS.to_vec())),
        feature("base", words(bases)),
        feature("base_libc", words(vec!["none", "musl", "glibc"])),
    ];
    features.extend(NUMBERS.iter().chain(OF_BASE).map(|name| feature(name, FeatureKind::Number)));
    features.extend(FLAGS.iter().map(|name| feature(name, FeatureKind::Flag)));
    let dimension = |one: &mvi_standard::standard::Dimension| Dimension { id: one.id.clone(), shift: one.shift };
    Schema::new(features, standard.dimensions.iter().map(dimension).collect())
}

/// What is known of a base; what is missing is not known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BaseFacts {
    /// Its reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Compressed size, MB.
    pub transfer_mb: Option<f64>,
    /// `none`, `musl` or `glibc`.
    pub libc: Option<String>,
    /// Packages in it.
    pub packages: Option<f64>,
    /// Vulnerabilities in it.
    pub cves: Option<f64>,
    /// Layers of it.
    pub layers: Option<f64>,
    /// Days since it was made.
    pub age_days: Option<f64>,
}

impl BaseFacts {
    /// What the standard knows of a base; its own words count before.
    pub(super) fn completed(mut self, standard: &Standard) -> Self {
        let same = |other: &str| is_same_base(standard, &self.reference, other);
        // A fact about a row's own base stands for it where the version in use was not measured.
        let of_row = |fact: &&BaseFact| {
            let row = fact.row_id.as_deref().and_then(|id| standard.row(id));
            row.is_some_and(|row| row.base.iter().any(|base| same(base)))
        };
        let facts = || standard.base_facts.iter();
        let fact = facts().find(|fact| same(&fact.reference)).or_else(|| facts().find(of_row));
        let rom = standard.rom_bases.iter().find(|rom| same(&rom.reference));
        let libc = rom.map(|rom| rom.libc.as_str()).filter(|libc| ["none", "musl", "glibc"].contains(libc));
        let is_empty = self.reference == "scratch";
        self.transfer_mb = self.transfer_mb.or(fact.map(|fact| fact.transfer_mb)).or(is_empty.then_some(0.0));
        self.packages = self.packages.or(fact.and_then(|fact| fact.packages).map(f64::from));
        self.libc = self.libc.or_else(|| libc.map(str::to_owned));
        if is_empty {
            (self.packages, self.cves, self.layers) = (Some(0.0), Some(0.0), Some(0.0));
        }
        self
    }

    /// The registered base that it counts as, else its name without a tag.
    pub(super) fn family(&self, standard: &Standard) -> String {
        let reference = Reference::normalise(&self.reference, &standard.mirrors).ok();
        let rom = reference.as_ref().and_then(|reference| registered(standard, reference));
        let name = || self.reference.split(['@', ':']).next().unwrap_or_default().to_owned();
        rom.map_or_else(name, |rom| rom.reference.clone())
    }

    pub(super) fn is_registered(&self, standard: &Standard) -> bool {
        standard.rom_bases.iter().any(|rom| is_same_base(standard, &self.reference, &rom.reference))
    }
}

/// Every base that is weighed: the standard's, those of the file, and the one in use.
pub(super) fn bases(standard: &Standard, given: &[BaseFacts], incumbent: Option<&str>) -> Vec<BaseFacts> {
    let mut bases: Vec<BaseFacts> = given.to_vec();
    let registered = standard.rom_bases.iter().map(|rom| rom.reference.as_str());
    for reference in incumbent.into_iter().chain(registered) {
        if !bases.iter().any(|base| base.reference == reference || is_same_base(standard, &base.reference, reference)) {
            bases.push(BaseFacts { reference: reference.to_owned(), ..BaseFacts::default() });
        }
    }
    bases.into_iter().map(|base| base.completed(standard)).collect()
}

/// The features of a service on a base.
///
/// # Errors
/// A feature of the service that is the base's to say, and a base's number that is none.
pub(super) fn values(mut values: BTreeMap<String, Value>, base: &BaseFacts) -> anyhow::Result<BTreeMap<String, Value>> {
    if let Some(name) = values.keys().find(|name| name.starts_with("base")) {
        bail!("`{name}` is a feature of bases: write it into a [[candidate]]");
    }
    values.insert("base".to_owned(), Value::Text(base.reference.clone()));
    if let Some(libc) = &base.libc {
        if !["none", "musl", "glibc"].contains(&libc.as_str()) {
            bail!("the C library of `{}` is none, musl or glibc, not `{libc}`", base.reference);
        }
        values.insert("base_libc".to_owned(), Value::Text(libc.clone()));
    }
    let numbers = [base.transfer_mb, base.packages, base.cves, base.layers, base.age_days];
    for (name, number) in OF_BASE.iter().zip(numbers) {
        if let Some(number) = number {
            values.insert((*name).to_owned(), Value::Number(number));
        }
    }
    Ok(values)
}

/// What the prior has to know of a service.
pub(super) fn class<'a>(runtime: &'a str, values: &BTreeMap<String, Value>) -> Class<'a> {
    Class { runtime, learns: values.get("machine_learning") == Some(&Value::Flag(true)) }
}

/// The hard rule that features alone prove, with the proof. Image Standard V13, forecasting: hard constraints.
pub(super) fn hard_rule(values: &BTreeMap<String, Value>, base: &BaseFacts) -> Option<String> {
    let is = |name: &str| values.get(name) == Some(&Value::Flag(true));
    let without_musl = match values.get("without_musl") {
        Some(Value::Number(count)) if *count > 0.0 => Some(*count),
        _ => None,
    };
    match base.libc.as_deref()? {
        "musl" => without_musl
            .map(|count| format!("{count} dependencies can be had for glibc only, and `{}` has musl", base.reference))
            .or_else(|| is("browser").then(|| format!("a browser needs glibc, and `{}` has musl", base.reference)))
            .or_else(|| {
                let what = "machine learning packages have wheels for glibc only";
                is("machine_learning").then(|| format!("{what}, and `{}` has musl", base.reference))
            }),
        "none" => {
            let needs_libc = is("cgo") || without_musl.is_some();
            needs_libc.then(|| format!("native code needs a C library, and `{}` has none", base.reference))
        }
        _ => None,
    }
}
