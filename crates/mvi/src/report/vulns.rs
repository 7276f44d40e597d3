//! `mvi vulns`: what advisories say of the packages of an image.

pub(crate) mod base;

use mvi_advisories::{Level, State, Verdict, VexStatus};
use mvi_closure::{Decision, End};
use mvi_image::Gap;
use mvi_inventory::{Ecosystem, Evidence, Scope};
use serde::Serialize;

use self::base::{BaseUpdate, VulnsBase};
use super::sbom::Origin;
use super::{ImageIdentity, Tool};

/// What is known to be wrong with the packages of one image.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VulnsReport {
    /// `mvi-vulns/1`.
    pub schema: &'static str,
    /// Who looked.
    pub tool: Tool,
    /// When: RFC 3339.
    pub at: String,
    /// The same for the same answer at the same time, different for any other: a UUID of version 8.
    pub serial: String,
    /// What was looked at.
    pub image: ImageIdentity,
    /// The index of advisories that was asked.
    pub index: VulnsIndex,
    /// Numbers of findings that count: those that are not waived.
    pub counts: VulnCounts,
    /// How far these are reached from the entry point.
    pub reach: VulnReach,
    /// What counts, the worst first.
    pub findings: Vec<VulnNote>,
    /// Which layers are the base's, where that is known.
    pub base: Option<VulnsBase>,
    /// What other bases would change, the best first.
    pub base_updates: Vec<BaseUpdate>,
    /// Packages whose update clears findings, the one that clears the worst first.
    pub updates: Vec<VulnUpdate>,
    /// Findings of which somebody says that the image is not affected, or has the fix.
    pub answered: Vec<VulnNote>,
    /// What is waived, and until when.
    pub waived: Vec<WaivedVuln>,
    /// Waivers that ended, although what they were for is still there.
    pub lapsed: Vec<LapsedWaiver>,
    /// Packages that no feed speaks of, by ecosystem: of them nothing is known.
    pub unchecked: Vec<Unchecked>,
    /// What could not be read in the image.
    pub gaps: Vec<Gap>,
}

/// The index that was asked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VulnsIndex {
    /// Its file.
    pub file: String,
    /// How many advisories it has.
    pub advisories: usize,
    /// Days since its oldest feed was imported.
    pub age_days: Option<i64>,
    /// Feeds older than they may be.
    pub stale: Vec<String>,
}

/// Numbers of findings. An advisory that several packages have counts once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct VulnCounts {
    /// CVSS 9.0 and above, or the source's word.
    pub critical: usize,
    /// CVSS 7.0 to 8.9.
    pub high: usize,
    /// CVSS 4.0 to 6.9.
    pub medium: usize,
    /// CVSS 0.1 to 3.9.
    pub low: usize,
    /// What its source does not think worth a fix.
    pub negligible: usize,
    /// What nobody rated.
    pub unknown: usize,
    /// Where nobody can tell whether the package is affected; not among the others.
    pub undecided: usize,
    /// Known to be exploited.
    pub exploited: usize,
    /// For which a fixed version is known.
    pub fixable: usize,
    /// In packages of the base.
    pub in_base: usize,
}

/// What becomes of the package of a finding, by the closure of the image's entry point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Reached {
    /// The runtime or its payload needs it.
    Include,
    /// Nobody can tell without running it.
    Possible,
    /// Nobody worked it out, or could.
    Unknown,
    /// A tool for debugging, which nothing reaches.
    DebugStage,
    /// Nothing reaches it.
    Prohibit,
}

impl Reached {
    /// The word of the standard's flowchart.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Include => "INCLUDE",
            Self::Possible => "POSSIBLE",
            Self::Unknown => "UNKNOWN",
            Self::DebugStage => "DEBUG_STAGE",
            Self::Prohibit => "PROHIBIT",
        }
    }

    /// False only where it is known that nothing reaches it.
    pub(crate) fn may_be(self) -> bool {
        match self {
            Self::Include | Self::Possible | Self::Unknown => true,
            Self::DebugStage | Self::Prohibit => false,
        }
    }
}

