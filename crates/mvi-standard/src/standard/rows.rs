//! The tables that decide: identity, policy, classes, bases, bans, justified images and gates.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::pattern::TagPattern;

/// Who the standard is and which size it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Name, `V13`.
    pub id: String,
    /// Number behind the name.
    pub version: i64,
    /// Title for people.
    pub title: String,
    /// The size that every limit is meant in, unless a row says otherwise.
    pub size_basis: SizeBasis,
    /// Name of the standard before this one.
    pub supersedes: String,
    /// Base of the logarithm of pressure.
    pub gamma1: f64,
}

/// Which bytes a size counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeBasis {
    /// Distinct compressed layers, as a pull transfers them.
    Transfer,
    /// Uncompressed layer archives.
    Unpacked,
}

impl SizeBasis {
    /// The word for it: `transfer` or `unpacked`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Unpacked => "unpacked",
        }
    }
}

/// The numbers that the rules use; sizes in decimal megabytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// An image above this size is heavy.
    pub heavy_mb: f64,
    /// Excess over a row's target that still is the floor.
    pub grace_mb: f64,
    /// A heavy image this many times its floor estimate has to be replaced.
    pub replace_ratio: f64,
    /// An image on an unknown base above this size may be several services.
    pub split_mb: f64,
    /// Days until a justification has to be reviewed.
    pub review_days: i32,
    /// Days after the review date during which a justification still counts.
    pub lapse_grace_days: i32,
    /// Percentage over the approved size that a justification covers.
    pub justified_cap_pct: f64,
    /// Percentage between declared and measured size that is worth a finding.
    pub declared_size_pct: f64,
    /// Percentage of growth between two tags that is worth a finding.
    pub size_regression_pct: f64,
    /// Services below a base from which its reproduction is medium.
    pub reproduction_medium_min: usize,
    /// Services below a base from which its reproduction is high.
    pub reproduction_high_min: usize,
    /// Whether bans look at the direct base or at all ancestors.
    pub ban_scope: BanScope,
}

/// Which bases a ban is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BanScope {
    /// The direct base only.
    Direct,
    /// The direct base decides; a banned ancestor is a finding.
    Ancestry,
}

/// A use class: what it is for, what it stands on and how large it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Key, `go-static`.
    pub id: String,
    /// Name for people.
    #[serde(rename = "use")]
    pub title: String,
    /// Bases of the runtime stage, the first preferred.
    pub base: Vec<String>,
    /// Bases of the builder stage.
    #[serde(default)]
    pub builder: Vec<String>,
    /// Lower end of the target, MB.
    pub target_min_mb: f64,
    /// Upper end of the target, MB.
    pub target_max_mb: f64,
    /// Whether the upper end itself is already too much.
    #[serde(default)]
    pub target_max_exclusive: bool,
    /// Grace of this row, MB; the policy's where missing.
    pub grace_mb: Option<f64>,
    /// Whether the target is a number with ±10 % around it.
    pub approx: bool,
    /// When to use this class.
    pub when: String,
    /// Id of the sealed template.
    pub rom: String,
    /// `derived` where the written standard prints no id of its own.
    pub rom_origin: String,
    /// Runtime profile of the class.
    pub runtime: String,
    /// C library of the class: `musl`, `glibc` or `any`.
    pub libc: String,
    /// Whether the class needs a justification by itself.
    pub needs_justification: bool,
    /// Size that this row's limits are meant in; the standard's where missing.
    pub size_basis: Option<SizeBasis>,
}

/// A registered runtime base and the references that count as it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RomBase {
    /// Key, `alpine:3.21`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Repository, `*` standing for any run.
    pub repository: String,
    /// Tags that count as this base.
    pub accept: Vec<TagPattern>,
    /// Segment of the belt.
    pub segment: u32,
    /// Whether an image may simply stand on it.
    pub status: RomStatus,
    /// C library, `varies` where the repository holds several.
    pub libc: String,
    /// Last day of upstream support.
    #[serde(default, serialize_with = "write_date", deserialize_with = "read_date")]
    pub eol: Option<Date>,
    /// Where the last day can be read.
    pub eol_source: Option<String>,
    /// Why it is registered although it is made of a banned operating system.
    pub ban_overlap: Option<String>,
    /// Rows that it may carry.
    pub row_ids: Vec<String>,
}

/// What a registered base allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RomStatus {
    /// Any image may stand on it.
    Floor,
    /// Only a justified image may stand on it.
    Justified,
}

/// A base that only builder stages may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuilderBase {
    /// Key, `golang:1.22-alpine`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Repository, `*` standing for any run.
    pub repository: String,
    /// Tags that count as this base.
    pub accept: Vec<TagPattern>,
    /// Why it is here.
    pub note: String,
    /// Last day of upstream support.
    #[serde(default, serialize_with = "write_date", deserialize_with = "read_date")]
    pub eol: Option<Date>,
}

/// A banned base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Banned {
    /// Key, `repository:glob`.
    pub pattern: String,
    /// Base to use instead.
    pub use_instead: String,
    /// The standard's words about it.
    pub note: String,
    /// Whether a change request can lift the ban.
    pub overridable: bool,
}

/// A heavy image that the standard itself accepts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JustifiedImage {
    /// Repository, or repository and tag glob.
    pub image: String,
    /// Approved size, MB.
    pub size_mb: f64,
    /// Why it may be that heavy.
    pub reason: String,
    /// What the standard says to do with it.
    pub action: String,
    /// Condition under which it may run, such as `isolated`.
    pub constraint: Option<String>,
    /// Largest size that is covered, MB; from the approved size where missing.
    pub cap_mb: Option<f64>,
    /// Sealed override record.
    pub rom: Option<String>,
    /// Change request.
    pub crq: Option<String>,
    /// Day on which it has to be reviewed.
    #[serde(default, serialize_with = "write_date", deserialize_with = "read_date")]
    pub review_due: Option<Date>,
}

/// An acceptance gate: a measured value against a threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Key, `AC-SIZE`.
    pub id: String,
    /// Name for people.
    pub criterion: String,
    /// The measured value that it reads, such as `layer_count`.
    pub metric: String,
    /// How value and threshold are compared.
    pub op: Operator,
    /// The threshold, in `unit`.
    pub threshold: f64,
    /// Unit of value and threshold.
    pub unit: String,
}

/// A comparison that a gate makes: value, operator, threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// Strictly less.
    #[serde(rename = "<")]
    Less,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// Strictly more.
    #[serde(rename = ">")]
    More,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// Exactly.
    #[serde(rename = "==")]
    Equal,
}

impl Operator {
    /// True when `value` passes against `threshold`.
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Less => value < threshold,
            Self::AtMost => value <= threshold,
            Self::More => value > threshold,
            Self::AtLeast => value >= threshold,
            Self::Equal => value == threshold,
        }
    }

    /// The operator as written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
        }
    }
}

fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|error| serde::de::Error::custom(format!("`{text}` is not a date, YYYY-MM-DD: {error}")))
}

fn write_date<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    date.map(|date| date.to_string()).serialize(serializer)
}
