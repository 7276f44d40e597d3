//! `mvi diff`: what became of an image from one build to the next, and why.

use mvi_image::Gap;
use mvi_inventory::{Ecosystem, Scope};
use serde::Serialize;

use super::vulns::VulnNote;
use super::{ImageIdentity, Sizes, Tool};

/// What two images do not have in common. Where one side is a bill of materials, only packages are compared. JSON Schema:
/// `schema/mvi-diff-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct DiffReport {
    /// `mvi-diff/1`.
    pub schema: &'static str,
    /// Who compared.
    pub tool: Tool,
    /// The build before.
    pub old: DiffSide,
    /// The build after.
    pub new: DiffSide,
    /// What should not be: the worst first.
    pub findings: Vec<DiffFinding>,
    /// Packages that came, went, or have another version.
    pub packages: Vec<PackageChange>,
    /// Where visible megabytes came and went, the largest change first.
    pub causes: Vec<DiffCause>,
    /// Layers; none where a side has none.
    pub layers: Option<LayersDiff>,
    /// Files; none where a side has none.
    pub files: Option<FilesDiff>,
    /// Settings of the image: entry point, user, environment, …
    pub config: Vec<ConfigChange>,
    /// What advisories say; none where nobody was asked.
    pub vulns: Option<VulnsDiff>,
    /// What could not be read on either side: what is there may be missing above.
    pub gaps: Vec<Gap>,
}

impl DiffReport {
    /// What to call the two in a heading: their names, or where they are when the names are the same.
    pub(crate) fn titles(&self) -> (&str, &str) {
        let (old, new) = (&self.old.image, &self.new.image);
        if old.title() == new.title() { (&old.source, &new.source) } else { (old.title(), new.title()) }
    }
}

/// One of the two.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DiffSide {
    /// Which image.
    pub image: ImageIdentity,
    /// What it weighs; none for a bill.
    pub sizes: Option<Sizes>,
    /// How many layers it has; none for a bill.
    pub layers: Option<usize>,
    /// How many packages it has.
    pub packages: usize,
}

/// Something that should not be.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DiffFinding {
    /// `F-SBOM-UNEXPECTED`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: &'static str,
    /// The package it is about.
    pub package: String,
    /// The layer that brought it.
    pub layer: u32,
    /// The instruction that made the layer.
    pub instruction: Option<String>,
    /// What is wrong, in words.
    pub text: String,
}

/// A package on one side or on both in different versions.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PackageChange {
    /// What became of it.
    pub change: Change,
    /// Its kind.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Its versions before: several where several were there.
    pub old: Vec<String>,
    /// Its versions after.
    pub new: Vec<String>,
    /// What it weighs more; less where negative.
    pub bytes: i64,
    /// The layer of the side that has it, of the new one where both have it.
    pub layer: u32,
    /// The instruction that made the layer.
    pub instruction: Option<String>,
    /// Why, as far as it shows.
    pub why: Why,
    /// What a lock file means it for.
    pub locked: Option<Scope>,
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Change {
    /// It is new.
    Came,
    /// It is there in another version.
    Changed,
    /// It is gone.
    Went,
}

/// Why a package changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// A lock file names something else.
    Lock,
    /// A lock file has not changed, and does not mean it to be so.
    NotLocked,
    /// The instruction that made its layer is another one.
    Instruction,
    /// The same instruction had another outcome: nothing pins what it brings.
    SameInstruction,
    /// Nothing shows why.
    Unknown,
}

/// A cause of growth.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DiffCause {
    /// A package, or an instruction for the files that no package owns.
    pub cause: String,
    /// True for a package.
    pub is_package: bool,
    /// Visible bytes before.
    pub old: u64,
    /// Visible bytes after.
    pub new: u64,
}

/// What became of the layers.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LayersDiff {
    /// How many of the first are the same.
    pub shared: usize,
    /// Those of the old image that the new one does not have.
    pub went: Vec<DiffLayer>,
    /// Those that the new image has and the old one had not: what somebody who has the old one must pull.
    pub came: Vec<DiffLayer>,
}

/// A layer of one side.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DiffLayer {
    /// Its number, from the base on.
    pub index: usize,
    /// The instruction that made it.
    pub instruction: Option<String>,
    /// Bytes to transfer, where they are known.
    pub transfer: Option<u64>,
    /// Bytes of its archive.
    pub unpacked: u64,
}

/// What became of the files, links and folders that are visible.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct FilesDiff {
    /// New ones.
    pub came: FileSum,
    /// Those that are gone.
    pub went: FileSum,
    /// Those with another content, kind, or target.
    pub changed: FileSum,
    /// Those with the same content and other permissions or owners.
    pub modes: FileSum,
    /// Those of the same size that were written again: whether the content is the same is not known.
    pub rewritten: FileSum,
    /// The largest of those that came, went or changed.
    pub largest: Vec<DiffFile>,
}

/// How many, and their bytes.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct FileSum {
    /// How many.
    pub count: u64,
    /// Bytes; of those that changed, the bytes after.
    pub bytes: u64,
}

/// A file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DiffFile {
    /// Printable path.
    pub path: String,
    /// What became of it.
    pub change: Change,
    /// Bytes before.
    pub old: u64,
    /// Bytes after.
    pub new: u64,
}

/// A setting of the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ConfigChange {
    /// Its name: `Entrypoint`, `Env PATH`, …
    pub name: String,
    /// What it was.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
}

/// What advisories say of both.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VulnsDiff {
    /// Findings of the new image that the old one has not.
    pub came: Vec<VulnNote>,
    /// Findings of the old image that the new one has not.
    pub went: Vec<VulnNote>,
    /// How many both have.
    pub stayed: usize,
}
