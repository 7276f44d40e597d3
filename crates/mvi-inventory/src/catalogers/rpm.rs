//! Packages of rpm: its database in any of three formats, where Red Hat, SUSE and their kin keep it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::cataloger::{Cataloger, DATABASE_BYTES, Findings, OwnedFiles, RecordPath, Sighting};
use crate::document::{Content, Document};
use crate::life::{Life, Record, lives};
use crate::package::{Ecosystem, Source};
use crate::parse::rpm_database::parse_rpm_database;
use crate::parse::rpm_header::RpmRecord;
use crate::providers::Providers;
use crate::requests::{RequestLog, Requests};

const FOLDERS: [&[u8]; 2] = [b"var/lib/rpm", b"usr/lib/sysimage/rpm"];
/// Changes that SQLite has not written into the database yet; rpm leaves the file empty when it is done.
const LOG: &[u8] = b"rpmdb.sqlite-wal";
/// Under this name rpm keeps the keys it trusts among the packages.
const KEY: &str = "gpg-pubkey";

/// Installed packages of rpm.
pub(super) struct Rpm;

impl Cataloger for Rpm {
    fn name(&self) -> &'static str {
        "rpm"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let limit = match path.name {
            b"rpmdb.sqlite" | b"Packages.db" | b"Packages" => DATABASE_BYTES,
            LOG => 0,
            _ => return None,
        };
        FOLDERS.contains(&path.folder).then_some(limit)
    }

    fn databases(&self) -> &'static [&'static str] {
        &[
            "var/lib/rpm/rpmdb.sqlite",
            "var/lib/rpm/rpmdb.sqlite-wal",
            "var/lib/rpm/Packages.db",
            "var/lib/rpm/Packages",
            "usr/lib/sysimage/rpm/rpmdb.sqlite",
            "usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
            "usr/lib/sysimage/rpm/Packages.db",
            "usr/lib/sysimage/rpm/Packages",
        ]
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut all = Vec::new();
        for document in documents.iter().filter(|document| RecordPath::new(&document.path).name != LOG) {
            let lives = packages_of(document, &mut findings);
            all.extend(lives.into_iter().map(|life| (document, life)));
        }
        findings.requests = requests(documents, &all);
        let depends = depends(&all);
        let sightings = all.into_iter().zip(depends);
        findings.sightings =
            sightings.map(|((document, life), depends)| Sighting { depends, ..sighting(document, life) }).collect();
        findings
    }
}

/// A package of one version of the database.
#[derive(Debug, Clone)]
struct Installed {
    record: RpmRecord,
    version: String,
    /// The name; with the version where several versions are installed at once, as of kernels.
    key: String,
}

impl Record for Installed {
    fn key(&self) -> (&str, &str) {
        (&self.key, self.record.architecture.as_deref().unwrap_or_default())
    }
    fn version(&self) -> &str {
        &self.version
    }
    fn content(&self) -> &[u8] {
        &self.record.stamp
    }
}

fn packages_of(document: &Document<'_>, findings: &mut Findings<'_>) -> Vec<Life<Installed>> {
    let lives = lives(document, |layer, bytes| {
        let (records, problems) = parse_rpm_database(bytes);
        findings.problems(document, layer, &problems);
        with_keys(records)
    });
    let Some(last) = document.versions.last().filter(|last| last.content == Content::Gone) else { return lives };
    let count = lives.iter().filter(|life| life.ended.as_ref().is_some_and(|end| end.layer == last.layer)).count();
    let text = format!("the package database was deleted; {count} packages it listed are no longer on record");
    findings.gap(document, last.layer, text);
    lives
}

fn with_keys(records: Vec<RpmRecord>) -> Vec<Installed> {
    let mut counts: HashMap<(String, Option<String>), usize> = HashMap::new();
    let packages: Vec<RpmRecord> = records.into_iter().filter(|record| record.name != KEY).collect();
    for record in &packages {
        *counts.entry((record.name.clone(), record.architecture.clone())).or_default() += 1;
    }
    let keyed = packages.into_iter().map(|record| {
        let version = record.full_version();
        let several = counts.get(&(record.name.clone(), record.architecture.clone())).is_some_and(|count| *count > 1);
        let key = if several { format!("{} {version}", record.name) } else { record.name.clone() };
        Installed { record, version, key }
    });
    keyed.collect()
}

/// What each package needs, in the same order: names, what others provide under them, and paths of their files.
fn depends(all: &[(&Document<'_>, Life<Installed>)]) -> Vec<Vec<String>> {
    let records = || all.iter().filter(|(_, life)| life.ended.is_none()).map(|(_, life)| &life.record.record);
    let required = records().flat_map(|record| &record.requires).filter_map(|name| name.strip_prefix('/'));
    let paths: BTreeMap<&[u8], &str> = required.map(|path| (path.as_bytes(), path)).collect();
    let mut providers = Providers::default();
    for record in records() {
        providers.add(&record.name, record.provides.iter().map(String::as_str));
    }
    // A path is found without its slash, which no name of a package has.
    for record in records() {
        let files = record.files.iter().filter_map(|file| paths.get(file.as_slice()).copied());
        providers.add(&record.name, files);
    }
    let needs = |record: &RpmRecord| {
        let alternatives = record.requires.iter().map(|name| [Some(name.as_str()), name.strip_prefix('/')]);
        providers.needs(&record.name, alternatives.map(|names| names.into_iter().flatten()))
    };
    all.iter().map(|(_, life)| needs(&life.record.record)).collect()
}

fn sighting<'a>(document: &Document<'_>, life: Life<Installed>) -> Sighting<'a> {
    let known = Sighting::new(Ecosystem::Rpm, life.record.record.name.clone(), &document.path, &life);
    let record = life.record.record;
    let source = record.source().map(|(name, version)| Source { name, version });
    let epoch = record.epoch.map(|epoch| epoch.to_string());
    let qualifiers = [("epoch", epoch), ("rpmmod", record.module), ("upstream", record.source_rpm)];
    Sighting {
        architecture: record.architecture.unwrap_or_default(),
        source,
        files: OwnedFiles::Listed(record.files.into_iter().map(Cow::Owned).collect()),
        declared_bytes: record.installed_bytes,
        licences: record.licence.into_iter().collect(),
        supplier: record.vendor,
        qualifiers: qualifiers.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
        ..known
    }
}

/// The packages after each layer; rpm does not write down which of them were asked for.
fn requests(documents: &[Document<'_>], all: &[(&Document<'_>, Life<Installed>)]) -> Option<Requests> {
    let databases = || documents.iter().filter(|document| RecordPath::new(&document.path).name != LOG);
    let layers: BTreeSet<u32> = databases().flat_map(|it| &it.versions).map(|version| version.layer).collect();
    let mut log = RequestLog::default();
    for layer in &layers {
        if !databases().any(|database| database.has_bytes_after(*layer)) {
            log.lost();
            continue;
        }
        let alive = all.iter().filter(|(_, life)| life.is_alive_after(*layer));
        log.after(*layer, &alive.map(|(_, life)| life.record.record.name.as_str()).collect(), None);
    }
    (!layers.is_empty()).then(|| log.finish(Ecosystem::Rpm))
}
