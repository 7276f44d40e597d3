//! Rust programs: the crates they were built from, where `cargo auditable` left them behind.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RecordPath, Sighting};
use crate::document::Document;
use crate::extract::Part;
use crate::life::{Life, OneOf};
use crate::package::Ecosystem;
use crate::parse::cargo_audit::{CargoAudit, CargoPackage};

/// Crates of Rust programs.
pub(super) struct Rust;

impl Cataloger for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn claims(&self, _: &RecordPath<'_>) -> Option<u64> {
        None
    }

    fn part(&self) -> Option<Part> {
        Some(Part::Rust)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        for document in documents {
            let lives = findings.several(document, |bytes| {
                let audit: CargoAudit = serde_json::from_slice(bytes).unwrap_or_default();
                (crates(&audit), Vec::new())
            });
            findings.sightings.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings
    }
}

/// A crate, and the names of those it needs.
#[derive(Debug, Clone, Hash)]
struct Says {
    package: CargoPackage,
    depends: Vec<String>,
}

/// The crates that are in a program; those that only had a part in building it are not.
fn crates(audit: &CargoAudit) -> Vec<OneOf<Says>> {
    let is_there = |package: &&CargoPackage| package.kind.as_deref() != Some("build");
    let here = audit.packages.iter().filter(is_there);
    here.map(|package| {
        let needs = package.dependencies.iter().filter_map(|index| audit.packages.get(*index)).filter(is_there);
        let mut seen = HashSet::new();
        let depends = needs.map(|needed| needed.name.clone()).filter(|name| seen.insert(name.clone())).collect();
        // A program may hold several versions of a crate.
        let key = format!("{} {}", package.name, package.version);
        OneOf::new(key, package.version.clone(), Says { package: package.clone(), depends })
    })
    .collect()
}

fn sighting<'a>(path: &[u8], life: &Life<OneOf<Says>>) -> Sighting<'a> {
    let Says { package, depends } = &life.record.says;
    let files = if package.root { vec![Cow::Owned(path.to_vec())] } else { Vec::new() };
    Sighting {
        files: OwnedFiles::Listed(files),
        depends: depends.clone(),
        ..Sighting::new(Ecosystem::Cargo, package.name.clone(), path, life)
    }
}
