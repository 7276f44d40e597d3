//! `mvi musl`: whether an image can move to musl. JSON Schema: `schema/mvi-musl-1.json`.

use mvi_image::Gap;
use mvi_musl::{Subject, Verdict};
use serde::Serialize;

use super::{ImageIdentity, Tool};

/// The verdict on one image, with its proof.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MuslReport {
    /// `mvi-musl/1`.
    pub schema: &'static str,
    /// Who looked.
    pub tool: Tool,
    /// What was looked at.
    pub image: ImageIdentity,
    /// The worst of its subjects.
    pub verdict: Verdict,
    /// The libraries whose symbols were compared.
    pub compared: String,
    /// Numbers.
    pub counts: MuslCounts,
    /// What has to move, the worst first.
    pub subjects: Vec<MuslSubject>,
    /// What could not be read in the image.
    pub gaps: Vec<Gap>,
    /// True when text is to tell what is safe, too.
    #[serde(skip)]
    pub all: bool,
}

/// Numbers of subjects, and of their objects by what they mean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct MuslCounts {
    /// Subjects that can move as they are.
    pub safe: usize,
    /// Subjects that a known way leads to musl.
    pub needs_work: usize,
    /// Subjects that none does.
    pub blocked: usize,
    /// Objects that bring all they need.
    pub objects_static: usize,
    /// Objects for musl.
    pub objects_musl: usize,
    /// Objects that have to be built with musl.
    pub objects_rebuild: usize,
    /// Objects that need a library besides.
    pub objects_rebuild_with: usize,
    /// Objects that use what musl lacks.
    pub objects_port: usize,
    /// Objects whose symbols could not be read.
    pub objects_unknown: usize,
    /// Objects of glibc itself.
    pub glibc_objects: usize,
    /// Objects for other machines.
    pub foreign_objects: usize,
}

/// One thing that has to move.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MuslSubject {
    /// What it is, and what would get it there.
    #[serde(flatten)]
    pub subject: Subject,
    /// The instruction that made its layer.
    pub instruction: Option<String>,
}
