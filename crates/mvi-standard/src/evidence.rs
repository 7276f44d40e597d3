//! What is known about one image, as plain data: whoever measured it fills this in, and judging reads nothing else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// Everything that a judgement may depend on; what is missing is not known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Reference or repository of the image, for justifications that name it.
    pub image: Option<String>,
    /// Digest of the image's manifest.
    pub digest: Option<String>,
    /// Platform, `linux/amd64`.
    pub platform: Option<String>,
    /// Sizes.
    pub sizes: Sizes,
    /// Layers of the root file system.
    pub layer_count: Option<u32>,
    /// The base of the runtime stage.
    pub base: DirectBase,
    /// Bases below the direct one, nearest first.
    pub ancestors: Vec<Ancestor>,
    /// Row of the standard that the owner declares.
    pub class: Option<String>,
    /// Runtime profiles that were recognised, by the standard's ids: `python`, `static-elf`.
    pub runtimes: Vec<String>,
    /// C library that the image runs on.
    pub libc: Option<Libc>,
    /// File name of the program it starts, without folders: `coredns`.
    pub entrypoint: Option<String>,
    /// What the image is for.
    pub role: Role,
    /// The owner's words for why this image is a debt.
    pub debt: Option<String>,
    /// Size that the image would have on its class's floor base, MB.
    pub floor_estimate_mb: Option<f64>,
    /// Whether the contents were listed completely.
    pub contents_known: bool,
    /// Packages asked for above the base.
    pub runtime_packages: RuntimePackages,
    /// What others measured of it, for the gates that need more than the image.
    pub measured: MeasuredElsewhere,
    /// An approved exception for this image.
    pub justification: Option<Justification>,
}

/// Measurements that are not made by reading an image; what is missing is not known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MeasuredElsewhere {
    /// Distinct advisories of severity HIGH and CRITICAL.
    pub cve_high_plus: Option<u32>,
    /// Why they could not be counted, where somebody tried.
    pub cve_unknown: Option<String>,
    /// Median of three rebuilds with warm caches after one source file was touched, seconds.
    pub build_cached_s: Option<f64>,
}

/// Sizes in decimal megabytes, 1 MB = 10⁶ bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sizes {
    /// Distinct compressed layers, as a pull transfers them.
    pub transfer_mb: Option<TransferSize>,
    /// Uncompressed layer archives.
    pub unpacked_mb: Option<f64>,
    /// The merged file system, after whiteouts.
    pub effective_mb: Option<f64>,
    /// Unpacked less effective: shipped and hidden.
    pub wasted_mb: Option<f64>,
}

/// A transfer size, measured or estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TransferSize {
    /// Megabytes.
    pub value: f64,
    /// True when the layers were not compressed and the size was estimated, good to about ±10 %.
    pub estimated: bool,
}

/// The base that the runtime stage stands on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DirectBase {
    /// Its reference, as the evidence gives it.
    pub reference: Option<String>,
    /// Where the reference is from.
    pub source: BaseSource,
    /// `ID` of the image's `/etc/os-release`: `debian`, `alpine`.
    pub os_release_id: Option<String>,
    /// `VERSION_CODENAME` of the image's `/etc/os-release`: `bookworm`.
    pub os_codename: Option<String>,
}

/// Where the name of a base is from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseSource {
    /// Someone said so: a Dockerfile, or the person asking.
    Stated,
    /// The manifest's base image annotation.
    Annotation,
    /// The image's labels.
    Label,
    /// A registered image whose layers are the first of this one.
    Layers,
    /// Nothing says so.
    #[default]
    Unknown,
}

/// A base below the direct one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ancestor {
    /// Its reference.
    pub reference: String,
    /// Its standing, where someone judged it.
    pub status: Option<Verdict>,
}

/// The C library that an image runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Libc {
    /// musl.
    Musl,
    /// The GNU C library.
    Glibc,
    /// None at all.
    None,
}

/// What an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It runs.
    #[default]
    Service,
    /// Others are built on it.
    Base,
}

/// Packages that an image asks for above its base and that the base did not bring already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RuntimePackages {
    /// Exactly so many.
    Known {
        /// How many.
        count: u32,
    },
    /// No fewer than `low` and no more than `high`.
    Between {
        /// Fewest it can be.
        low: u32,
        /// Most it can be.
        high: u32,
        /// Why it is not known exactly.
        reason: String,
    },
    /// Nobody can say.
    Unknown {
        /// Why not.
        reason: String,
    },
}

impl Default for RuntimePackages {
    fn default() -> Self {
        Self::Unknown { reason: "the packages were not counted".to_owned() }
    }
}

/// An approved exception for this image, given by whoever keeps change requests.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Justification {
    /// Largest size that it covers, MB.
    pub cap_mb: f64,
    /// Condition under which the image may run, such as `isolated`.
    pub constraint: Option<String>,
    /// Which record it is from: `CRQ-2026-0001`.
    pub source: String,
    /// When it stops to count; never, where missing.
    #[serde(default, with = "timestamp")]
    pub lapses_at: Option<Timestamp>,
    /// When it has to be reviewed; it still counts after that, until it lapses.
    #[serde(default, with = "timestamp")]
    pub review_due: Option<Timestamp>,
    /// Entry of the standard's list that it takes the place of; that entry says nothing by itself any more.
    #[serde(default)]
    pub takes_place_of: Option<String>,
    /// Whether it was approved for a base that is not registered, and so answers T3.
    #[serde(default)]
    pub base: BaseApproval,
}

/// Whether an exception was approved for the base too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseApproval {
    /// It says nothing about an unregistered base.
    #[default]
    Silent,
    /// The unregistered base was approved.
    NewBase,
}

mod timestamp {
    //! RFC 3339 text for a moment that may be missing.

    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        moment.map(|moment| moment.to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}
