//! `mvi check`: what is unwise about an image. JSON Schema: `schema/mvi-check-1.json`.

use mvi_check::Finding;
use mvi_image::Gap;
use serde::Serialize;

use super::{ImageIdentity, Tool};

/// What is unwise about one image.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CheckReport {
    /// `mvi-check/1`.
    pub schema: &'static str,
    /// Who looked.
    pub tool: Tool,
    /// What was looked at.
    pub image: ImageIdentity,
    /// What the checks found.
    #[serde(flatten)]
    pub checked: Checked,
    /// What could not be read in the image.
    pub gaps: Vec<Gap>,
}

/// What the checks found in an image.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Checked {
    /// Numbers of findings that count: those that are not waived.
    pub counts: CheckCounts,
    /// What counts, the worst first.
    pub findings: Vec<CheckNote>,
    /// Checkpoints that the image alone cannot answer.
    pub unanswered: Vec<Unanswered>,
    /// What is waived, and until when.
    pub waived: Vec<WaivedCheck>,
    /// Waivers that ended, although what they were for is still there.
    pub lapsed: Vec<LapsedCheck>,
    /// Secrets in files that packages brought: everybody has those.
    pub public_secrets: usize,
    /// Secrets beyond those that are told.
    pub more_secrets: usize,
}

/// Numbers of findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct CheckCounts {
    /// Wrong.
    pub error: usize,
    /// Worth changing.
    pub warning: usize,
    /// Worth knowing.
    pub info: usize,
    /// Of all of them, how many are secrets.
    pub secrets: usize,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CheckNote {
    /// What is there.
    #[serde(flatten)]
    pub finding: Finding,
    /// The checkpoint's order.
    pub title: &'static str,
    /// How to do better.
    pub fix: &'static str,
    /// The instruction that made its layer; none where its words are the secret.
    pub instruction: Option<String>,
}

/// A checkpoint without an answer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Unanswered {
    /// Its code.
    pub code: &'static str,
    /// Why.
    pub why: &'static str,
}

/// A finding that somebody permits for a while.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WaivedCheck {
    /// The finding.
    pub finding: CheckNote,
    /// The last day.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// A waiver that ended.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LapsedCheck {
    /// What it was for.
    pub code: String,
    /// Its last day.
    pub until: String,
    /// Why there was one.
    pub reason: String,
}
