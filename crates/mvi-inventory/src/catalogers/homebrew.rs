//! Formulas of Homebrew: the receipt in each folder of a version in the Cellar.

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::package::{Ecosystem, Requested};
use crate::parse::homebrew::parse_brew_receipt;
use crate::providers::with_needs;

/// Installed formulas.
pub(super) struct Homebrew;

impl Cataloger for Homebrew {
    fn name(&self) -> &'static str {
        "homebrew"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let cellar = || RecordPath::new(RecordPath::new(RecordPath::new(path.folder).folder).folder).name;
        (path.name == b"INSTALL_RECEIPT.json" && cellar() == b"Cellar").then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let keg = RecordPath::new(RecordPath::new(&document.path).folder);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (name, version) = (text(RecordPath::new(keg.folder).name), text(keg.name));
            let lives = findings.sole(document, |bytes| {
                let (receipt, problems) = parse_brew_receipt(bytes);
                (receipt.map(|receipt| (version.clone(), receipt)), problems)
            });
            for life in lives {
                let receipt = &life.record.says;
                let needs = receipt.depends.iter().map(|name| (name.clone(), true)).collect();
                let sighting = Sighting {
                    site: keg.folder.to_vec(),
                    files: OwnedFiles::Folder(keg.path.to_vec()),
                    requested: match receipt.requested {
                        Some(true) => Requested::Yes,
                        Some(false) => Requested::No,
                        None => Requested::Unknown,
                    },
                    supplier: receipt.tap.clone(),
                    ..Sighting::new(Ecosystem::Brew, name.clone(), &document.path, &life)
                };
                found.push((sighting, needs));
            }
        }
        findings.sightings = with_needs(found);
        findings
    }
}
