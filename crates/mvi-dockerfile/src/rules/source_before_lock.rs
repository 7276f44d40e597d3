//! W-SOURCE-BEFORE-LOCK: every change of the source fetches all dependencies again.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::commands::{Step, Work, steps};
use crate::law::edits::newline;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction, Word};

pub(crate) struct SourceBeforeLock;

static META: RuleMeta = RuleMeta {
    code: "W-SOURCE-BEFORE-LOCK",
    name: "source-before-lock",
    level: Level::Info,
    group: Group::Law,
    why: "The builder keeps a step for as long as what was copied before it stays the same. When all of the source comes \
          first, a changed comment fetches every dependency again. The lock file alone, then the dependencies, then the \
          source: the slow step is repeated only when the lock changes.",
    bad: "FROM node:22.12.0-alpine3.21 AS builder\nWORKDIR /app\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
    good: "FROM node:22.12.0-alpine3.21 AS builder\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN --mount=type=cache,target=/root/.npm npm ci\nCOPY . .\n",
    fixes: Fixes::Unsafe,
    beside: &["REC-06"],
    settings: |settings| settings.lock_files = ["package-lock.json".into()].into(),
    ..RuleMeta::PLAIN
};

/// Tools whose fetching step needs nothing but lock and manifest.
const SPLIT: &[&str] = &["npm", "yarn", "pnpm", "pip", "go", "bundler", "rebar3", "mix"];

impl Rule for SourceBeforeLock {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        file.stages()
            .iter()
            .filter_map(|stage| {
                let here = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
                let step = here.iter().flat_map(|one| steps(file, one)).next()?;
                let copy =
                    here.iter().take_while(|one| one.index < step.instruction.index).find(|one| is_whole(one))?;
                let is_first = !fetched_below(file, stage.index, &step);
                is_first.then(|| finding(file, settings, copy, &step))
            })
            .collect()
    }
}

fn finding(file: &Dockerfile, settings: &LintSettings, copy: &Instruction, step: &Step<'_>) -> Finding {
    let tool = step.ecosystem.name;
    let message = format!("all of the source is copied before {tool} fetches, so that any change fetches again");
    let finding = Finding::new(&META, copy.span, message);
    if step.work == Work::Build {
        return finding
            .note(format!("{tool} fetches while it builds; a step of its own, before the source, would be kept"));
    }
    let Some(edits) = split(file, settings, copy, step) else { return finding };
    finding.fix(Fix { title: "copy the lock first and the source later".into(), safety: Safety::Unsafe, edits })
}

/// Edits that copy lock and manifest where the source was copied, and the source after the fetching step.
fn split(file: &Dockerfile, settings: &LintSettings, copy: &Instruction, step: &Step<'_>) -> Option<Vec<Edit>> {
    let tool = step.ecosystem;
    let Body::Copy { sources, destination, .. } = &copy.body else { return None };
    let [source] = sources.as_slice() else { return None };
    let asks_for_source = step.command.words.iter().any(|word| matches!(word.text.as_str(), "." | "-e" | "./"));
    if !SPLIT.contains(&tool.name) || asks_for_source || source.raw.trim_end_matches('/') != "." {
        return None;
    }
    let locks: Vec<&str> = tool.locks.iter().copied().filter(|lock| settings.lock_files.contains(*lock)).collect();
    if locks.is_empty() || copy.span.of(file.text()).contains('\n') {
        return None;
    }
    let manifest = tool.manifests.first().copied().filter(|manifest| !locks.contains(manifest));
    let names: Vec<&str> = manifest.into_iter().chain(locks).collect();
    let folder = if destination.raw.ends_with('/') { destination.raw.clone() } else { format!("{}/", destination.raw) };
    let first = Edit { span: source.span.join(destination.span), text: format!("{} {folder}", names.join(" ")) };
    let later = Edit {
        span: Span::at(step.instruction.span.end),
        text: format!("{}{}", newline(file), copy.span.of(file.text())),
    };
    Some(vec![first, later])
}

/// Whether an instruction copies the whole context.
fn is_whole(instruction: &Instruction) -> bool {
    let (Body::Copy { sources, from: None, .. } | Body::Add { sources, .. }) = &instruction.body else { return false };
    let is_context =
        |source: &Word| matches!(source.text.trim_end_matches('/'), "." | "" | "*" | "./*") && !source.text.is_empty();
    sources.iter().any(is_context)
}

/// Whether a stage below has fetched already.
fn fetched_below(file: &Dockerfile, stage: usize, step: &Step<'_>) -> bool {
    file.bases(stage).any(|base| {
        let crate::stages::Base::Stage(base) = base else { return false };
        let range = file.stages().get(*base).map(|stage| stage.instructions.clone()).unwrap_or_default();
        let mut below = file.instructions().get(range).unwrap_or_default().iter().flat_map(|one| steps(file, one));
        below.any(|earlier| earlier.ecosystem.name == step.ecosystem.name)
    })
}
