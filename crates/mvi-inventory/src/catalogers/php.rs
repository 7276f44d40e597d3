//! PHP packages that Composer installed: `vendor/composer/installed.json`.

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::folders::join;
use crate::life::{Life, OneOf};
use crate::package::{Ecosystem, Scope};
use crate::parse::composer::{ComposerPackage, parse_composer};
use crate::providers::{Needs, with_needs};

/// Installed packages of Composer.
pub(super) struct Php;

impl Cataloger for Php {
    fn name(&self) -> &'static str {
        "php"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        (path.name == b"installed.json" && path.folder_name() == b"composer").then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let lives = findings.several(document, |bytes| {
                let (packages, problems) = parse_composer(bytes);
                let one = |it: ComposerPackage| OneOf::new(it.name.clone(), it.version.clone(), it);
                (packages.into_iter().map(one).collect(), problems)
            });
            found.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings.sightings = with_needs(found);
        findings
    }
}

fn sighting<'a>(path: &[u8], life: &Life<OneOf<ComposerPackage>>) -> (Sighting<'a>, Needs) {
    let package = &life.record.says;
    let folder = RecordPath::new(path).folder;
    // Composer 1 has no paths: every package lies in `vendor/NAME`.
    let usual = format!("../{}", package.name);
    let place = join(folder, package.path.as_ref().unwrap_or(&usual).as_bytes());
    let sighting = Sighting {
        files: OwnedFiles::Folder(place),
        locked: package.development.then_some(Scope::Development),
        licences: package.licences.clone(),
        supplier: package.author.clone(),
        ..Sighting::new(Ecosystem::Composer, package.name.clone(), path, life)
    };
    (sighting, package.depends.iter().map(|name| (name.clone(), true)).collect())
}
