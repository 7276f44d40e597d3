//! Packages of R: one folder each in a library.

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::life::{Life, Sole};
use crate::package::Ecosystem;
use crate::parse::r_description::{RPackage, parse_r_description};
use crate::providers::{Needs, with_needs};

/// Installed packages of R, those that come with it among them.
pub(super) struct R;

impl Cataloger for R {
    fn name(&self) -> &'static str {
        "r"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let library = || RecordPath::new(RecordPath::new(path.folder).folder).name;
        (path.name == b"DESCRIPTION" && library().ends_with(b"library")).then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let lives = findings.sole(document, |bytes| {
                let (package, problems) = parse_r_description(bytes);
                let installed = package.filter(|package| package.installed);
                (installed.map(|package| (package.version.to_string(), package)), problems)
            });
            found.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings.sightings = with_needs(found);
        findings
    }
}

fn sighting<'a>(path: &[u8], life: &Life<Sole<'_, RPackage<'_>>>) -> (Sighting<'a>, Needs) {
    let package = &life.record.says;
    let folder = RecordPath::new(path).folder;
    let sighting = Sighting {
        site: RecordPath::new(folder).folder.to_vec(),
        files: OwnedFiles::Folder(folder.to_vec()),
        licences: package.licence.iter().map(ToString::to_string).collect(),
        supplier: package.maintainer.as_ref().map(ToString::to_string),
        ..Sighting::new(Ecosystem::Cran, package.name.to_string(), path, life)
    };
    (sighting, package.depends.iter().map(|name| ((*name).to_owned(), true)).collect())
}
