//! .NET packages that programs were published with: `NAME.deps.json` beside the program, or inside where it is one file.

use std::borrow::Cow;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::extract::Part;
use crate::folders::join;
use crate::life::{Life, OneOf};
use crate::package::Ecosystem;
use crate::parse::deps_json::{NugetPackage, parse_deps_json};
use crate::providers::{Needs, with_needs};

/// Packages of .NET programs that are one file.
pub(super) struct DotnetBundles;

/// Packages of published .NET programs and of the frameworks beside them.
pub(super) struct Dotnet;

impl Cataloger for Dotnet {
    fn name(&self) -> &'static str {
        "dotnet"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        path.name.ends_with(b".deps.json").then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let lives = findings.several(document, |bytes| {
                let (packages, problems) = parse_deps_json(bytes);
                (packages.into_iter().map(one).collect(), problems)
            });
            found.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings.sightings = with_needs(found);
        findings
    }
}

impl Cataloger for DotnetBundles {
    fn name(&self) -> &'static str {
        "dotnet-bundle"
    }

    fn claims(&self, _: &RecordPath<'_>) -> Option<u64> {
        None
    }

    fn part(&self) -> Option<Part> {
        Some(Part::Dotnet)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let lives = findings.several(document, |bytes| {
                // What lies in the program is no file of the image.
                let packages: Vec<NugetPackage> = serde_json::from_slice(bytes).unwrap_or_default();
                (packages.into_iter().map(|it| one(NugetPackage { files: Vec::new(), ..it })).collect(), Vec::new())
            });
            found.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings.sightings = with_needs(found);
        findings
    }
}

fn one(package: NugetPackage) -> OneOf<NugetPackage> {
    OneOf::new(package.name.clone(), package.version.clone(), package)
}

fn sighting<'a>(path: &[u8], life: &Life<OneOf<NugetPackage>>) -> (Sighting<'a>, Needs) {
    let package = &life.record.says;
    let folder = RecordPath::new(path).folder;
    let files = package.files.iter().map(|file| Cow::Owned(join(folder, file.as_bytes())));
    let sighting = Sighting {
        files: OwnedFiles::Listed(files.collect()),
        ..Sighting::new(Ecosystem::Nuget, package.name.clone(), path, life)
    };
    (sighting, package.depends.iter().map(|name| (name.clone(), true)).collect())
}
