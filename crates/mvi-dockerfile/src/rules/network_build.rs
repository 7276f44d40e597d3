//! W-NETWORK-BUILD: builds that may still fetch, after everything was fetched.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::commands::{Step, Work, commands, is_download, steps};
use crate::law::installs::installs;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::{Base, Stage};
use crate::syntax::{Dockerfile, Instruction, Keyword};

pub(crate) struct NetworkBuild;

static META: RuleMeta = RuleMeta {
    code: "W-NETWORK-BUILD",
    name: "network-build",
    twins: &["FN-2c"],
    group: Group::Narrative,
    why: "The stage before has fetched and checked what is needed. A compiler that can still reach the network may fetch \
          something else, from a build script that nobody read, and it is compiled into the release. Without a network the \
          build either has everything, or fails and says what is missing.",
    bad: "FROM golang:1.24.2-alpine3.21 AS deps\nCOPY go.mod go.sum ./\nRUN go mod download\n\nFROM deps AS builder\nCOPY . .\nRUN go build -o /app .\n\nFROM scratch\nCOPY --from=builder /app /app\n",
    good: "FROM golang:1.24.2-alpine3.21 AS deps\nCOPY go.mod go.sum ./\nRUN go mod download\n\nFROM deps AS builder\nCOPY . .\nRUN --network=none go build -o /app .\n\nFROM scratch\nCOPY --from=builder /app /app\n",
    fixes: Fixes::Unsafe,
    beside: &["F-LOCK-UNVERIFIED", "W-NO-CACHE-MOUNT", "MVI3045"],
    ..RuleMeta::PLAIN
};

impl Rule for NetworkBuild {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.stages().iter().flat_map(|stage| findings(file, stage)).collect()
    }
}

fn findings(file: &Dockerfile, stage: &Stage) -> Vec<Finding> {
    if !matches!(stage.base, Base::Stage(_)) {
        return Vec::new();
    }
    let runs =
        of(file, stage).iter().filter(|one| one.keyword == Keyword::Run && !is_cut_off(one) && !fetches(file, one));
    runs.filter_map(|run| {
        let step = steps(file, run).find(|step| step.work == Work::Build)?;
        file.bases(stage.index).any(|base| fetched(file, base, &step)).then(|| finding(run, &step))
    })
    .collect()
}

fn finding(run: &Instruction, step: &Step<'_>) -> Finding {
    let message =
        format!("{} can reach the network here, though its dependencies are already fetched", step.ecosystem.name);
    let finding = Finding::new(&META, step.command.span, message);
    let edit = match run.flag("network") {
        Some(flag) => Edit { span: flag.span, text: "--network=none".into() },
        None => Edit { span: Span::at(run.keyword_span.end), text: " --network=none".into() },
    };
    finding.fix(Fix { title: "build without a network".into(), safety: Safety::Unsafe, edits: vec![edit] })
}

fn of<'a>(file: &'a Dockerfile, stage: &Stage) -> &'a [Instruction] {
    file.instructions().get(stage.instructions.clone()).unwrap_or_default()
}

fn is_cut_off(run: &Instruction) -> bool {
    run.flag("network").is_some_and(|flag| flag.value.as_deref() == Some("none"))
}

/// Whether an instruction means to use the network.
fn fetches(file: &Dockerfile, run: &Instruction) -> bool {
    installs(file, run).next().is_some()
        || commands(file, run).any(is_download)
        || steps(file, run).any(|step| step.work == Work::Fetch)
}

/// Whether a stage below fetches what a step needs.
fn fetched(file: &Dockerfile, base: &Base, step: &Step<'_>) -> bool {
    let stage = match base {
        Base::Stage(stage) => file.stages().get(*stage),
        Base::Image(_) | Base::Scratch => None,
    };
    let mut all = stage.into_iter().flat_map(|stage| of(file, stage)).flat_map(|one| steps(file, one));
    all.any(|earlier| earlier.work == Work::Fetch && earlier.ecosystem.name == step.ecosystem.name)
}