impl From<Decision> for Reached {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Include => Self::Include,
            Decision::Possible => Self::Possible,
            Decision::DebugStage => Self::DebugStage,
            Decision::Prohibit => Self::Prohibit,
        }
    }
}

/// How far what counts is reached. An advisory that several packages have counts once, by the one that is reached most
/// surely; [`Reached`] has the order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct VulnReach {
    /// Why nobody can tell of any package; none where the closure was worked out.
    pub unknown_because: Option<String>,
    /// Whether the closure can be complete; none where there is none.
    pub end: Option<End>,
    /// In packages that are needed.
    pub include: usize,
    /// In packages that may be needed.
    pub possible: usize,
    /// In tools for debugging.
    pub debug_stage: usize,
    /// In packages that nothing reaches.
    pub prohibit: usize,
    /// In packages of which nobody can tell.
    pub unknown: usize,
    /// Findings that are not among those shown, as only what is reached or may be was asked for.
    pub left_out: usize,
}

/// One advisory of one package.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VulnNote {
    /// The id people know.
    pub id: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// How bad it is.
    pub level: Level,
    /// The source's own word.
    pub word: Option<String>,
    /// CVSS base score.
    pub score: Option<f64>,
    /// The vector that the score is of.
    pub vector: Option<String>,
    /// How likely it is exploited within thirty days, 0 to 1 (EPSS).
    pub epss: Option<f32>,
    /// The day on which CISA listed it as exploited.
    pub exploited: Option<String>,
    /// Whether the package is affected.
    pub verdict: Verdict,
    /// What the source means to do about it.
    pub state: State,
    /// The nearest version that is fixed.
    pub fixed_in: Option<String>,
    /// What one must have beside to get it.
    pub channel: Option<String>,
    /// Not a vulnerability: `unmaintained`, `unsound`, `notice`.
    pub informational: Option<String>,
    /// A line about it.
    pub summary: String,
    /// Addresses with more.
    pub references: Vec<String>,
    /// The package.
    pub package: VulnPackage,
    /// The layer that brought the package; none of lock files, and of bills that do not say.
    pub layer: Option<u32>,
    /// The instruction that made that layer.
    pub instruction: Option<String>,
    /// Whose layer that is, where it is known.
    pub origin: Option<Origin>,
    /// Whether the entry point reaches the package.
    pub reached: Reached,
    /// What the maker of the image, or of the package, says about it.
    pub vex: Option<VexNote>,
}

/// What somebody says about a finding.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VexNote {
    /// What it says.
    pub status: VexStatus,
    /// Why, as a label of the standard it is written in.
    pub justification: Option<String>,
    /// Why or what to do, in words.
    pub text: Option<String>,
    /// Who says it.
    pub author: String,
    /// When.
    pub at: Option<String>,
}

/// The package that has it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VulnPackage {
    /// Its kind.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Package URL.
    pub purl: String,
    /// The record that says it is there.
    pub record: String,
    /// How it is known that it is there.
    pub evidence: Evidence,
    /// What a lock file means it for.
    pub locked: Option<Scope>,
}

/// An update that clears findings.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VulnUpdate {
    /// The package.
    pub name: String,
    /// The version that is there.
    pub from: String,
    /// The version that clears all that have a fix.
    pub to: String,
    /// Findings that it clears.
    pub clears: usize,
    /// The worst of them.
    pub worst: Level,
    /// The layer that brought the package; none of lock files, and of bills that do not say.
    pub layer: Option<u32>,
    /// Whose layer that is, where it is known.
    pub origin: Option<Origin>,
}

/// A finding that somebody permits for a while.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WaivedVuln {
    /// The finding.
    pub finding: VulnNote,
    /// The last day.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// A waiver that ended.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LapsedWaiver {
    /// What it was for.
    pub id: String,
    /// Its last day.
    pub until: String,
    /// Why there was one.
    pub reason: String,
}

/// Packages that nothing is known of.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Unchecked {
    /// Their kind.
    pub ecosystem: Ecosystem,
    /// How many.
    pub packages: usize,
    /// True when advisories about such packages are published, so that a feed is missing.
    pub has_feeds: bool,
}
