//! Perl distributions that cpanm installed: its record of each, and the list of files that Perl's installers write.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::{Document, Version};
use crate::life::{Life, Sole};
use crate::package::Ecosystem;
use crate::parse::perl_install::{PerlDistribution, parse_packlist, parse_perl_install};

const RECORD: &[u8] = b"install.json";
const LIST: &[u8] = b".packlist";

/// Installed distributions of CPAN. A list of files alone has no version, so that it makes no package.
pub(super) struct Cpan;

impl Cataloger for Cpan {
    fn name(&self) -> &'static str {
        "cpan"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let claimed = match path.name {
            RECORD => RecordPath::new(RecordPath::new(path.folder).folder).name == b".meta",
            name => name == LIST,
        };
        claimed.then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let lists: HashMap<&[u8], &Document<'a>> =
            documents.iter().map(|document| (document.path.as_slice(), document)).collect();
        for document in documents.iter().filter(|document| RecordPath::new(&document.path).name == RECORD) {
            let lives = findings.sole(document, |bytes| {
                let (found, problems) = parse_perl_install(bytes);
                (found.map(|found| (found.version.clone(), found)), problems)
            });
            findings.sightings.extend(lives.iter().map(|life| sighting(&document.path, life, &lists)));
        }
        findings
    }
}

fn sighting<'a>(
    path: &[u8],
    life: &Life<Sole<'_, PerlDistribution>>,
    lists: &HashMap<&[u8], &Document<'a>>,
) -> Sighting<'a> {
    let says = &life.record.says;
    let own = RecordPath::new(path).folder;
    let site = RecordPath::new(RecordPath::new(own).folder).folder;
    let module = says.module.replace("::", "/");
    let list = [site, b"auto", module.as_bytes(), LIST].join(&b'/');
    let before = life.ended.as_ref().map_or(u32::MAX, |ended| ended.layer);
    let bytes = lists.get(list.as_slice()).and_then(|list| list.version_before(before)).and_then(Version::bytes);
    let files = parse_packlist(bytes.unwrap_or_default()).into_iter().map(Cow::Borrowed);
    let records = [path.to_vec(), list, [own, b"MYMETA.json"].join(&b'/')].map(Cow::Owned);
    Sighting {
        site: site.to_vec(),
        files: OwnedFiles::Listed(files.chain(records).collect()),
        supplier: says.author.clone(),
        ..Sighting::new(Ecosystem::Cpan, says.name.clone(), path, life)
    }
}
