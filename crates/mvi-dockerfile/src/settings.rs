//! What linting depends on besides the file: plain data that the program puts together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::patterns::IgnorePatterns;
use crate::repository::Repository;
use crate::selection::Selection;

/// What to look for, and what is known about the place a file is in.
#[derive(Clone, Debug)]
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
    /// Whether something builds the file and names no stage, so that the last one is built beside `targets`.
    pub builds_last: bool,
    /// Lock files that exist, as paths from the folder of the build.
    pub lock_files: BTreeSet<String>,
    /// What `.dockerignore` keeps out of the build; `None` when there is none, or it was not looked for.
    pub ignored: Option<IgnorePatterns>,
    /// Platforms the image is built for, as `linux/amd64`; empty when that is not known.
    pub platforms: Vec<String>,
    /// Platforms that bases are there for, by the name in `FROM`; bases that are not here are not judged by it.
    pub base_platforms: BTreeMap<String, Vec<String>>,
    /// What an image in `FROM` is pinned to, from a lock or a registry: `alpine:3.21` to `alpine:3.21.8@sha256:…`.
    pub pins: BTreeMap<String, String>,
    /// What an image built from the file weighed last, where that is known.
    pub last_size: Option<LastSize>,
    /// Versions that an image built from the file has of what its bases are named after: `python` to `3.12.14`.
    pub base_versions: BTreeMap<String, String>,
    /// Bases nobody may use.
    pub bans: Vec<BannedBase>,
    /// Bases that stages which only help to build may use besides the allowed ones; empty when the standard has none.
    pub builder_bases: Vec<AllowedBase>,
    /// Bases that are registered with GID, first event and ROM; `None` when no registry was asked.
    pub registered_bases: Option<Vec<String>>,
    /// Bases that change requests in force except from the rules about bases.
    pub excepted_bases: Vec<ExceptedBase>,
    /// Bases that were sealed again.
    pub sealed_bases: Vec<SealedBase>,
    /// Classes whose template was sealed, by the row of the standard.
    pub sealed_classes: BTreeMap<String, SealedClass>,
    /// The class of what is built from files that name none by the label `mvi.io/class`.
    pub class: Option<String>,
    /// Labels by which an organism is told (school, VSM, exposure, owner); empty when nobody asks for them.
    pub organism_labels: Vec<String>,
    /// What is known of the repository.
    pub repository: Repository,
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
            builds_last: false,
            lock_files: BTreeSet::new(),
            ignored: None,
            platforms: Vec::new(),
            base_platforms: BTreeMap::new(),
            pins: BTreeMap::new(),
            last_size: None,
            base_versions: BTreeMap::new(),
            bans: Vec::new(),
            builder_bases: Vec::new(),
            registered_bases: None,
            excepted_bases: Vec::new(),
            sealed_bases: Vec::new(),
            sealed_classes: BTreeMap::new(),
            class: None,
            organism_labels: Vec::new(),
            repository: Repository::default(),
            today: None,
        }
    }
}

/// A base of the standard.
#[derive(Clone, Debug)]
pub struct AllowedBase {
    /// As in `FROM`: `alpine:3.21`.
    pub reference: String,
    /// What runs on it (`go`, `python`), when the standard says so.
    pub runtime: Option<String>,
    /// Which names mean it; where nobody says, those that refine the reference: `alpine:3.21.3` means `alpine:3.21`.
    pub names: Option<Arc<dyn Names>>,
}

impl AllowedBase {
    /// A base that every name means which refines it.
    #[must_use]
    pub fn new(reference: impl Into<String>) -> Self {
        Self { reference: reference.into(), runtime: None, names: None }
    }
}

/// The size of an image as it was built last.
#[derive(Clone, Debug, PartialEq)]
pub struct LastSize {
    /// As the standard counts it, MB.
    pub mb: f64,
    /// The size above which the standard wants a change request, MB.
    pub limit_mb: f64,
    /// Change requests in force that permit a heavy image; files name theirs by the label `mvi.io/crq`.
    pub permitted_by: Vec<String>,
}

/// A base that a change request in force excepts, for one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptedBase {
    /// The base, which its refinements are as well.
    pub base: String,
    /// The change request, which files name by the label `mvi.io/crq`.
    pub crq: String,
}

/// A base that was sealed, and sealed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBase {
    /// Its name, which refinements of it are as well: `alpine:3.21`.
    pub reference: String,
    /// Digests of earlier seals, and the digest that each has today: `sha256:…`.
    pub newer: BTreeMap<String, String>,
}

/// A class whose template was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedClass {
    /// The record, as it is now: `ROM-GO-V13-R2`.
    pub rom: String,
    /// The base that it seals, as in `FROM`.
    pub base: String,
}

/// Names of images that mean one thing, by patterns that only a standard knows.
pub trait Names: fmt::Debug + Send + Sync {
    /// Whether a name as in `FROM`, its variables filled in, is one of them; what cannot be told is not.
    fn mean(&self, image: &str) -> bool;
}

/// A base nobody may use.
#[derive(Clone, Debug)]
pub struct BannedBase {
    /// A repository with a pattern of tags: `ubuntu:*`, `node:*-buster*`.
    pub pattern: String,
    /// Why.
    pub reason: String,
    /// What to use in its place, when the standard says so.
    pub use_instead: Option<String>,
    /// Whether a CRQ may except it.
    pub may_be_excepted: bool,
    /// Which names it means; the pattern decides where nobody says.
    pub names: Option<Arc<dyn Names>>,
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
