//! An entry of a bill, and the package it is.

use std::str::FromStr as _;

use packageurl::PackageUrl;

use crate::package::{Ecosystem, Evidence, Package, Source};
use crate::parse::os_release::OsRelease;
use crate::parse::python_metadata::normalise_name;

/// Kinds of things with a package URL that are no packages of an image: what a bill is about, and what it was built with.
const NO_PACKAGES: [&str; 4] = ["oci", "docker", "github", "swid"];

/// What a bill says of one thing.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) purl: String,
    pub(super) source: Option<Source>,
    pub(super) record: String,
    pub(super) layer: Option<u32>,
    pub(super) instruction: Option<String>,
    pub(super) supplier: Option<String>,
    pub(super) licences: Vec<String>,
}

impl Entry {
    /// True for what is listed beside packages: images.
    pub(super) fn is_no_package(&self) -> bool {
        NO_PACKAGES.iter().any(|kind| self.purl.strip_prefix("pkg:").is_some_and(|rest| is_of(rest, kind)))
    }

    /// Takes what a property says that this program, or another that is widely used, adds to what the standards have.
    pub(super) fn take_property(&mut self, name: &str, value: &str) {
        let source = || Source { name: String::new(), version: String::new() };
        match name {
            "mvi:layer:index" => self.layer = value.parse().ok(),
            "mvi:layer:instruction" => self.instruction = Some(value.to_owned()),
            "mvi:source:name" | "aquasecurity:trivy:SrcName" | "syft:metadata:source" => {
                value.clone_into(&mut self.source.get_or_insert_with(source).name);
            }
            "mvi:source:version" | "aquasecurity:trivy:SrcVersion" | "syft:metadata:sourceVersion" => {
                value.clone_into(&mut self.source.get_or_insert_with(source).version);
            }
            "syft:location:0:path" => value.trim_start_matches('/').clone_into(&mut self.record),
            _ => {}
        }
    }

    /// The package; none without a package URL that can be read.
    pub(super) fn package(&self) -> Option<Package> {
        let url = PackageUrl::from_str(&self.purl).ok()?;
        let ecosystem = ecosystem(url.ty());
        let version = url.version().unwrap_or(&self.version);
        let qualifier = |name: &str| url.qualifiers().get(name).map(|value| value.to_string());
        let epoch = qualifier("epoch").filter(|_| ecosystem == Ecosystem::Rpm && !version.contains(':'));
        let version = epoch.map_or_else(|| version.to_owned(), |epoch| format!("{epoch}:{version}"));
        let source = source(self.source.as_ref(), qualifier("upstream").as_deref(), &version);
        let layer = self.layer.unwrap_or_default();
        Some(Package {
            source,
            architecture: qualifier("arch"),
            purl: self.purl.clone(),
            record: self.record.clone(),
            introduced: layer,
            touched: layer,
            licences: self.licences.clone(),
            supplier: self.supplier.clone(),
            ..Package::bare(ecosystem, (name(&url, ecosystem), version), Evidence::Record)
        })
    }
}

fn is_of(rest: &str, kind: &str) -> bool {
    rest.trim_start_matches('/').strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'))
}

/// The kind of package of a package URL's type; those that are not known are programs of an unknown kind.
fn ecosystem(kind: &str) -> Ecosystem {
    use Ecosystem as E;
    const ALL: [Ecosystem; 20] = [
        E::Alpm,
        E::Apk,
        E::Brew,
        E::Cargo,
        E::Composer,
        E::Conda,
        E::Cpan,
        E::Cran,
        E::Deb,
        E::Gem,
        E::Golang,
        E::Hex,
        E::Luarocks,
        E::Maven,
        E::Nix,
        E::Npm,
        E::Nuget,
        E::Otp,
        E::Pypi,
        E::Rpm,
    ];
    ALL.into_iter().find(|known| known.as_str() == kind).unwrap_or(E::Generic)
}

fn name(url: &PackageUrl<'_>, ecosystem: Ecosystem) -> String {
    match (ecosystem, url.namespace()) {
        (Ecosystem::Pypi, _) => normalise_name(url.name()),
        (Ecosystem::Maven, Some(group)) => format!("{group}:{}", url.name()),
        (Ecosystem::Npm | Ecosystem::Composer | Ecosystem::Golang, Some(scope)) => format!("{scope}/{}", url.name()),
        _ => url.name().to_owned(),
    }
}

/// What it was built from: as a property says, or as the qualifier `upstream` does, `name` or `name@version`.
fn source(told: Option<&Source>, upstream: Option<&str>, version: &str) -> Option<Source> {
    let of = |name: &str, its: &str| Source {
        name: name.to_owned(),
        version: if its.is_empty() { version.to_owned() } else { its.to_owned() },
    };
    match (told.filter(|told| !told.name.is_empty()), upstream) {
        (Some(told), _) => Some(of(&told.name, &told.version)),
        // rpm's is the name of a file, which says more than a name and a version.
        (None, Some(upstream)) if !upstream.ends_with(".rpm") => {
            let (name, its) = upstream.split_once('@').unwrap_or((upstream, ""));
            Some(of(name, its))
        }
        (None, _) => None,
    }
}

/// The distribution that the package URLs of a distribution's packages name.
pub(super) fn os_of(packages: &[Package]) -> Option<OsRelease> {
    let of_system = packages.iter().find(|package| package.ecosystem.is_system())?;
    let url = PackageUrl::from_str(&of_system.purl).ok()?;
    let distro = url.qualifiers().get("distro").map(|value| value.to_string());
    let (id, version_id) = match distro.as_deref().map(|distro| distro.rsplit_once('-').unwrap_or((distro, ""))) {
        Some((id, version)) => (id.to_owned(), Some(version.to_owned()).filter(|version| !version.is_empty())),
        None => (url.namespace()?.to_owned(), None),
    };
    Some(OsRelease { id: Some(id), version_id, ..OsRelease::default() })
}
