//! The tables of the fleet: dimensions and pressure, solvency, schools, roles, levels, owners and change requests.

use serde::{Deserialize, Serialize};

/// A measured dimension of an image: a place of the pressure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    /// Key, `size_mb`.
    pub id: String,
    /// Unit of the measurement.
    pub unit: String,
    /// Value of an image at the floor, in `unit`.
    pub floor: f64,
    /// Added to measurement and floor before they are compared, so that 0 can be measured.
    pub shift: f64,
    /// Weight of the dimension.
    pub degree: u32,
    /// How it is measured.
    pub measure: String,
}

/// Where the bands of pressure begin and how missing dimensions are bounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PressureTable {
    /// Pressure below this is low.
    pub band_low_below: f64,
    /// Pressure from this on is high.
    pub band_high_from: f64,
    /// Share of the degrees that has to be measured before a base can be sealed.
    pub coverage_required_for_rom: f64,
    /// Pressure that a missing dimension has at most.
    pub place_cap: f64,
}

/// What the fleet's score should become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SolvencyTable {
    /// The score to reach.
    pub target_score: f64,
    /// Share of compliant images to reach.
    pub target_floor_ratio: f64,
    /// Share of heavy images to fall below.
    pub target_heavy_below: f64,
    /// The way there, in the standard's words.
    pub target_path: Vec<String>,
}

/// A rebuild and measurement profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct School {
    /// Key, `Methanogen`.
    pub id: String,
    /// What it means in the trade's words.
    pub field_term: String,
    /// Days after which an image has to be rebuilt.
    pub max_age_days: i32,
    /// What makes a rebuild due.
    pub rebuild_on: Vec<String>,
    /// Slower start, in percent, that fails a build.
    pub startup_regression_pct: Option<f64>,
    /// Growth, in percent, that is reported.
    pub size_regression_pct: Option<f64>,
    /// Repetitions of each measurement.
    pub repeat_measurements: Option<u32>,
    /// Whether every build is measured.
    pub measure_every_build: bool,
    /// Whether anything new may be built on an image of this school.
    pub new_children_allowed: bool,
}

/// An operating role after Beer's viable system model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VsmRole {
    /// Key, `S1`.
    pub id: String,
    /// What the model calls it.
    pub beer: String,
    /// Images that have it.
    pub image_role: String,
}

/// An exposure level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SostleLevel {
    /// Key, 0 to 4.
    pub level: u8,
    /// Name, `public`.
    pub name: String,
    /// What it permits and asks.
    pub meaning: String,
    /// Oldest scan that still counts, days.
    pub min_scan_days: u32,
}

/// Someone who answers for images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Name.
    pub id: String,
    /// Ids of the images.
    pub gids: Vec<String>,
}

/// A deployment rule, in the standard's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SovereigntyRule {
    /// Key, `SOV-1`.
    pub id: String,
    /// The rule.
    pub text: String,
    /// What a linter does about it.
    pub lint: String,
    /// What an audit does about it.
    pub audit: String,
    /// What admission does about it.
    pub admission: String,
}

/// Who approves change requests of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrqRole {
    /// Key, the kind: `banned-base`.
    pub kind: String,
    /// Groups that may approve.
    pub approvers: Vec<String>,
    /// How many of the groups have to.
    pub min_approvals: usize,
    /// Whether a decision about other bases comes first.
    pub needs_gbm: bool,
}

/// What a better base has to gain before it counts; the other numbers of the table belong to the forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GainTable {
    /// Pressure that an alternative has to take away.
    pub gain_min: f64,
}

impl Default for GainTable {
    /// A twentieth of a power of γ₁, as Image Standard V13 has it.
    fn default() -> Self {
        Self { gain_min: 0.05 }
    }
}

/// Numbers of the pull model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PullTable {
    /// Egress of the registry, Mbit/s.
    pub egress_mbps: f64,
    /// Link of a node, Mbit/s.
    pub node_mbps: f64,
    /// Layers that a node downloads at once.
    pub concurrent_layer_downloads: u32,
    /// Unpacking gzip, MB/s of unpacked bytes.
    pub unpack_gzip_mb_s: f64,
    /// Unpacking zstd, MB/s of unpacked bytes.
    pub unpack_zstd_mb_s: f64,
    /// Round trip to the registry, ms.
    pub rtt_ms: f64,
    /// Whether unpacking runs beside the download.
    pub overlap_unpack: bool,
}

impl Default for PullTable {
    /// The numbers of Image Standard V13.
    fn default() -> Self {
        Self {
            egress_mbps: 800.0,
            node_mbps: 1000.0,
            concurrent_layer_downloads: 3,
            unpack_gzip_mb_s: 100.0,
            unpack_zstd_mb_s: 400.0,
            rtt_ms: 20.0,
            overlap_unpack: true,
        }
    }
}

/// Settings of admission that the law itself needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdmissionTable {
    /// Annotation that names a change request.
    pub annotation: String,
    /// Namespaces that are never judged.
    pub excluded_namespaces: Vec<String>,
    /// Resource names that mean a GPU, a regular expression.
    pub gpu_resource_regex: String,
    /// Device classes of dynamic resource allocation that mean a GPU.
    #[serde(default = "gpu_device_classes")]
    pub gpu_device_classes: Vec<String>,
}

impl Default for AdmissionTable {
    /// The settings of Image Standard V13.
    fn default() -> Self {
        Self {
            annotation: "mvi.io/crq".to_owned(),
            excluded_namespaces: vec!["kube-system".to_owned()],
            gpu_resource_regex: r"^(nvidia\.com/(gpu|mig-.*)|amd\.com/gpu|gpu\.intel\.com/.*)$".to_owned(),
            gpu_device_classes: gpu_device_classes(),
        }
    }
}

/// A custom resource whose replicas hold state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatefulCr {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Where the number of replicas stands, `.spec.instances`.
    pub replicas_path: String,
}

/// A change of a standard against the one it extends, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Key, table and entry: `rom_base:alpine:3.23`.
    pub id: String,
    /// What it takes the place of.
    pub replaces: String,
    /// Why.
    pub reason: String,
    /// Where the reason can be read.
    pub source: String,
    /// Day on which the source was read, YYYY-MM-DD.
    pub checked: String,
}

/// Device classes that the GPU makers' own drivers for dynamic resource allocation register.
fn gpu_device_classes() -> Vec<String> {
    ["gpu.nvidia.com", "mig.nvidia.com", "gpu.amd.com", "gpu.intel.com"].map(str::to_owned).to_vec()
}
