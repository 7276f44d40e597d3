//! Alpine packages: apk's installed database and its world.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::cataloger::{Cataloger, DATABASE_BYTES, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::{Content, Document, Version};
use crate::life::{Life, Record, lives};
use crate::package::{Ecosystem, Requested, Source};
use crate::parse::apk_installed::{ApkRecord, parse_apk_installed};
use crate::parse::apk_world::parse_apk_world;
use crate::providers::Providers;
use crate::requests::{Memory, RequestLog, Requests};

const WORLD: &[u8] = b"etc/apk/world";
const INSTALLED: &[u8] = b"lib/apk/db/installed";
const INSTALLED_USR: &[u8] = b"usr/lib/apk/db/installed";

/// Installed Alpine packages; virtual ones only stand for their dependencies.
pub(super) struct Apk;

impl Cataloger for Apk {
    fn name(&self) -> &'static str {
        "apk"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        match path.path {
            INSTALLED | INSTALLED_USR => Some(DATABASE_BYTES),
            WORLD => Some(RECORD_BYTES),
            _ => None,
        }
    }

    fn databases(&self) -> &'static [&'static str] {
        &["lib/apk/db/installed", "usr/lib/apk/db/installed", "etc/apk/world"]
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut all = Vec::new();
        for document in documents.iter().filter(|document| document.path != WORLD) {
            let lives = packages_of(document, &mut findings);
            all.extend(lives.into_iter().map(|life| (document, life)));
        }
        let world = documents.iter().find(|document| document.path == WORLD);
        if let Some((world, Version { layer, content: Content::Bytes(bytes) })) =
            world.and_then(|world| Some((world, *world.versions.last()?)))
        {
            findings.problems(world, layer, &parse_apk_world(bytes).1);
        }
        findings.requests = requests(documents, &all, world);
        let asked = findings.requests.as_ref().filter(|requests| requests.memory == Memory::Kept);
        let asked = asked.map(|requests| requests.names.keys().cloned().collect::<BTreeSet<_>>());
        let depends = depends(&all);
        let real = all.into_iter().zip(depends).filter(|((_, life), _)| !is_virtual(&life.record.name));
        findings.sightings = real
            .map(|((document, life), depends)| Sighting { depends, ..sighting(document, life, asked.as_ref()) })
            .collect();
        findings
    }
}

impl Record for ApkRecord<'_> {
    fn key(&self) -> (&str, &str) {
        (&self.name, "")
    }
    fn version(&self) -> &str {
        &self.version
    }
    fn content(&self) -> &[u8] {
        self.stanza
    }
}

fn packages_of<'a>(document: &Document<'a>, findings: &mut Findings<'_>) -> Vec<Life<ApkRecord<'a>>> {
    let lives = lives(document, |layer, bytes| {
        let (records, problems) = parse_apk_installed(bytes);
        findings.problems(document, layer, &problems);
        records
    });
    let Some(last) = document.versions.last() else { return lives };
    match last.content {
        Content::Bytes(_) | Content::Unread => {}
        Content::Gone => {
            let count =
                lives.iter().filter(|life| life.ended.as_ref().is_some_and(|end| end.layer == last.layer)).count();
            let text = format!("the package database was deleted; {count} packages it listed are no longer on record");
            findings.gap(document, last.layer, text);
        }
    }
    lives
}

/// Made by `apk add --virtual`: its name starts with a dot, and it has no files. apk-add(8).
fn is_virtual(name: &str) -> bool {
    name.starts_with('.')
}

fn sighting<'a>(document: &Document<'_>, life: Life<ApkRecord<'a>>, asked: Option<&BTreeSet<String>>) -> Sighting<'a> {
    let known = Sighting::new(Ecosystem::Apk, life.record.name.to_string(), &document.path, &life);
    let record = life.record;
    let requested = match asked {
        Some(asked) if asked.contains(record.name.as_ref()) => Requested::Yes,
        Some(_) => Requested::No,
        None => Requested::Unknown,
    };
    let origin = record.origin.as_deref().unwrap_or(&record.name).to_owned();
    Sighting {
        source: Some(Source { name: origin, version: record.version.into_owned() }),
        architecture: record.architecture.into_owned(),
        files: OwnedFiles::Listed(record.files.into_iter().map(Cow::Owned).collect()),
        declared_bytes: record.installed_bytes,
        licences: record.licence.into_iter().map(Cow::into_owned).collect(),
        supplier: record.maintainer.map(Cow::into_owned),
        requested,
        ..known
    }
}

