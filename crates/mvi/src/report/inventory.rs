//! The report of `mvi inventory`: Dockerfiles of a repository, their states and users, and how they could become one.

use mvi_dockerfile::inventory::{Cluster, Inventory, Plan, Row};
use serde::Serialize;

use super::{TOOL, Tool};
use crate::report::lint::UnreadFile;

/// Most pairs of a cluster that are told.
const PAIRS: usize = 10;

/// What there is. JSON Schema: `schema/mvi-inventory-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct InventoryReport {
    /// `mvi-inventory/1`.
    pub schema: &'static str,
    /// Who says so.
    pub tool: Tool,
    /// Dockerfiles in order of state and path.
    pub dockerfiles: Vec<DockerfileNote>,
    /// Base images, the most used first.
    pub bases: Vec<BaseNote>,
    /// Files that are nearly alike.
    pub alike_files: Vec<ClusterNote>,
    /// Stages that are nearly alike, as `PATH#STAGE`.
    pub alike_stages: Vec<ClusterNote>,
    /// What could become one.
    pub plans: Vec<PlanNote>,
    /// What could not be read.
    pub unread: Vec<UnreadFile>,
}

/// A Dockerfile.
#[derive(Debug, Serialize)]
pub(crate) struct DockerfileNote {
    /// From the repository's folder.
    pub path: String,
    /// In words.
    pub base: String,
    /// What it builds on, as it resolves; nothing when that is not known.
    pub builder_base: Option<String>,
    /// What it runs on, as it resolves; nothing when that is not known.
    pub runtime_base: Option<String>,
    /// What it is for.
    pub purpose: String,
    /// `ACTIVE`, `KEEP`, …
    pub state: &'static str,
    /// Why.
    pub why: String,
    /// Names of stages, numbers of those without.
    pub stages: Vec<String>,
    /// The last commit; nothing when it is not known.
    pub commit: Option<CommitNote>,
    /// Who builds or runs it.
    pub uses: Vec<UseNote>,
    /// Whether nobody does.
    pub orphaned: bool,
}

/// A commit.
#[derive(Debug, Serialize)]
pub(crate) struct CommitNote {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub at: String,
    /// The first line of its message.
    pub subject: String,
}

/// A use.
#[derive(Debug, Serialize)]
pub(crate) struct UseNote {
    /// Where.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// `ci`, `compose`, `kubernetes`, `bake`, `makefile`, `script` or `dockerfile`.
    pub kind: &'static str,
    /// The stage that is built; the last where nothing is said.
    pub target: Option<String>,
    /// Whether what is built is pushed.
    pub publishes: bool,
}

/// A base.
#[derive(Debug, Serialize)]
pub(crate) struct BaseNote {
    /// As it resolves.
    pub reference: String,
    /// Stages that stand on it.
    pub stages: usize,
    /// Files they are in.
    pub files: Vec<String>,
    /// Whether the name always means the same.
    pub pinned: bool,
}

/// Things that are nearly alike.
#[derive(Debug, Serialize)]
pub(crate) struct ClusterNote {
    /// In order.
    pub members: Vec<String>,
    /// The most alike of them.
    pub pairs: Vec<PairNote>,
    /// Instructions all have, versions aside.
    pub shared: Vec<String>,
    /// How many more of these there are.
    pub more_shared: usize,
}

/// Two things that are alike.
#[derive(Debug, Serialize)]
pub(crate) struct PairNote {
    /// One.
    pub one: String,
    /// The other.
    pub other: String,
    /// Words both have over words either has, 0 to 1.
    pub similarity: f64,
}

/// A plan.
#[derive(Debug, Serialize)]
pub(crate) struct PlanNote {
    /// The runtime of all these files.
    pub runtime: &'static str,
    /// The file that stays.
    pub into: String,
    /// What becomes of the others.
    pub steps: Vec<StepNote>,
    /// What has to be looked at in the merged file.
    pub remarks: Vec<String>,
    /// The merged file.
    pub dockerfile: String,
}

/// What becomes of a file.
#[derive(Debug, Serialize)]
pub(crate) struct StepNote {
    /// The file.
    pub path: String,
    /// The stage that takes its place; none when it is taken away.
    pub target: Option<String>,
    /// Why.
    pub why: String,
}

impl InventoryReport {
    /// The report of an inventory; `merged` holds what each plan would write.
    pub(crate) fn new(inventory: &Inventory, merged: Vec<(String, Vec<String>)>, unread: Vec<UnreadFile>) -> Self {
        Self {
            schema: "mvi-inventory/1",
            tool: TOOL,
            dockerfiles: inventory.rows.iter().map(dockerfile).collect(),
            bases: inventory
                .census
                .iter()
                .map(|row| BaseNote {
                    reference: row.reference.clone(),
                    stages: row.stages,
                    files: row.files.clone(),
                    pinned: row.is_pinned,
                })
                .collect(),
            alike_files: inventory.file_clusters.iter().map(cluster).collect(),
            alike_stages: inventory.stage_clusters.iter().map(cluster).collect(),
            plans: inventory.plans.iter().zip(merged).map(|(made, merged)| plan(made, merged)).collect(),
            unread,
        }
    }
}

fn dockerfile(row: &Row) -> DockerfileNote {
    let uses = row.uses.iter().map(|usage| UseNote {
        file: usage.file.clone(),
        line: usage.line,
        kind: usage.kind.name(),
        target: usage.target.clone(),
        publishes: usage.publishes,
    });
    DockerfileNote {
        path: row.path.clone(),
        base: row.base.clone(),
        builder_base: row.builder_base.clone(),
        runtime_base: row.runtime_base.clone(),
        purpose: row.purpose.clone(),
        state: row.state.name(),
        why: row.why.clone(),
        stages: row.stages.clone(),
        commit: row.commit.as_ref().map(|commit| CommitNote {
            id: commit.id.clone(),
            at: commit.at.to_string(),
            subject: commit.subject.clone(),
        }),
        uses: uses.collect(),
        orphaned: row.is_orphaned(),
    }
}

fn cluster<T: ToString>(cluster: &Cluster<T>) -> ClusterNote {
    let pairs = cluster.pairs.iter().take(PAIRS).map(|pair| PairNote {
        one: pair.one.to_string(),
        other: pair.other.to_string(),
        similarity: (pair.similarity * 100.0).round() / 100.0,
    });
    ClusterNote {
        members: cluster.members.iter().map(ToString::to_string).collect(),
        pairs: pairs.collect(),
        shared: cluster.shared.clone(),
        more_shared: cluster.more_shared,
    }
}

fn plan(plan: &Plan, (dockerfile, remarks): (String, Vec<String>)) -> PlanNote {
    let steps = plan.steps.iter();
    let steps =
        steps.map(|step| StepNote { path: step.path.clone(), target: step.target.clone(), why: step.why.clone() });
    PlanNote { runtime: plan.runtime, into: plan.into.clone(), steps: steps.collect(), remarks, dockerfile }
}
