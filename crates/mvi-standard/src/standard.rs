//! The standard as data: the typed tables that judging needs, beside the whole document and its digest.

mod fleet;
mod registry;
mod rows;

use serde::Deserialize;
use serde_json::Value;

pub use fleet::{
    AdmissionTable, CrqRole, Dimension, GainTable, Owner, PressureTable, PullTable, Revision, School, SolvencyTable,
    SostleLevel, SovereigntyRule, StatefulCr, VsmRole,
};
pub use registry::{
    ActionCode, BaseFact, Belt, Gid, GidGap, LineageRow, Mirror, RuntimeProfile, Segment, TriggerText, VerdictRule,
    VerdictSeverity,
};
pub use rows::{
    Acceptance, BanScope, Banned, BuilderBase, JustifiedImage, Meta, Operator, Policy, RomBase, RomStatus, Row,
    SizeBasis,
};

/// A loaded standard: valid by its schema, frozen, and identified by its digest.
///
/// Holds the tables that this crate judges by; every other table is in [`Standard::document`].
#[derive(Debug, Clone, Deserialize)]
pub struct Standard {
    /// Who the standard is and which size it counts.
    #[serde(rename = "standard")]
    pub meta: Meta,
    /// The numbers that the rules use.
    pub policy: Policy,
    /// Use classes with their target sizes, in the standard's order.
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
    /// Registered runtime bases.
    #[serde(rename = "rom_base")]
    pub rom_bases: Vec<RomBase>,
    /// Bases that only builder stages may use.
    #[serde(rename = "builder_base", default)]
    pub builder_bases: Vec<BuilderBase>,
    /// Banned bases.
    pub banned: Vec<Banned>,
    /// Heavy images that were accepted before change requests existed.
    #[serde(default)]
    pub justified: Vec<JustifiedImage>,
    /// Verdicts and their severities.
    #[serde(rename = "verdict", default)]
    pub verdicts: Vec<VerdictSeverity>,
    /// The decision table, as text.
    #[serde(rename = "verdict_rule")]
    pub verdict_rules: Vec<VerdictRule>,
    /// Acceptance gates.
    pub acceptance: Vec<Acceptance>,
    /// Published sizes of base images.
    #[serde(rename = "base_fact", default)]
    pub base_facts: Vec<BaseFact>,
    /// Registered images.
    #[serde(rename = "gid")]
    pub gids: Vec<Gid>,
    /// Images that should be registered and are not.
    #[serde(rename = "gid_gap", default)]
    pub gid_gaps: Vec<GidGap>,
    /// The 64 segments of the belt.
    #[serde(rename = "segment")]
    pub segments: Vec<Segment>,
    /// How segments group into zones.
    pub belt: Belt,
    /// Runtimes that can be recognised in an image.
    #[serde(rename = "runtime_profile", default)]
    pub runtime_profiles: Vec<RuntimeProfile>,
    /// Rewrite rules for pull-through caches.
    #[serde(rename = "mirror", default)]
    pub mirrors: Vec<Mirror>,
    /// Action codes and the words they stand for.
    #[serde(rename = "action_code", default)]
    pub action_codes: Vec<ActionCode>,
    /// Reasons for a change request, in the standard's words.
    #[serde(rename = "crq_trigger", default)]
    pub triggers: Vec<TriggerText>,
    /// Dimensions that are measured, each with its floor.
    #[serde(rename = "dimension")]
    pub dimensions: Vec<Dimension>,
    /// Bands of pressure.
    pub pressure: PressureTable,
    /// The fleet's target.
    pub solvency: SolvencyTable,
    /// Declared parents of services.
    #[serde(default)]
    pub lineage: Vec<LineageRow>,
    /// Rebuild and measurement profiles.
    #[serde(rename = "school", default)]
    pub schools: Vec<School>,
    /// Operating roles.
    #[serde(rename = "vsm", default)]
    pub vsm_roles: Vec<VsmRole>,
    /// Exposure levels.
    #[serde(rename = "sostle", default)]
    pub sostle_levels: Vec<SostleLevel>,
    /// Who answers for images.
    #[serde(rename = "owner", default)]
    pub owners: Vec<Owner>,
    /// Deployment rules.
    #[serde(rename = "sovereignty", default)]
    pub sovereignty: Vec<SovereigntyRule>,
    /// Who approves change requests.
    #[serde(rename = "crq_role", default)]
    pub crq_roles: Vec<CrqRole>,
    /// What an alternative base has to gain.
    #[serde(default)]
    pub gbm: GainTable,
    /// The pull model.
    #[serde(default)]
    pub pull_model: PullTable,
    /// Settings of admission.
    #[serde(default)]
    pub admission: AdmissionTable,
    /// Custom resources whose replicas hold state.
    #[serde(rename = "stateful_cr", default)]
    pub stateful_crs: Vec<StatefulCr>,
    /// What this standard changed and why.
    #[serde(rename = "revision", default)]
    pub revisions: Vec<Revision>,
    #[serde(skip)]
    pub(crate) document: Value,
    #[serde(skip)]
    pub(crate) digest: String,
}

impl Standard {
    /// The whole standard as JSON, extensions resolved; this is what the digest is taken over.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The standard's identity, `sha256:` and 64 hex digits over its canonical JSON (RFC 8785).
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The row with that id.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// The decision table's entry for a rule; nothing when this standard switched the rule off.
    pub fn verdict_rule(&self, id: crate::RuleId) -> Option<&VerdictRule> {
        self.verdict_rules.iter().find(|rule| rule.id == id)
    }
}
