//! Ruby gems: the specification of each in the `specifications` of a gem folder.

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::life::{Life, Sole};
use crate::package::Ecosystem;
use crate::parse::gemspec::{GemRecord, parse_gemspec};
use crate::providers::{Needs, with_needs};

/// Installed gems, those that come with Ruby among them.
pub(super) struct Ruby;

impl Cataloger for Ruby {
    fn name(&self) -> &'static str {
        "ruby"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let claimed = path.name.ends_with(b".gemspec") && specifications(path.folder).is_some();
        claimed.then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let lives = findings.sole(document, |bytes| {
                let (gem, problems) = parse_gemspec(bytes);
                (gem.map(|gem| (gem.version.clone(), gem)), problems)
            });
            found.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings.sightings = with_needs(found);
        findings
    }
}

/// The folder `specifications` that a specification lies in, right there or in `default`, where Ruby keeps its own.
fn specifications(folder: &[u8]) -> Option<&[u8]> {
    let last = RecordPath::new(folder);
    let folder = if last.name == b"default" { last.folder } else { folder };
    (RecordPath::new(folder).name == b"specifications").then_some(folder)
}

fn sighting<'a>(path: &[u8], life: &Life<Sole<'_, GemRecord>>) -> (Sighting<'a>, Needs) {
    let gem = &life.record.says;
    let specifications = specifications(RecordPath::new(path).folder).unwrap_or_default();
    let home = RecordPath::new(specifications).folder;
    let stem = RecordPath::new(path).name.strip_suffix(b".gemspec").unwrap_or_default();
    let sighting = Sighting {
        site: specifications.to_vec(),
        files: OwnedFiles::Folder([home, b"/gems/", stem].concat()),
        licences: gem.licences.clone(),
        supplier: gem.author.clone(),
        qualifiers: gem.platform.iter().map(|platform| ("platform", platform.clone())).collect(),
        ..Sighting::new(Ecosystem::Gem, gem.name.clone(), path, life)
    };
    (sighting, gem.depends.iter().map(|name| (name.clone(), true)).collect())
}
