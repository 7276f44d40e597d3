//! MVI4006: pipes whose errors get lost.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{Joint, SimpleCommand};
use crate::span::Span;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct Pipefail;

static META: RuleMeta = RuleMeta {
    code: "MVI4006",
    name: "pipefail",
    twins: &["DL4006"],
    why: "A pipe results in what its last command says. When the first one fails, as a download does, the \
          build goes on with half a file. With `-o pipefail` in `SHELL` it stops there.",
    bad: "FROM debian:12.9\nRUN echo ready | tee /ready\n",
    good: "FROM debian:12.9\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN echo ready | tee /ready\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for Pipefail {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut repaired = None;
        for run in file.instructions().iter().filter(|run| matches!(run.body, Body::Run(_))) {
            let shell = file.shell_at(run.index);
            let Some(pipe) = pipe(file, run).filter(|_| !shell.is_some_and(is_careful)) else { continue };
            let finding =
                Finding::new(&META, pipe, "only the last command of this pipe decides whether the build goes on");
            // One instruction serves the rest of the stage.
            let is_first = repaired.replace(run.stage) != Some(run.stage);
            findings.push(if is_first && shell.is_none() { finding.fix(fix(file, run)) } else { finding });
        }
        findings
    }
}

/// How many stages one may be built on before its shell is no longer guessed.
const CHAIN: usize = 64;

/// The first command that gets what another one prints, in a script that does not see to it itself.
fn pipe(file: &Dockerfile, run: &Instruction) -> Option<Span> {
    file.scripts(run).iter().find_map(|script| {
        let pipe = script.commands.iter().position(|one| matches!(one.joined_by, Joint::Pipe | Joint::PipeAll))?;
        let sets = |one: &SimpleCommand| {
            let name = one.name.as_ref().is_some_and(|name| name.text == "set");
            name && one.depth == 0 && has_option(one.words.iter().map(|word| word.text.as_str()))
        };
        (!script.commands[..pipe].iter().any(sets)).then(|| script.commands[pipe].span)
    })
}

/// `-o pipefail`, also as `-euo pipefail`.
fn has_option<'a>(words: impl Iterator<Item = &'a str>) -> bool {
    let mut before = "";
    words.into_iter().any(|word| {
        let before = std::mem::replace(&mut before, word);
        word == "pipefail" && before.starts_with('-') && !before.starts_with("--") && before.ends_with('o')
    })
}

/// Whether a shell stops at such errors, or has no such pipes.
fn is_careful(shell: &Instruction) -> bool {
    let Body::Shell(words) = &shell.body else { return false };
    let mut names = words.iter().map(|word| word.text.rsplit(['/', '\\']).next().unwrap_or_default());
    let is_other =
        names.next().is_some_and(|name| ["pwsh", "powershell", "cmd"].iter().any(|one| name.starts_with(one)));
    is_other || has_option(words.iter().map(|word| word.text.as_str()))
}

fn fix(file: &Dockerfile, run: &Instruction) -> Fix {
    let image = run.stage.into_iter().flat_map(|stage| file.bases(stage)).take(CHAIN).last();
    let is_alpine = matches!(image, Some(Base::Image(image)) if image.text.contains("alpine"));
    let shell = if is_alpine { "/bin/ash" } else { "/bin/bash" };
    let text = format!("SHELL [\"{shell}\", \"-o\", \"pipefail\", \"-c\"]\n");
    // The base has to have that shell.
    let edits = vec![Edit { span: Span::at(run.span.start), text }];
    Fix { title: format!("let {shell} -o pipefail read it"), safety: Safety::Unsafe, edits }
}
