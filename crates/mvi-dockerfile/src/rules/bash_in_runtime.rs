//! REC-02: bash in an image that gets along with `sh`.

use crate::finding::{Finding, Fix, Safety};
use crate::law::commands::commands;
use crate::law::edits::without_packages;
use crate::law::installs::program;
use crate::law::{Install, View};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{Interpreter, ScriptPart};
use crate::syntax::{Body, Command, Dockerfile, Instruction};

pub(crate) struct BashInRuntime;

static META: RuleMeta = RuleMeta {
    code: "REC-02",
    name: "bash-in-runtime",
    group: Group::Recommendation,
    why: "The base has a shell already. A second, larger one is a convenience for people who log in, and one more program \
          that whoever breaks in finds ready. Scripts that need nothing but POSIX run under `sh`.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache bash ca-certificates\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

impl Rule for BashInRuntime {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let installs = view.shipped_installs();
        let with_bash = installs.iter().filter(|install| install.package("bash").is_some());
        let with_bash: Vec<&Install<'_>> = with_bash.collect();
        if with_bash.is_empty() || view.shipped_instructions().any(|one| needs_bash(file, one)) {
            return Vec::new();
        }
        with_bash.into_iter().filter_map(|install| finding(&view, install)).collect()
    }
}

fn finding(view: &View<'_>, install: &Install<'_>) -> Option<Finding> {
    let package = *install.package("bash")?;
    let finding = Finding::new(&META, package.word.span, "bash ships, and nothing here runs under it; `sh` is there");
    let scripts: Vec<&str> = view.shipped_instructions().flat_map(copied_scripts).collect();
    let finding = match scripts.as_slice() {
        [] => finding,
        names => finding.note(format!("see whether these begin with a bash shebang: {}", names.join(", "))),
    };
    let Some(edits) = without_packages(view.file, install, &[package]) else { return Some(finding) };
    Some(finding.fix(Fix { title: "do not install bash".into(), safety: Safety::Unsafe, edits }))
}

/// Whether an instruction, or what it starts, runs under bash.
fn needs_bash(file: &Dockerfile, instruction: &Instruction) -> bool {
    let is_bash = |word: &str| word.rsplit('/').next() == Some("bash");
    if let Body::Shell(words) = &instruction.body {
        return words.iter().any(|word| is_bash(&word.text));
    }
    if let Body::Cmd(Command::Exec(words)) | Body::Entrypoint(Command::Exec(words)) = &instruction.body
        && words.first().is_some_and(|word| is_bash(&word.text))
    {
        return true;
    }
    let runs_under = |script: &crate::shell::Script| {
        script.part != ScriptPart::Line && matches!(&script.interpreter, Interpreter::Shell(shell) if shell == "bash")
    };
    file.scripts(instruction).iter().any(runs_under)
        || commands(file, instruction).any(|command| program(command).is_some_and(|(name, _)| name == "bash"))
}

/// Scripts that come from elsewhere, so that their first line is not known.
fn copied_scripts(instruction: &Instruction) -> impl Iterator<Item = &str> {
    let sources = match &instruction.body {
        Body::Copy { sources, .. } | Body::Add { sources, .. } => sources.as_slice(),
        _ => &[],
    };
    sources
        .iter()
        .map(|source| source.text.as_str())
        .filter(|source| source.ends_with(".sh") || source.ends_with(".bash"))
}
