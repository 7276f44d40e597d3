//! What became of an image from one build to the next: packages, bytes, layers, files, settings, advisories, and why.

mod config;
mod files;
mod layers;
mod packages;

use std::collections::HashSet;

use mvi_advisories::IndexError;

pub(crate) use self::files::differing;
pub(crate) use self::packages::Meant;

use self::packages::{Comparison, findings};
use super::subject::Subject;
use super::vulns::{VulnsOptions, vulns};
use crate::report::TOOL;
use crate::report::diff::{DiffReport, DiffSide, VulnsDiff};
use crate::report::vulns::VulnNote;

/// What is compared beside the two images.
pub(crate) struct DiffOptions<'a> {
    /// Packages that lock files outside the images mean both of them to have; none where no lock file was given.
    pub locked: Option<&'a [Meant]>,
    /// What advisories say is asked here.
    pub advisories: Option<&'a VulnsOptions<'a>>,
}

/// Compares two images, or bills of them.
///
/// # Errors
/// An index of advisories that cannot be read.
pub(crate) fn diff(old: &dyn Subject, new: &dyn Subject, options: &DiffOptions<'_>) -> Result<DiffReport, IndexError> {
    let images = old.image().zip(new.image());
    let packages = Comparison::new((old, new), options.locked).changes();
    let vulns = options.advisories.map(|asked| advisories(old, new, asked)).transpose()?;
    Ok(DiffReport {
        schema: "mvi-diff/1",
        tool: TOOL,
        old: side(old),
        new: side(new),
        findings: findings(&packages),
        packages,
        causes: images.map(|(old, new)| files::causes(old, new)).unwrap_or_default(),
        layers: images.map(|(old, new)| layers::layers(old, new)),
        files: images.map(|(old, new)| files::files(&old.tree, &new.tree)),
        config: images.map(|(old, new)| config::config(&old.image, &new.image)).unwrap_or_default(),
        vulns,
        gaps: [old.gaps(), new.gaps()].concat(),
    })
}

fn side(subject: &dyn Subject) -> DiffSide {
    let image = subject.image();
    DiffSide {
        image: subject.identity(),
        sizes: image.map(super::examine::Examined::sizes),
        layers: image.map(|image| image.layers.len()),
        packages: subject.inventory().packages.len(),
    }
}

/// What counts on one side and not on the other; an advisory stays when a package of the same name still has it.
fn advisories(old: &dyn Subject, new: &dyn Subject, asked: &VulnsOptions<'_>) -> Result<VulnsDiff, IndexError> {
    let (old, new) = (vulns(old, asked)?.findings, vulns(new, asked)?.findings);
    let key = |note: &VulnNote| (note.id.clone(), note.package.ecosystem, note.package.name.clone());
    let before: HashSet<_> = old.iter().map(key).collect();
    let after: HashSet<_> = new.iter().map(key).collect();
    Ok(VulnsDiff {
        stayed: after.intersection(&before).count(),
        came: new.into_iter().filter(|note| !before.contains(&key(note))).collect(),
        went: old.into_iter().filter(|note| !after.contains(&key(note))).collect(),
    })
}
