//! Debian packages: dpkg's status file, and the single records that image builders put into `status.d`.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::cataloger::{Cataloger, DATABASE_BYTES, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::{Content, Document, Version};
use crate::life::{Life, Record, lives};
use crate::package::{Ecosystem, Leftover, Requested, Source};
use crate::parse::dpkg_status::{DpkgRecord, DpkgState, StatusField, parse_dpkg_status};
use crate::parse::extended_states::parse_extended_states;
use crate::parse::md5sums::parse_md5sums;
use crate::providers::Providers;
use crate::requests::{RequestLog, Requests};

const STATUS: &str = "var/lib/dpkg/status";
const STATUS_FOLDER: &[u8] = b"var/lib/dpkg/status.d";
const INFO_FOLDER: &[u8] = b"var/lib/dpkg/info";
const EXTENDED_STATES: &[u8] = b"var/lib/apt/extended_states";

/// Installed Debian packages.
pub(super) struct Dpkg;

impl Cataloger for Dpkg {
    fn name(&self) -> &'static str {
        "dpkg"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        if !path.path.starts_with(b"var/lib/") {
            return None;
        }
        let list = path.name.ends_with(b".md5sums");
        match path.path {
            path if path == STATUS.as_bytes() => Some(DATABASE_BYTES),
            EXTENDED_STATES => Some(RECORD_BYTES),
            _ => (path.folder == STATUS_FOLDER || (list && path.folder == INFO_FOLDER)).then_some(RECORD_BYTES),
        }
    }

    fn databases(&self) -> &'static [&'static str] {
        &[STATUS, "var/lib/apt/extended_states"]
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut all = Vec::new();
        for document in documents {
            let path = RecordPath::new(&document.path);
            let needed = match path.path {
                path if path == STATUS.as_bytes() => StatusField::Needed,
                _ if path.folder == STATUS_FOLDER && !path.name.ends_with(b".md5sums") => StatusField::Optional,
                _ => continue,
            };
            let lives = packages_of(document, needed, &mut findings);
            all.extend(lives.into_iter().map(|life| (document, life)));
        }
        let memory = documents.iter().find(|document| document.path == EXTENDED_STATES);
        let automatic = memory.and_then(Document::bytes).map(automatic_names);
        if let Some((memory, Version { layer, content: Content::Bytes(bytes) })) =
            memory.and_then(|memory| Some((memory, *memory.versions.last()?)))
        {
            findings.problems(memory, layer, &parse_extended_states(bytes).1);
        }
        findings.requests = requests(documents, &all, memory);
        let lists: HashMap<&[u8], &Document<'_>> =
            documents.iter().map(|document| (document.path.as_slice(), document)).collect();
        for ((document, life), depends) in all.iter().zip(depends(&all)) {
            let files = files_of(document, life, &lists, &mut findings);
            findings.sightings.push(Sighting { depends, ..sighting(document, life, files, automatic.as_ref()) });
        }
        findings
    }
}

impl Record for DpkgRecord<'_> {
    fn key(&self) -> (&str, &str) {
        (&self.name, &self.architecture)
    }
    fn version(&self) -> &str {
        &self.version
    }
    fn content(&self) -> &[u8] {
        self.stanza
    }
}

/// The installed packages of one document; what is half there becomes a leftover and, where it has files, a gap.
fn packages_of<'a>(
    document: &Document<'a>,
    needed: StatusField,
    findings: &mut Findings<'_>,
) -> Vec<Life<DpkgRecord<'a>>> {
    let mut leftovers = Vec::new();
    let lives = lives(document, |layer, bytes| {
        let (records, problems) = parse_dpkg_status(bytes, needed);
        findings.problems(document, layer, &problems);
        let (installed, others): (Vec<_>, Vec<_>) = records.into_iter().partition(is_installed);
        leftovers = others;
        installed
    });
    let Some(last) = document.versions.last() else { return lives };
    match last.content {
        Content::Bytes(_) => report_leftovers(document, last.layer, &leftovers, findings),
        Content::Gone if needed == StatusField::Needed => {
            let count =
                lives.iter().filter(|life| life.ended.as_ref().is_some_and(|end| end.layer == last.layer)).count();
            let text = format!("the package database was deleted; {count} packages it listed are no longer on record");
            findings.gap(document, last.layer, text);
        }
        Content::Unread | Content::Gone => {}
    }
    lives
}

fn is_installed(record: &DpkgRecord<'_>) -> bool {
    matches!(record.state, Some(DpkgState::Installed) | None)
}

fn report_leftovers(document: &Document<'_>, layer: u32, leftovers: &[DpkgRecord<'_>], findings: &mut Findings<'_>) {
    for record in leftovers {
        let Some(state) = record.state else { continue };
        match state {
            DpkgState::NotInstalled => continue,
            DpkgState::ConfigFiles | DpkgState::Installed => {}
            DpkgState::HalfInstalled
            | DpkgState::Unpacked
            | DpkgState::HalfConfigured
            | DpkgState::TriggersAwaited
            | DpkgState::TriggersPending => {
                let text = format!("`{}` {} is only partly installed ({state:?})", record.name, record.version);
                findings.gap(document, layer, text);
            }
        }
        findings.leftovers.push(Leftover {
            name: record.name.to_string(),
            version: record.version.to_string(),
            architecture: record.architecture.to_string(),
            state,
        });
    }
}

