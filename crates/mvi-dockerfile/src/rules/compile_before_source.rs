//! W-COMPILE-BEFORE-SOURCE: a compiler that is started before there is anything to compile.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::commands::{Step, Work, steps};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct CompileBeforeSource;

static META: RuleMeta = RuleMeta {
    code: "W-COMPILE-BEFORE-SOURCE",
    name: "compile-before-source",
    level: Level::Info,
    group: Group::Law,
    why: "Only the lock and the configuration are there yet, so the compiler has no source: it stops with an error, or \
          compiles dependencies in a way that the real build does not use again. What is meant is to fetch them.",
    bad: "FROM erlang:27.2.0-alpine AS builder\nWORKDIR /build\nCOPY rebar.config ./\nRUN --mount=type=cache,target=/root/.cache/rebar3 rebar3 compile\n",
    good: "FROM erlang:27.2.0-alpine AS builder\nWORKDIR /build\nCOPY rebar.config ./\nRUN --mount=type=cache,target=/root/.cache/rebar3 rebar3 get-deps\n",
    fixes: Fixes::Unsafe,
    beside: &["REC-06"],
    ..RuleMeta::PLAIN
};

impl Rule for CompileBeforeSource {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut found = Vec::new();
        for stage in file.stages().iter().filter(|stage| !matches!(stage.base, Base::Stage(_))) {
            let here = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
            let compiles = here.iter().flat_map(|one| steps(file, one)).find(|step| is_compile(step));
            let Some(step) = compiles else { continue };
            let copies: Vec<&Instruction> = here.iter().take_while(|one| one.index < step.instruction.index).collect();
            let only_lists = !copies.is_empty() && copies.iter().all(|one| brings_no_source(one, &step));
            let brings_lists = copies.iter().any(|one| matches!(one.body, Body::Copy { .. }));
            if only_lists && brings_lists {
                found.push(finding(&step));
            }
        }
        found
    }
}

fn is_compile(step: &Step<'_>) -> bool {
    let is_plain = |word: &&crate::shell::ShellWord| word.text == "compile";
    step.work == Work::Build && step.ecosystem.name == "rebar3" && step.command.words.iter().find(is_plain).is_some()
}

/// Whether an instruction copies nothing but files that say what to fetch; what does not copy brings nothing.
fn brings_no_source(instruction: &Instruction, step: &Step<'_>) -> bool {
    let sources = match &instruction.body {
        Body::Copy { sources, from: None, .. } => sources,
        Body::Copy { .. } | Body::Add { .. } => return false,
        Body::Run(_) => return !instruction.mounts.iter().any(|mount| mount.kind() == "bind"),
        _ => return true,
    };
    let lists = || step.ecosystem.locks.iter().chain(step.ecosystem.manifests);
    sources.iter().all(|source| {
        let name = source.text.rsplit('/').next().unwrap_or_default();
        lists().any(|list| name.starts_with(list) || crate::patterns::glob(name, list))
            && !name.is_empty()
            && name != "*"
    })
}

fn finding(step: &Step<'_>) -> Finding {
    let message = format!("{} compiles before any source is copied", step.ecosystem.name);
    let finding = Finding::new(&META, step.command.span, message);
    let word = step.command.words.iter().find(|word| word.text == "compile").filter(|_| step.command.words.len() == 1);
    match word {
        Some(word) => {
            let edits = vec![Edit { span: word.span, text: "get-deps".into() }];
            finding.fix(Fix { title: "fetch what it depends on".into(), safety: Safety::Unsafe, edits })
        }
        None => finding,
    }
}
