//! `mvi sbom`: the bill of materials of an image, before it takes the shape of one of the standards.

use mvi_image::Gap;
use mvi_inventory::{Cpe, FoundBill, Package};
use serde::Serialize;

use super::{ImageIdentity, OperatingSystem, Tool};

/// The bill of materials of one image.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SbomReport {
    /// `mvi-sbom/1`.
    pub schema: &'static str,
    /// Who made it.
    pub tool: Tool,
    /// When it was made: RFC 3339, UTC.
    pub created: String,
    /// The same for the same content, different for any other: a UUID of version 8 (RFC 9562, section 5.8).
    pub serial: String,
    /// What it is about.
    pub image: ImageIdentity,
    /// What the image was built on, where somebody says so.
    pub base: Option<SbomBase>,
    /// What os-release says.
    pub os: Option<OperatingSystem>,
    /// The layers, base first.
    pub layers: Vec<SbomLayer>,
    /// Bills of materials that lie in the image, by path.
    pub documents: Vec<FoundBill>,
    /// Packages of the image, by ecosystem, name and version; then, where they were asked for, those that were removed; then
    /// those that only bills in the image name.
    pub packages: Vec<SbomPackage>,
    /// What could not be read: the bill may lack what is there.
    pub gaps: Vec<Gap>,
}

/// The image that an image was built on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SbomBase {
    /// Its name, as the user or the image says.
    pub reference: String,
    /// Its digest, where the image says.
    pub digest: Option<String>,
    /// How many of the first layers are its own, where that is known.
    pub layers: Option<u32>,
}

/// One layer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SbomLayer {
    /// Digest of its blob.
    pub digest: Option<String>,
    /// Digest of its archive.
    pub diff_id: Option<String>,
    /// The Dockerfile instruction that made it.
    pub instruction: Option<String>,
}

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// A layer of the base.
    Base,
    /// A layer above the base.
    Application,
}

/// One package.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SbomPackage {
    /// What the inventory says of it; `also_owned_by` is a place in this list.
    #[serde(flatten)]
    pub package: Package,
    /// Whose layer brought it; nothing where nobody knows which layers are the base's.
    pub origin: Option<Origin>,
    /// Its CPE 2.3 names, the surest first.
    pub cpes: Vec<Cpe>,
    /// For each of its licences the SPDX licence expression that is, where that is certain.
    pub expressions: Vec<Option<String>>,
    /// For each name that it depends on the package that is meant: a place in this list, or nothing where the image has none
    /// of that name.
    pub needs: Vec<Option<usize>>,
}
