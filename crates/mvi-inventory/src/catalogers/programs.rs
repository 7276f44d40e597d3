//! Well-known programs by the version in their data. The inventory keeps those that no package owns.

use std::borrow::Cow;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RecordPath, Sighting};
use crate::document::Document;
use crate::extract::Part;
use crate::package::Ecosystem;
use crate::parse::known_programs::KnownProgram;

/// Programs that were copied into an image.
pub(super) struct Programs;

impl Cataloger for Programs {
    fn name(&self) -> &'static str {
        "programs"
    }

    fn claims(&self, _: &RecordPath<'_>) -> Option<u64> {
        None
    }

    fn part(&self) -> Option<Part> {
        Some(Part::Program)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        for document in documents {
            let lives = findings.sole(document, |bytes| {
                let program: Option<KnownProgram> = serde_json::from_slice(bytes).ok();
                (program.map(|program| (program.version, program.name)), Vec::new())
            });
            findings.sightings.extend(lives.iter().map(|life| Sighting {
                files: OwnedFiles::Listed(vec![Cow::Owned(document.path.clone())]),
                ..Sighting::new(Ecosystem::Generic, life.record.says.clone(), &document.path, life)
            }));
        }
        findings
    }
}