/// Configuration files of the record, and what the package's list of sums named when it was last there.
fn files_of<'a>(
    document: &Document<'_>,
    life: &Life<DpkgRecord<'a>>,
    lists: &HashMap<&[u8], &Document<'a>>,
    findings: &mut Findings<'_>,
) -> OwnedFiles<'a> {
    let record = &life.record;
    let names = if document.path == STATUS.as_bytes() {
        let info = String::from_utf8_lossy(INFO_FOLDER);
        let plain = format!("{info}/{}.md5sums", record.name);
        vec![format!("{info}/{}:{}.md5sums", record.name, record.architecture), plain]
    } else {
        vec![format!("{}.md5sums", String::from_utf8_lossy(&document.path))]
    };
    let mut paths: Vec<Cow<'a, [u8]>> = record.conffiles.iter().map(|path| Cow::Borrowed(*path)).collect();
    let before = life.ended.as_ref().map_or(u32::MAX, |ended| ended.layer);
    let list = names.iter().find_map(|name| {
        let list = lists.get(name.as_bytes())?;
        Some((*list, list.version_before(before)?))
    });
    if let Some((list, version)) = list {
        match version.content {
            Content::Bytes(bytes) => {
                let (listed, problems) = parse_md5sums(bytes);
                findings.problems(list, version.layer, &problems);
                paths.extend(listed.into_iter().map(Cow::Borrowed));
            }
            Content::Unread | Content::Gone => {}
        }
    }
    OwnedFiles::Listed(paths)
}

fn sighting<'a>(
    document: &Document<'_>,
    life: &Life<DpkgRecord<'_>>,
    files: OwnedFiles<'a>,
    automatic: Option<&HashSet<String>>,
) -> Sighting<'a> {
    let known = Sighting::new(Ecosystem::Deb, life.record.name.to_string(), &document.path, life);
    let record = &life.record;
    let requested = match automatic {
        Some(automatic) if automatic.contains(record.name.as_ref()) => Requested::No,
        Some(_) => Requested::Yes,
        None => Requested::Unknown,
    };
    Sighting {
        architecture: record.architecture.to_string(),
        source: Some(Source { name: record.source_name.to_string(), version: record.source_version.to_string() }),
        files,
        declared_bytes: record.installed_kib.map(|kib| kib.saturating_mul(1024)),
        requested,
        essential: record.essential,
        supplier: record.maintainer.as_ref().map(ToString::to_string),
        ..known
    }
}

/// What each package needs, in the same order.
fn depends(all: &[(&Document<'_>, Life<DpkgRecord<'_>>)]) -> Vec<Vec<String>> {
    let mut providers = Providers::default();
    for (_, life) in all.iter().filter(|(_, life)| life.ended.is_none()) {
        providers.add(&life.record.name, life.record.provides.iter().copied());
    }
    let needs = |record: &DpkgRecord<'_>| {
        providers.needs(&record.name, record.depends.iter().map(|alternatives| alternatives.iter().copied()))
    };
    all.iter().map(|(_, life)| needs(&life.record)).collect()
}

/// Names that apt installed by itself, whatever their architecture: apt writes the native one for `all`.
fn automatic_names(bytes: &[u8]) -> HashSet<String> {
    parse_extended_states(bytes).0.into_iter().map(|record| record.name.into_owned()).collect()
}

/// What apt was asked for, from layer to layer.
fn requests(
    documents: &[Document<'_>],
    lives: &[(&Document<'_>, Life<DpkgRecord<'_>>)],
    memory: Option<&Document<'_>>,
) -> Option<Requests> {
    let is_list = |document: &&Document<'_>| document.path.ends_with(b".md5sums");
    let versions = documents.iter().filter(|document| !is_list(document)).flat_map(|document| &document.versions);
    let layers: BTreeSet<u32> = versions.map(|version| version.layer).collect();
    let mut log = RequestLog::default();
    for layer in &layers {
        let mut databases = documents.iter().filter(|document| !is_list(document) && document.path != EXTENDED_STATES);
        if !databases.any(|database| database.has_bytes_after(*layer)) {
            log.lost();
            continue;
        }
        let alive = lives.iter().filter(|(_, life)| life.is_alive_after(*layer));
        let installed: BTreeSet<&str> = alive.map(|(_, life)| life.record.name.as_ref()).collect();
        let automatic = memory.and_then(|memory| memory.version_before(layer + 1)).and_then(Version::bytes);
        let asked = automatic
            .map(automatic_names)
            .map(|automatic| installed.iter().filter(|name| !automatic.contains(**name)).copied().collect());
        log.after(*layer, &installed, asked.as_ref());
    }
    (!layers.is_empty()).then(|| log.finish(Ecosystem::Deb))
}