/// What each package needs, in the same order.
fn depends(all: &[(&Document<'_>, Life<ApkRecord<'_>>)]) -> Vec<Vec<String>> {
    let mut providers = Providers::default();
    for (_, life) in all.iter().filter(|(_, life)| life.ended.is_none()) {
        providers.add(&life.record.name, life.record.provides.iter().map(AsRef::as_ref));
    }
    let needs =
        |record: &ApkRecord<'_>| providers.needs(&record.name, record.depends.iter().map(|need| [need.as_ref()]));
    all.iter().map(|(_, life)| needs(&life.record)).collect()
}

/// What apk was asked for, from layer to layer.
fn requests(
    documents: &[Document<'_>],
    lives: &[(&Document<'_>, Life<ApkRecord<'_>>)],
    world: Option<&Document<'_>>,
) -> Option<Requests> {
    let layers: BTreeSet<u32> =
        documents.iter().flat_map(|document| &document.versions).map(|version| version.layer).collect();
    let mut log = RequestLog::default();
    for layer in &layers {
        let mut databases = documents.iter().filter(|document| document.path != WORLD);
        if !databases.any(|database| database.has_bytes_after(*layer)) {
            log.lost();
            continue;
        }
        let alive = lives.iter().filter(|(_, life)| life.is_alive_after(*layer));
        let records: BTreeMap<&str, &ApkRecord<'_>> =
            alive.map(|(_, life)| (life.record.name.as_ref(), &life.record)).collect();
        let bytes = world.and_then(|world| world.version_before(layer + 1)).and_then(Version::bytes);
        let asked = bytes.map(|bytes| expand(bytes, &records));
        let asked = asked.as_ref().map(|asked| asked.iter().map(String::as_str).collect());
        let installed = records.keys().filter(|name| !is_virtual(name)).copied().collect();
        log.after(*layer, &installed, asked.as_ref());
    }
    (!layers.is_empty()).then(|| log.finish(Ecosystem::Apk))
}

/// The names in a world, virtual packages replaced by their dependencies, and what a package provides by its name.
fn expand(world: &[u8], records: &BTreeMap<&str, &ApkRecord<'_>>) -> BTreeSet<String> {
    let mut providers: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, record) in records {
        for provided in &record.provides {
            providers.entry(provided).or_insert(name);
        }
    }
    let names = parse_apk_world(world).0;
    let mut pending: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let mut seen = BTreeSet::new();
    let mut asked = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if !seen.insert(name.to_owned()) {
            continue;
        }
        match records.get(name) {
            Some(record) if is_virtual(name) => pending.extend(record.depends.iter().map(AsRef::as_ref)),
            Some(_) => _ = asked.insert(name.to_owned()),
            None => _ = asked.insert(providers.get(name).copied().unwrap_or(name).to_owned()),
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &str = "P:musl\nV:1\np:so:libc.musl-x86_64.so.1=1 cmd:ldd=1\n\nP:gcc\nV:1\n\n\
        P:.build-deps\nV:0\nD:gcc so:libc.musl-x86_64.so.1 .more\n\nP:.more\nV:0\nD:make .build-deps\n\n";

    fn check(world: &str, expected: &[&str]) {
        let (records, _) = parse_apk_installed(DATABASE.as_bytes());
        let records = records.iter().map(|record| (record.name.as_ref(), record)).collect();
        let asked: Vec<String> = expand(world.as_bytes(), &records).into_iter().collect();
        assert_eq!(asked, expected);
    }

    #[test]
    fn virtual_packages_stand_for_their_dependencies() {
        check(".build-deps\n", &["gcc", "make", "musl"]);
    }

    #[test]
    fn what_is_provided_counts_under_the_name_of_its_package() {
        check("cmd:ldd musl", &["musl"]);
    }

    #[test]
    fn what_is_not_installed_keeps_its_name() {
        check("curl=8", &["curl"]);
    }
}
