//! What linting depends on besides the file: plain data that the program puts together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::selection::Selection;

/// What to look for, and what is known about the place a file is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintSettings {
    /// Rules that run, and how bad their findings are.
    pub selection: Selection,
    /// Whether comments keep findings back.
    pub pragmas_count: bool,
    /// Registries that images may come from; any when empty.
    pub trusted_registries: Vec<String>,
    /// Images that manifests may run, as references with `*` for anything; any when empty.
    pub allowed_images: Vec<String>,
    /// Labels an image should have, and what their values are.
    pub label_schema: BTreeMap<String, LabelKind>,
    /// Whether labels outside the schema are findings.
    pub strict_labels: bool,
    /// Bases the standard knows; no base is judged by this when empty.
    pub allowed_bases: Vec<AllowedBase>,
    /// Stages that something builds by name (Compose, CI, bake); the last stage when empty.
    pub targets: Vec<String>,
    /// Lock files that exist, as paths from the folder of the build.
    pub lock_files: BTreeSet<String>,
    /// The day of linting, for what runs out; nothing runs out when it is not known.
    pub today: Option<Date>,
}

impl Default for LintSettings {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            pragmas_count: true,
            trusted_registries: Vec::new(),
            allowed_images: Vec::new(),
            label_schema: BTreeMap::new(),
            strict_labels: false,
            allowed_bases: Vec::new(),
            targets: Vec::new(),
            lock_files: BTreeSet::new(),
            today: None,
        }
    }
}

/// A base of the standard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllowedBase {
    /// As in `FROM`: `alpine:3.21`.
    pub reference: String,
    /// What runs on it (`go`, `python`), when the standard says so.
    pub runtime: Option<String>,
}

/// What the value of a label must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelKind {
    /// Anything.
    Text,
    /// A URL.
    Url,
    /// A time as RFC 3339 has it.
    Time,
    /// An SPDX expression.
    Spdx,
    /// A commit.
    GitHash,
    /// A semantic version.
    SemVer,
    /// An address for mail.
    Email,
}

impl LabelKind {
    /// The kind that hadolint calls so; nothing is the same as `text`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "" | "text" => Self::Text,
            "url" => Self::Url,
            "rfc3339" => Self::Time,
            "spdx" => Self::Spdx,
            "hash" => Self::GitHash,
            "semver" => Self::SemVer,
            "email" => Self::Email,
            _ => return None,
        })
    }
}
