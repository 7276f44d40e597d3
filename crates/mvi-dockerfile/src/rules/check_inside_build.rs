//! FN-1d: a check of the Dockerfile that runs inside the build.

use crate::finding::{Finding, Fix, Safety};
use crate::law::commands::commands;
use crate::law::edits::without_instruction;
use crate::law::installs::program;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::SimpleCommand;
use crate::syntax::{Dockerfile, Instruction, Keyword};

pub(crate) struct CheckInsideBuild;

static META: RuleMeta = RuleMeta {
    code: "FN-1d",
    name: "check-inside-build",
    group: Group::Narrative,
    why: "Inside the build there is no Dockerfile unless one was copied, so `grep` finds nothing and the check passes for \
          ever. Where there is one, it cannot tell the debug stage, which may have the tool, from the runtime. A hook \
          before the commit can: it runs `mvi lint`.",
    bad: "FROM alpine:3.21.3\nRUN if grep -r \"apk add.*vim\" Dockerfile; then exit 1; fi\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for CheckInsideBuild {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let runs = file.instructions().iter().filter(|one| one.keyword == Keyword::Run);
        runs.filter_map(|run| finding(file, run)).collect()
    }
}

fn finding(file: &Dockerfile, run: &Instruction) -> Option<Finding> {
    let check = commands(file, run).find(|command| reads_dockerfile(command))?;
    let message = "this looks for something in the Dockerfile, which is not there while it is built";
    let finding =
        Finding::new(&META, check.span, message).note("`mvi lint` before the commit sees the file and its stages");
    let only_checks = |command: &SimpleCommand| {
        program(command).is_some_and(|(name, _)| {
            matches!(name, "grep" | "egrep" | "hadolint" | "exit" | "echo" | "true" | "test" | "[")
        })
    };
    if !commands(file, run).all(only_checks) {
        return Some(finding);
    }
    let edits = vec![without_instruction(file, run)];
    Some(finding.fix(Fix { title: "take the check out".into(), safety: Safety::Unsafe, edits }))
}

fn reads_dockerfile(command: &SimpleCommand) -> bool {
    let is_dockerfile = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        name == "Dockerfile" || name.starts_with("Dockerfile.") || name == "Containerfile"
    };
    program(command).is_some_and(|(name, words)| {
        matches!(name, "grep" | "egrep" | "fgrep" | "rg" | "hadolint")
            && words.iter().any(|word| is_dockerfile(&word.text))
    })
}
