//! W-NO-CACHE-MOUNT: downloads that are thrown away with the layer.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::View;
use crate::law::commands::{Step, Work, steps};
use crate::law::view::is_root;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct NoCacheMount;

static META: RuleMeta = RuleMeta {
    code: "W-NO-CACHE-MOUNT",
    name: "no-cache-mount",
    level: Level::Info,
    group: Group::Law,
    why: "When the lock changes by one line, the step that fetches runs again from nothing, and fetches hundreds of packages \
          that it had yesterday. A cache mount keeps them between builds, and none of them ends up in a layer.",
    bad: "FROM node:22.12.0-alpine3.21 AS builder\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\n",
    good: "FROM node:22.12.0-alpine3.21 AS builder\nWORKDIR /app\nCOPY package.json ./\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
    fixes: Fixes::Unsafe,
    beside: &["REC-06"],
    ..RuleMeta::PLAIN
};

/// Tools that read what they fetched from the cache itself, so that later steps would miss it.
const STORES: &[&str] = &["go", "cargo", "maven", "gradle", "bundler", "pnpm"];

impl Rule for NoCacheMount {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let mut found = Vec::new();
        for stage in file.stages() {
            let here = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
            for run in here {
                let step = steps(file, run).find(|step| fetches(file, stage.index, step));
                let is_cached = run.mounts.iter().any(|mount| mount.kind() == "cache");
                if let Some(step) = step.filter(|step| !is_cached && !refuses_cache(step)) {
                    found.push(finding(&view, stage.index, &step));
                }
            }
        }
        found
    }
}

fn finding(view: &View<'_>, stage: usize, step: &Step<'_>) -> Finding {
    let tool = step.ecosystem;
    let message = format!("{} fetches everything again whenever this step runs", tool.name);
    let finding = Finding::new(&META, step.command.span, message);
    let Some(cache) = tool.cache else { return finding };
    let flag = format!("--mount=type=cache,target={cache}");
    let is_other_user = view.user_of(stage).is_some_and(|user| !is_root(user));
    if STORES.contains(&tool.name) || is_other_user || step.instruction.on_build.is_some() {
        return finding.note(format!("`RUN {flag}` keeps what was fetched; steps that need it take the same mount"));
    }
    let edit = Edit { span: Span::at(step.instruction.keyword_span.end), text: format!(" {flag}") };
    finding.fix(Fix { title: "keep it in a cache mount".into(), safety: Safety::Unsafe, edits: vec![edit] })
}

/// Whether a step fetches, or builds with nothing fetched before it.
fn fetches(file: &Dockerfile, stage: usize, step: &Step<'_>) -> bool {
    if step.work == Work::Fetch {
        return true;
    }
    let below = file.bases(stage).filter_map(|base| match base {
        crate::stages::Base::Stage(base) => Some(*base),
        crate::stages::Base::Image(_) | crate::stages::Base::Scratch => None,
    });
    let earlier: Vec<&Instruction> = std::iter::once(stage)
        .chain(below)
        .flat_map(|stage| {
            let range = file.stages().get(stage).map(|stage| stage.instructions.clone()).unwrap_or_default();
            file.instructions().get(range).unwrap_or_default()
        })
        .filter(|one| one.index <= step.instruction.index)
        .collect();
    let same = |other: &Step<'_>| other.ecosystem.name == step.ecosystem.name && other.command.span < step.command.span;
    // Dependencies may also come ready from another stage.
    let copied = earlier.iter().any(|one| matches!(&one.body, Body::Copy { from: Some(_), .. }));
    !copied && !earlier.iter().any(|one| steps(file, one).any(|other| same(&other)))
}

/// Whether a tool is told to keep nothing.
fn refuses_cache(step: &Step<'_>) -> bool {
    step.command.words.iter().any(|word| matches!(word.text.as_str(), "--no-cache-dir" | "--no-cache"))
}
