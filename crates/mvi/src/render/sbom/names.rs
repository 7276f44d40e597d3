//! What bills call images and packages: references, people, properties.

use std::collections::HashSet;

use mvi_inventory::{Certainty, Evidence, FoundBill};

use crate::report::ImageIdentity;
use crate::report::sbom::{Origin, SbomPackage, SbomReport};

/// A name for every package that no other has: its package URL, with the path of its record where that is taken.
pub(super) fn references(packages: &[SbomPackage]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut reference = |(place, entry): (usize, &SbomPackage)| {
        let package = &entry.package;
        let own = match package.purl.as_str() {
            "" => format!("{}:{}@{}", package.ecosystem.as_str(), package.name, package.version),
            purl => purl.to_owned(),
        };
        let longer = format!("{own}#{}", package.record);
        let longest = format!("{longer}#{place}");
        let free = [own, longer].into_iter().find(|name| taken.insert(name.clone()));
        free.unwrap_or(longest)
    };
    packages.iter().enumerate().map(&mut reference).collect()
}

/// The package URL of the image: ECMA-427 and its type definition `oci`; nothing without a digest.
pub(in crate::render) fn image_purl(image: &ImageIdentity) -> Option<String> {
    let digest = image.manifest_digest.as_deref().or(image.config_digest.as_deref())?;
    let (repository, tag) = split_reference(image.title());
    let architecture = image.platform.split_once('/').map(|(_, architecture)| architecture);
    // Without a registry nobody knows which repository of that name is meant.
    let known = repository.split_once('/').is_some_and(|(registry, _)| registry.contains(['.', ':']));
    let name = repository.rsplit('/').next()?;
    let qualifiers = [("arch", architecture), ("repository_url", known.then_some(repository)), ("tag", tag)];
    mvi_inventory::image_purl(name, digest, &qualifiers)
}

/// Repository and tag of a reference; what stands behind an `@` is left away.
fn split_reference(reference: &str) -> (&str, Option<&str>) {
    let name = reference.split('@').next().unwrap_or(reference);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    }
}

/// Name and address of `Name <address>`.
pub(super) fn person(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('<') {
        Some((name, address)) => {
            let address = address.trim_end().trim_end_matches('>').trim();
            let name = name.trim();
            (if name.is_empty() { address } else { name }, Some(address).filter(|address| address.contains('@')))
        }
        None => (text.trim(), None),
    }
}

/// What the standards have no field for: where a package comes from, and what it weighs.
pub(super) fn properties(report: &SbomReport, entry: &SbomPackage) -> Vec<(&'static str, String)> {
    let package = &entry.package;
    let mut found = vec![("mvi:layer:index", package.introduced.to_string())];
    if let Some(layer) = report.layers.get(package.introduced as usize) {
        let of_layer = [
            ("mvi:layer:digest", &layer.digest),
            ("mvi:layer:diffID", &layer.diff_id),
            ("mvi:layer:instruction", &layer.instruction),
        ];
        found.extend(of_layer.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    }
    if package.touched != package.introduced {
        found.push(("mvi:layer:touched", package.touched.to_string()));
    }
    let origin = entry.origin.map(|origin| match origin {
        Origin::Base => "base",
        Origin::Application => "application",
    });
    found.extend(origin.map(|origin| ("mvi:origin", origin.to_owned())));
    found.push(("mvi:installed:bytes", package.installed_bytes.to_string()));
    found.push(("mvi:installed:files", package.files.to_string()));
    if let Some(source) = &package.source {
        found.push(("mvi:source:name", source.name.clone()));
        found.push(("mvi:source:version", source.version.clone()));
    }
    if let Some(owner) = package.also_owned_by.and_then(|owner| report.packages.get(owner)) {
        found.push(("mvi:shippedBy", owner.package.purl.clone()));
    }
    let candidates = entry.cpes.iter().filter(|cpe| cpe.certainty == Certainty::Rule);
    found.extend(candidates.map(|cpe| ("mvi:cpe:candidate", cpe.name.clone())));
    if package.evidence == Evidence::Document {
        found.push(("mvi:evidence", "document".to_owned()));
    }
    if let Some(hidden) = &package.hidden {
        found.push(("mvi:hidden:removedInLayer", hidden.removed_in_layer.to_string()));
    }
    found
}

/// A bill of materials in the image, in a line.
pub(super) fn describe(document: &FoundBill) -> String {
    let FoundBill { path, standard, packages, known, .. } = document;
    format!("{path}: {standard}, {packages} packages, {known} of them found by records of the image")
}

/// The CPE names that a package is known to have.
pub(super) fn known_cpes(entry: &SbomPackage) -> impl Iterator<Item = &str> {
    entry.cpes.iter().filter(|cpe| cpe.certainty == Certainty::Known).map(|cpe| cpe.name.as_str())
}

/// The licences of a package, each as its record spells it with the expression that is.
pub(super) fn licences(entry: &SbomPackage) -> impl Iterator<Item = (&str, Option<&str>)> {
    let written = entry.package.licences.iter().map(String::as_str);
    written.zip(entry.expressions.iter().map(Option::as_deref))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_have_a_name_and_may_have_an_address() {
        assert_eq!(person("Ada Lovelace <ada@example.org>"), ("Ada Lovelace", Some("ada@example.org")));
        assert_eq!(person("<ada@example.org>"), ("ada@example.org", Some("ada@example.org")));
        assert_eq!(person("Fedora Project"), ("Fedora Project", None));
        assert_eq!(person("Ada <none"), ("Ada", None));
    }

    #[test]
    fn references_have_a_repository_and_may_have_a_tag() {
        assert_eq!(
            split_reference("registry.example:5000/a/b:1.2@sha256:0"),
            ("registry.example:5000/a/b", Some("1.2"))
        );
        assert_eq!(split_reference("registry.example:5000/a"), ("registry.example:5000/a", None));
    }
}
