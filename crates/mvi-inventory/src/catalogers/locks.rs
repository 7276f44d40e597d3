//! Lock files of applications: what somebody meant to be there. What lies in the folder of an installed package is no lock
//! of this image.

use std::collections::BTreeMap;

use mvi_image::{Gap, GapCode};

use crate::cataloger::{Cataloger, Findings, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::life::OneOf;
use crate::package::{Ecosystem, Evidence, Package, Scope};
use crate::parse::Problem;
use crate::parse::composer::parse_composer;
use crate::parse::locks::LockedPackage;
use crate::parse::locks::cargo_lock::parse_cargo_lock;
use crate::parse::locks::gemfile_lock::parse_gemfile_lock;
use crate::parse::locks::hex_lock::{parse_mix_lock, parse_rebar_lock};
use crate::parse::locks::npm_lock::parse_npm_lock;
use crate::parse::locks::pipfile_lock::parse_pipfile_lock;
use crate::parse::locks::pnpm_lock::parse_pnpm_lock;
use crate::parse::locks::requirements::parse_requirements;
use crate::parse::locks::toml_lock::{parse_poetry_lock, parse_uv_lock};
use crate::parse::locks::yarn_lock::parse_yarn_lock;
use crate::parse::python_metadata::normalise_name;
use crate::purl::{PurlParts, purl};

/// Packages that lock files name.
pub(super) struct Locks;

type Reader = fn(&[u8]) -> (Vec<LockedPackage>, Vec<Problem>);

/// Every lock file: its name, whose packages it names, who reads it.
const FORMATS: &[(&[u8], Ecosystem, Reader)] = &[
    (b"Cargo.lock", Ecosystem::Cargo, parse_cargo_lock),
    (b"Gemfile.lock", Ecosystem::Gem, parse_gemfile_lock),
    (b"Pipfile.lock", Ecosystem::Pypi, parse_pipfile_lock),
    (b"composer.lock", Ecosystem::Composer, read_composer_lock),
    (b"mix.lock", Ecosystem::Hex, parse_mix_lock),
    (b"npm-shrinkwrap.json", Ecosystem::Npm, parse_npm_lock),
    (b"package-lock.json", Ecosystem::Npm, parse_npm_lock),
    (b"pnpm-lock.yaml", Ecosystem::Npm, parse_pnpm_lock),
    (b"poetry.lock", Ecosystem::Pypi, parse_poetry_lock),
    (b"rebar.lock", Ecosystem::Hex, parse_rebar_lock),
    (b"requirements.txt", Ecosystem::Pypi, parse_requirements),
    (b"uv.lock", Ecosystem::Pypi, parse_uv_lock),
    (b"yarn.lock", Ecosystem::Npm, parse_yarn_lock),
];

/// Folders of packages that came from elsewhere, with the lock files of their authors.
const FOREIGN: [&[u8]; 10] = [
    b"_build",
    b"deps",
    b"node_modules",
    b"nodejs",
    b"site-packages",
    b"dist-packages",
    b"vendor",
    b"gems",
    b"registry",
    b"checkouts",
];

/// The packages that a lock file names, by the file's name, with whose packages they are, and what could not be read; none
/// for names of no lock file that is known.
#[must_use]
pub fn read_lock(name: &str, bytes: &[u8]) -> Option<(Ecosystem, Vec<LockedPackage>, Vec<Problem>)> {
    let (_, ecosystem, read) = FORMATS.iter().find(|(known, ..)| *known == name.as_bytes())?;
    let (mut packages, problems) = read(bytes);
    for package in packages.iter_mut().filter(|_| *ecosystem == Ecosystem::Pypi) {
        package.name = normalise_name(&package.name);
    }
    Some((*ecosystem, packages, problems))
}

/// The packages that a lock file names, as an inventory would have them if they were installed, each version once; `record`
/// is where the file lies. What is no lock file by its name is none.
#[must_use]
pub fn locked_packages(name: &str, record: &str, bytes: &[u8]) -> Option<(Vec<Package>, Vec<Gap>)> {
    let (ecosystem, locked, problems) = read_lock(name, bytes)?;
    let mut gaps: Vec<Gap> =
        problems.iter().map(|it| Gap::at(GapCode::Database, record.as_bytes(), it.to_string())).collect();
    let mut packages = Vec::new();
    for OneOf { says, .. } in keyed(ecosystem, locked) {
        let parts =
            PurlParts { ecosystem, name: &says.name, version: &says.version, architecture: "", qualifiers: &[] };
        match purl(parts, None) {
            Some(purl) => packages.push(Package::locked(ecosystem, says, purl, record)),
            None => {
                let text = format!("`{}` {} makes no package URL", says.name, says.version);
                gaps.push(Gap::at(GapCode::Database, record.as_bytes(), text));
            }
        }
    }
    Some((packages, gaps))
}

/// Names of the lock files that are known.
pub fn lock_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter_map(|(name, ..)| std::str::from_utf8(name).ok())
}

impl Cataloger for Locks {
    fn name(&self) -> &'static str {
        "locks"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        FORMATS.iter().find(|(name, ..)| *name == path.name)?;
        let foreign = path.folder.split(|byte| *byte == b'/').any(|name| FOREIGN.contains(&name));
        (!foreign).then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        for document in documents {
            let name = RecordPath::new(&document.path).name;
            let Some((_, ecosystem, read)) = FORMATS.iter().find(|(known, ..)| *known == name) else { continue };
            let lives = findings.several(document, |bytes| {
                let (packages, problems) = read(bytes);
                (keyed(*ecosystem, packages), problems)
            });
            // What a lock file once named and no longer names was never shown to be there.
            let named = lives.into_iter().filter(|life| life.ended.is_none());
            findings.sightings.extend(named.map(|life| Sighting {
                evidence: Evidence::Lock,
                locked: Some(life.record.says.scope),
                ..Sighting::new(*ecosystem, life.record.says.name.clone(), &document.path, &life)
            }));
        }
        findings
    }
}

/// The packages under the names of their ecosystem, each version once and for the first of the scopes.
fn keyed(ecosystem: Ecosystem, packages: Vec<LockedPackage>) -> Vec<OneOf<LockedPackage>> {
    let mut once: BTreeMap<(String, String), Scope> = BTreeMap::new();
    for LockedPackage { name, version, scope } in packages {
        let name = if ecosystem == Ecosystem::Pypi { normalise_name(&name) } else { name };
        let known = once.entry((name, version)).or_insert(scope);
        *known = scope.min(*known);
    }
    let one = |((name, version), scope): ((String, String), Scope)| {
        OneOf::new(format!("{name} {version}"), version.clone(), LockedPackage { name, version, scope })
    };
    once.into_iter().map(one).collect()
}

fn read_composer_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let (packages, problems) = parse_composer(bytes);
    let locked = packages.into_iter().map(|package| LockedPackage {
        scope: if package.development { Scope::Development } else { Scope::Production },
        name: package.name,
        version: package.version,
    });
    (locked.collect(), problems)
}
