//! Packages of pacman: one folder each in its local database.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::{Document, Version};
use crate::life::{Life, Sole};
use crate::package::{Ecosystem, Requested, Source};
use crate::parse::pacman_desc::{PacmanRecord, parse_pacman_desc, parse_pacman_files};
use crate::providers::Providers;
use crate::requests::{RequestLog, Requests};

const DATABASE: &[u8] = b"var/lib/pacman/local";

/// Installed packages of pacman.
pub(super) struct Pacman;

type PacmanLife<'a> = Life<Sole<'a, PacmanRecord>>;

impl Cataloger for Pacman {
    fn name(&self) -> &'static str {
        "pacman"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let claimed = matches!(path.name, b"desc" | b"files") && RecordPath::new(path.folder).folder == DATABASE;
        claimed.then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let lists: HashMap<&[u8], &Document<'a>> =
            documents.iter().map(|document| (document.path.as_slice(), document)).collect();
        let mut all: Vec<(&Document<'a>, PacmanLife<'a>)> = Vec::new();
        for document in documents.iter().filter(|document| RecordPath::new(&document.path).name == b"desc") {
            let lives = findings.sole(document, |bytes| {
                let (record, problems) = parse_pacman_desc(bytes);
                (record.map(|record| (record.version.clone(), record)), problems)
            });
            all.extend(lives.into_iter().map(|life| (document, life)));
        }
        findings.requests = requests(&all);
        let mut providers = Providers::default();
        for (_, life) in all.iter().filter(|(_, life)| life.ended.is_none()) {
            providers.add(&life.record.says.name, life.record.says.provides.iter().map(String::as_str));
        }
        let depends =
            |record: &PacmanRecord| providers.needs(&record.name, record.depends.iter().map(|name| [name.as_str()]));
        findings.sightings = all
            .iter()
            .map(|(document, life)| Sighting {
                depends: depends(&life.record.says),
                files: files_of(document, life, &lists),
                ..sighting(document, life)
            })
            .collect();
        findings
    }
}

fn sighting<'a>(document: &Document<'_>, life: &PacmanLife<'_>) -> Sighting<'a> {
    let record = &life.record.says;
    let base = record.base.as_ref().unwrap_or(&record.name);
    Sighting {
        architecture: record.architecture.clone().unwrap_or_default(),
        source: Some(Source { name: base.clone(), version: record.version.clone() }),
        site: DATABASE.to_vec(),
        declared_bytes: record.installed_bytes,
        requested: if record.automatic { Requested::No } else { Requested::Yes },
        licences: record.licences.clone(),
        supplier: record.packager.clone(),
        ..Sighting::new(Ecosystem::Alpm, record.name.clone(), &document.path, life)
    }
}

/// What the list beside the record named when the package was last there.
fn files_of<'a>(
    document: &Document<'_>,
    life: &PacmanLife<'_>,
    lists: &HashMap<&[u8], &Document<'a>>,
) -> OwnedFiles<'a> {
    let before = life.ended.as_ref().map_or(u32::MAX, |ended| ended.layer);
    let path = [RecordPath::new(&document.path).folder, b"files"].join(&b'/');
    let list = lists.get(path.as_slice()).and_then(|list| list.version_before(before)).and_then(Version::bytes);
    let files = parse_pacman_files(list.unwrap_or_default());
    let named = files.into_iter().map(|path| Cow::Borrowed(path.strip_suffix(b"/").unwrap_or(path)));
    OwnedFiles::Listed(named.collect())
}

/// What pacman was asked for, from layer to layer: it marks what came as a dependency.
fn requests(all: &[(&Document<'_>, PacmanLife<'_>)]) -> Option<Requests> {
    let layers: BTreeSet<u32> =
        all.iter().flat_map(|(document, _)| &document.versions).map(|version| version.layer).collect();
    let mut log = RequestLog::default();
    for layer in &layers {
        let alive = || all.iter().filter(|(_, life)| life.is_alive_after(*layer)).map(|(_, life)| &life.record.says);
        let installed: BTreeSet<&str> = alive().map(|record| record.name.as_str()).collect();
        if installed.is_empty() {
            log.lost();
            continue;
        }
        let asked = alive().filter(|record| !record.automatic).map(|record| record.name.as_str()).collect();
        log.after(*layer, &installed, Some(&asked));
    }
    (!layers.is_empty()).then(|| log.finish(Ecosystem::Alpm))
}
