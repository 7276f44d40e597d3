//! The report of an audit.

use std::collections::BTreeMap;

use mvi_image::Gap;
use mvi_inventory::Package;
use mvi_standard::Judgement;
use serde::Serialize;

use super::check::Checked;
use super::{LayerNote, Megabytes, Tool, WasteCause};

/// Audits of one or more images. JSON Schema: `schema/mvi-audit-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct AuditReport {
    /// `mvi-audit/1`.
    pub schema: &'static str,
    /// Who made it.
    pub tool: Tool,
    /// Name of the standard that was judged by.
    pub standard: String,
    /// Identity of the standard.
    pub standard_digest: String,
    /// The images, in the order they were asked for.
    pub images: Vec<AuditedImage>,
    /// Those that could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// One audited image.
#[derive(Debug, Serialize)]
pub(crate) struct AuditedImage {
    /// Which image it is.
    pub image: ImageIdentity,
    /// True when the digests of its layers were checked.
    pub verified: bool,
    /// What it weighs; none of a bill of materials, which has no bytes.
    pub sizes: Option<Sizes>,
    /// Efficiency as dive defines it, 0 to 1.
    pub efficiency: Option<f64>,
    /// Visible bytes that nothing the image starts reaches; none where nobody can tell what runs.
    pub unneeded_mb: Option<Megabytes>,
    /// Compressed size that what it needs would have on its class's floor base, MB.
    pub floor_estimate_mb: Option<f64>,
    /// What the standard says.
    pub judgement: Judgement,
    /// What the image says it was built from.
    pub os: Option<OperatingSystem>,
    /// What the image runs, by the standard's runtime profiles.
    pub runtimes: Vec<String>,
    /// Packages by ecosystem.
    pub package_counts: PackageCounts,
    /// Where the unpacked bytes are, largest first: together they are all of them.
    pub contents: Vec<Content>,
    /// The layers, base first.
    pub layers: Vec<LayerNote>,
    /// Shipped and not visible, largest cause first.
    pub waste: Vec<WasteCause>,
    /// Packages of the image.
    pub packages: Vec<Package>,
    /// Packages that are gone and still shipped.
    pub hidden_packages: Vec<Package>,
    /// Packages that lock files name and nothing shows to be there.
    pub locked_packages: Vec<Package>,
    /// What is unwise about it, where that was asked for.
    pub checks: Option<Checked>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// Which image was read.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImageIdentity {
    /// File or folder; a bill of materials stands behind `sbom:`.
    pub source: String,
    /// The name it has there.
    pub reference: Option<String>,
    /// Its platform; of a bill of materials the standard it keeps to.
    pub platform: String,
    /// Digest of its manifest.
    pub manifest_digest: Option<String>,
    /// Digest of its config.
    pub config_digest: Option<String>,
    /// When it was built, as its config says.
    pub created: Option<String>,
}

impl ImageIdentity {
    /// What to call the image in a heading: its name, or the file's.
    #[must_use]
    pub(crate) fn title(&self) -> &str {
        let name = self.reference.as_deref().filter(|reference| !matches!(*reference, "latest" | ""));
        name.unwrap_or_else(|| self.source.rsplit('/').find(|part| !part.is_empty()).unwrap_or(&self.source))
    }
}

/// What an image weighs.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Sizes {
    /// Distinct compressed layers; nothing when a layer's size is unknown.
    pub transfer_mb: Option<Megabytes>,
    /// True when part of `transfer_mb` is an estimate of what gzip would make.
    pub transfer_estimated: bool,
    /// Uncompressed layer archives.
    pub unpacked_mb: Megabytes,
    /// Visible file bodies.
    pub effective_mb: Megabytes,
    /// `unpacked_mb` less `effective_mb`.
    pub wasted_mb: Megabytes,
    /// The part of `wasted_mb` that is file bodies nobody sees.
    pub hidden_mb: Megabytes,
    /// The part of `wasted_mb` that is tar headers and padding.
    pub framing_mb: Megabytes,
}

/// What os-release says.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OperatingSystem {
    /// `ID`.
    pub id: Option<String>,
    /// `VERSION_ID`.
    pub version_id: Option<String>,
    /// `PRETTY_NAME`, or the best there is.
    pub name: String,
}

/// Numbers of packages.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct PackageCounts {
    /// dpkg.
    pub deb: usize,
    /// apk.
    pub apk: usize,
    /// Python.
    pub pypi: usize,
    /// Node.
    pub npm: usize,
    /// The other ecosystems that have some, by name.
    #[serde(flatten)]
    pub others: BTreeMap<&'static str, usize>,
    /// Gone and still shipped.
    pub hidden: usize,
}

/// A part of the unpacked bytes with one cause.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Content {
    /// What kind of part.
    pub kind: ContentKind,
    /// Its bytes.
    pub mb: Megabytes,
    /// Files in it.
    pub files: u64,
    /// The layer that ships it; nothing for the framing of all layers.
    pub layer: Option<usize>,
    /// The instruction of that layer.
    pub instruction: Option<String>,
    /// What it is, in a few words.
    pub text: String,
    /// The largest things in it.
    pub largest: Vec<ContentItem>,
    /// What to do about it, where something can be done.
    pub fix: Option<String>,
}

/// The kinds of [`Content`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ContentKind {
    /// Files of a layer that are visible.
    Visible,
    /// Files of a layer that are not.
    Hidden,
    /// Tar headers and padding.
    Framing,
}

/// Something large.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ContentItem {
    /// A package, a folder or a file.
    pub name: String,
    /// Its bytes here.
    pub mb: Megabytes,
}

/// An image that could not be read.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Unreadable {
    /// What was asked for.
    pub source: String,
    /// Stable code, `E-…`.
    pub code: &'static str,
    /// What is wrong, causes included.
    pub message: String,
    /// True when it was asked for in a way that cannot be answered.
    #[serde(skip)]
    pub is_usage: bool,
}
