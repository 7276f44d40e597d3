//! What Dockerfiles a repository has: their bases, purposes and states, who uses them, which are alike, and how they
//! could become one. Files are given; none is read here.

mod alike;
mod automation;
mod bake;
mod ci;
mod consolidate;
mod purpose;
mod runtime;
mod state;
mod uses;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::syntax::Dockerfile;

pub use alike::{Alike, Cluster, StageName, clusters};
pub use automation::Pipelines;
pub use ci::is_pipeline;
pub use consolidate::{Consolidated, Plan, Step, consolidate, plans};
pub use runtime::{Runtime, describe};
pub use state::State;
pub use uses::{Use, UseKind, builds};

/// A file of the repository that matters here.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// From the repository's folder, with `/`.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The last commit that touched a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// The first line of its message.
    pub subject: String,
}

/// What a file is to an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A Dockerfile.
    Dockerfile,
    /// YAML: Compose, Kubernetes, or a pipeline.
    Yaml,
    /// Text in which builds are started: a makefile, a script, a bake file, a pipeline of another kind.
    Script,
}

/// What is known of one Dockerfile.
#[derive(Clone, Debug)]
pub struct Row {
    /// From the repository's folder.
    pub path: String,
    /// What it stands on, in words: `OTP 28 Alpine`.
    pub base: String,
    /// What it builds on: the base of the first stage; nothing when that is not known.
    pub builder_base: Option<String>,
    /// What its last stage stands on; nothing when that is not known.
    pub runtime_base: Option<String>,
    /// The runtime that decides how old it is.
    pub runtime: Option<Runtime>,
    /// What it is for, in words.
    pub purpose: String,
    /// Its state.
    pub state: State,
    /// Why it has that state, a sentence without a full stop.
    pub why: String,
    /// Its stages, unnamed ones by number.
    pub stages: Vec<String>,
    /// The last commit; nothing when it is not known.
    pub commit: Option<Commit>,
    /// Files that use it.
    pub uses: Vec<Use>,
}

impl Row {
    /// Whether nothing uses it, though it would be built by being used.
    #[must_use]
    pub fn is_orphaned(&self) -> bool {
        self.uses.is_empty() && self.state != State::Active
    }
}

/// A base image and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CensusRow {
    /// As it resolves: `alpine:3.20`.
    pub reference: String,
    /// Stages that stand on it.
    pub stages: usize,
    /// Files in which they are.
    pub files: Vec<String>,
    /// Whether tag or digest always mean the same.
    pub is_pinned: bool,
}

/// An inventory.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// In order of their states and paths.
    pub rows: Vec<Row>,
    /// Base images, the most used first.
    pub census: Vec<CensusRow>,
    /// Files that are nearly alike.
    pub file_clusters: Vec<Cluster<String>>,
    /// Stages that are nearly alike, over all files.
    pub stage_clusters: Vec<Cluster<StageName>>,
    /// What could become one, a plan a runtime.
    pub plans: Vec<Plan>,
}

/// Whether a path matters to an inventory, and as what.
#[must_use]
pub fn role(path: &str) -> Option<Role> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    if is_dockerfile(&lower) {
        return Some(Role::Dockerfile);
    }
    if lower.ends_with(".yml") || lower.ends_with(".yaml") {
        return Some(Role::Yaml);
    }
    let script = matches!(lower.as_str(), "makefile" | "gnumakefile" | "justfile" | "jenkinsfile" | "tiltfile")
        || [".mk", ".sh", ".bash", ".hcl"].iter().any(|end| lower.ends_with(end))
        || (lower.starts_with("docker-bake") && lower.ends_with(".json"));
    script.then_some(Role::Script)
}

/// `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, `Containerfile*`; `name` in lower case.
fn is_dockerfile(name: &str) -> bool {
    let beside = [".dockerignore", ".containerignore", ".md", ".swp", ".orig", ".rej", "~"];
    if beside.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
    })
}

/// A Dockerfile of the repository, parsed.
pub struct Known {
    /// From the repository's folder.
    pub path: String,
    /// What it says.
    pub file: Dockerfile,
}

/// Takes stock of a repository's files.
///
/// `commits` are those of Dockerfiles by path, as far as they are known.
#[must_use]
pub fn take_stock(files: &[SourceFile], commits: &BTreeMap<String, Commit>) -> Inventory {
    let dockerfiles = files.iter().filter(|file| role(&file.path) == Some(Role::Dockerfile));
    let mut known: Vec<Known> =
        dockerfiles.map(|file| Known { path: file.path.clone(), file: Dockerfile::parse(&file.bytes) }).collect();
    known.sort_by(|a, b| a.path.cmp(&b.path));
    let uses = uses::find(&known, files);
    let mut rows: Vec<Row> = known.iter().map(|known| row(known, commits, &uses)).collect();
    state::judge(&mut rows);
    for row in &mut rows {
        row.purpose = purpose::finish(std::mem::take(&mut row.purpose), row.state);
    }
    let file_clusters = alike::files(&known);
    let stage_clusters = alike::stages(&known);
    let plans = plans(&rows);
    rows.sort_by(|a, b| (a.state, &a.path).cmp(&(b.state, &b.path)));
    Inventory { census: census(&known), rows, file_clusters, stage_clusters, plans }
}

fn row(known: &Known, commits: &BTreeMap<String, Commit>, uses: &BTreeMap<String, Vec<Use>>) -> Row {
    let file = &known.file;
    let stages = file
        .stages()
        .iter()
        .map(|stage| stage.name.as_ref().map_or_else(|| stage.index.to_string(), |name| name.text.clone()));
    let builder_base = file.stages().first().and_then(|stage| runtime::base_of(file, stage.index));
    let runtime_base = file.runtime_target().and_then(|target| runtime::base_of(file, target));
    let runtime = runtime::of(file);
    let named = runtime.as_ref().map(|runtime| runtime.reference.clone()).or_else(|| runtime_base.clone());
    Row {
        path: known.path.clone(),
        base: named.map_or_else(|| "not known".to_owned(), |reference| describe(&reference)),
        purpose: purpose::of(&known.path, file),
        state: State::Unclear,
        why: String::new(),
        stages: stages.collect(),
        commit: commits.get(&known.path).cloned(),
        uses: uses.get(&known.path).cloned().unwrap_or_default(),
        builder_base,
        runtime_base,
        runtime,
    }
}

fn census(known: &[Known]) -> Vec<CensusRow> {
    let mut found: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for Known { path, file } in known {
        for stage in file.stages() {
            let Some(reference) = runtime::own_base(stage) else { continue };
            let (stages, files) = found.entry(reference).or_default();
            *stages += 1;
            if files.last() != Some(path) {
                files.push(path.clone());
            }
        }
    }
    let rows = found.into_iter().map(|(reference, (stages, files))| CensusRow {
        is_pinned: crate::template::BaseImage::new(&reference).is_ok_and(|base| base.is_pinned()),
        reference,
        stages,
        files,
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|a, b| b.stages.cmp(&a.stages).then_with(|| a.reference.cmp(&b.reference)));
    rows
}

#[cfg(test)]
mod tests;
