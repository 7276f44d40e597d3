//! Packages of Conda: one record each in the `conda-meta` of an environment.

use std::borrow::Cow;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::life::{Life, Sole};
use crate::package::{Ecosystem, Requested};
use crate::parse::conda_meta::{CondaRecord, parse_conda_meta};

/// Installed packages of Conda, whatever program put them there.
pub(super) struct Conda;

impl Cataloger for Conda {
    fn name(&self) -> &'static str {
        "conda"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        (path.name.ends_with(b".json") && path.folder_name() == b"conda-meta").then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        for document in documents {
            let lives = findings.sole(document, |bytes| {
                let (record, problems) = parse_conda_meta(bytes);
                (record.map(|record| (record.version.clone(), record)), problems)
            });
            findings.sightings.extend(lives.into_iter().map(|life| sighting(&document.path, life)));
        }
        findings
    }
}

fn sighting<'a>(path: &[u8], life: Life<Sole<'_, CondaRecord>>) -> Sighting<'a> {
    let known = Sighting::new(Ecosystem::Conda, life.record.says.name.clone(), path, &life);
    let record = life.record.says;
    let environment = RecordPath::new(RecordPath::new(path).folder).folder;
    let from_root = |file: &String| Cow::Owned(inside(environment, file.as_bytes()));
    let qualifiers =
        [("build", record.build), ("channel", record.channel), ("subdir", record.subdir), ("type", record.kind)];
    Sighting {
        site: environment.to_vec(),
        files: OwnedFiles::Listed(record.files.iter().map(from_root).chain([Cow::Owned(path.to_vec())]).collect()),
        requested: match record.requested {
            Some(true) => Requested::Yes,
            Some(false) => Requested::No,
            None => Requested::Unknown,
        },
        licences: record.licence.into_iter().collect(),
        depends: record.depends,
        qualifiers: qualifiers.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
        ..known
    }
}

fn inside(folder: &[u8], path: &[u8]) -> Vec<u8> {
    if folder.is_empty() { path.to_vec() } else { [folder, path].join(&b'/') }
}
