//! F-LOCK-UNVERIFIED: dependencies taken from a lock that nothing vouches for.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::commands::{Step, Work, commands, steps};
use crate::law::installs::program;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct LockUnverified;

static META: RuleMeta = RuleMeta {
    code: "F-LOCK-UNVERIFIED",
    name: "lock-unverified",
    twins: &["FN-2b"],
    group: Group::Narrative,
    why: "Who can change the lock file in the pipeline decides what is compiled into the release, and nobody sees it until \
          a list of contents is compared. A tool that may change the lock makes that easy; a lock that a checksum or a \
          signature vouches for makes it visible before anything is fetched.",
    bad: "FROM node:22.12.0-alpine3.21 AS build\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN --mount=type=cache,target=/root/.npm npm install\n",
    good: "FROM node:22.12.0-alpine3.21 AS build\nWORKDIR /app\nCOPY package.json package-lock.json package-lock.json.sha256 ./\nRUN sha256sum -c package-lock.json.sha256\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3059", "REC-06"],
    settings: |settings| settings.repository.verified_locks = vec!["package-lock.json".into()],
    ..RuleMeta::PLAIN
};

impl Rule for LockUnverified {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let mut found = Vec::new();
        for stage in file.stages() {
            let here = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
            let fetches = here.iter().flat_map(|one| steps(file, one)).filter(|step| step.work == Work::Fetch);
            found.extend(fetches.filter_map(|step| finding(file, settings, here, &step)));
        }
        found
    }
}

fn finding(file: &Dockerfile, settings: &LintSettings, stage: &[Instruction], step: &Step<'_>) -> Option<Finding> {
    let before = || stage.iter().take_while(|one| one.index <= step.instruction.index);
    let lock = before().find_map(|one| copied_lock(one, step))?;
    if !step.keeps_to_lock() {
        let message = format!("`{}` may take other versions than `{lock}` says", step.command.span.of(file.text()));
        let finding = Finding::new(&META, step.command.span, shortened(&message));
        return Some(match keep(step) {
            Some(edit) => {
                let fix = Fix { title: "make it keep to the lock".into(), safety: Safety::Unsafe, edits: vec![edit] };
                finding.fix(fix)
            }
            None => finding,
        });
    }
    let is_verified = settings.repository.verified_locks.iter().any(|path| path.ends_with(lock));
    if is_verified || before().flat_map(|one| commands(file, one)).any(|command| verifies(command, lock)) {
        return None;
    }
    let message = format!("nothing vouches for `{lock}` before its dependencies are fetched");
    let finding = Finding::new(&META, step.command.span, message)
        .note(format!("`sha256sum -c {lock}.sha256`, with the checksum under review, makes a changed lock visible"));
    // The tool keeps to the lock, and most locks hold hashes of what is fetched: only the lock itself is open.
    Some(Finding { level: Level::Style, ..finding })
}

/// The lock file of a step's tool that an instruction copies from the context.
fn copied_lock(instruction: &Instruction, step: &Step<'_>) -> Option<&'static str> {
    let (Body::Copy { sources, from: None, .. } | Body::Add { sources, .. }) = &instruction.body else { return None };
    let names = |path: &str, lock: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        name == lock || (name.contains('*') && crate::patterns::glob(name, lock))
    };
    step.ecosystem.locks.iter().find(|lock| sources.iter().any(|source| names(&source.text, lock))).copied()
}

/// Whether a command checks a file against a checksum or signature.
fn verifies(command: &crate::shell::SimpleCommand, lock: &str) -> bool {
    let Some((name, words)) = program(command) else { return false };
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.text.as_str()));
    let is_check = match name {
        "sha256sum" | "sha512sum" | "shasum" | "b2sum" => has(&["-c", "--check", "-sc", "-cs"]),
        "gpg" | "gpgv" => name == "gpgv" || has(&["--verify"]),
        "cosign" => has(&["verify-blob"]),
        "minisign" | "signify" => has(&["-V", "-Vm"]),
        "git" => has(&["verify-commit", "verify-tag"]),
        _ => false,
    };
    is_check
        && (name == "git"
            || words.iter().any(|word| word.text.contains(lock) || word.text.contains("sum"))
            || !has(&[lock]))
}

/// The edit after which a tool keeps to its lock.
fn keep(step: &Step<'_>) -> Option<Edit> {
    let verb = step.command.words.iter().find(|word| !word.text.starts_with('-'));
    let at_end = |text: &str| Edit { span: Span::at(step.command.span.end), text: format!(" {text}") };
    match (step.ecosystem.name, verb) {
        ("npm", Some(verb)) if step.command.words.len() == 1 => Some(Edit { span: verb.span, text: "ci".into() }),
        ("yarn" | "pnpm", _) => Some(at_end("--frozen-lockfile")),
        ("uv" | "cargo", Some(_)) => Some(at_end("--locked")),
        ("mix", Some(verb)) if verb.text == "deps.get" => Some(at_end("--check-locked")),
        _ => None,
    }
}

/// One line of at most a hundred characters.
fn shortened(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
