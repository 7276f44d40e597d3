//! What a rule is: its description, and a check of one file.

use crate::finding::{Finding, Level};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

/// One rule. It has no state: the same file and settings give the same findings.
pub trait Rule: Sync {
    /// Its description.
    fn meta(&self) -> &'static RuleMeta;

    /// Its findings in a file, in any order.
    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding>;
}

/// The description of a rule, from which documentation and tests are made.
#[derive(Debug)]
pub struct RuleMeta {
    /// `MVI3008` for a twin of hadolint's DL3008, `MVI5001` and on for twins of `docker build --check` alone, names of
    /// the law as they are (`REC-02`).
    pub code: &'static str,
    /// In kebab-case.
    pub name: &'static str,
    /// Codes of the same rule elsewhere: `DL3008`, `StageNameCasing`.
    pub twins: &'static [&'static str],
    /// How bad its findings are unless they say otherwise.
    pub level: Level,
    /// What kind of rule it is.
    pub group: Group,
    /// Why it is a rule; a paragraph.
    pub why: &'static str,
    /// A Dockerfile that breaks it.
    pub bad: &'static str,
    /// The same, kept.
    pub good: &'static str,
    /// What repairs it offers.
    pub fixes: Fixes,
    /// Whether it runs when nobody asks for it.
    pub shown: Shown,
    /// Codes of other rules that its bad example cannot help breaking.
    pub beside: &'static [&'static str],
    /// Settings its examples rely on.
    pub settings: fn(&mut LintSettings),
}

impl RuleMeta {
    /// What most rules have in common: a warning of practice that is always told and repairs nothing.
    pub const PLAIN: Self = Self {
        code: "",
        name: "",
        twins: &[],
        level: Level::Warning,
        group: Group::Practice,
        why: "",
        bad: "",
        good: "",
        fixes: Fixes::None,
        shown: Shown::Always,
        beside: &[],
        settings: |_| {},
    };
}

/// Whether a rule runs when nobody asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shown {
    /// It does.
    Always,
    /// Only when it is selected or given a level.
    WhenAsked,
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Practice, as hadolint has it.
    Practice,
    /// Checks of the build itself, as `docker build --check` has them.
    Build,
    /// The recommendations of the standard.
    Recommendation,
    /// Failures that happened and must not happen again.
    Narrative,
    /// Who is trusted.
    Sovereignty,
    /// What else the standard says of Dockerfiles.
    Law,
    /// Compose files.
    Compose,
    /// Kubernetes objects.
    Kubernetes,
}

/// The best repair a rule offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fixes {
    /// None.
    None,
    /// Some that may be made unasked.
    Safe,
    /// Only such as somebody should look at.
    Unsafe,
}

impl Group {
    /// In kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Build => "build",
            Self::Recommendation => "recommendation",
            Self::Narrative => "narrative",
            Self::Sovereignty => "sovereignty",
            Self::Law => "law",
            Self::Compose => "compose",
            Self::Kubernetes => "kubernetes",
        }
    }
}
