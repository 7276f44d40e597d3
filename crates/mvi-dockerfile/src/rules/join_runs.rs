//! MVI3059: runs that could be one.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::packages::calls_of;
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{Interpreter, Script, ScriptPart};
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct JoinRuns;

static META: RuleMeta = RuleMeta {
    code: "MVI3059",
    name: "join-runs",
    twins: &["DL3059"],
    level: Level::Info,
    why: "Every `RUN` is a layer. Two simple ones in a row, with nothing between that they would have to be \
          apart for, are two layers where one would do, and what the first leaves behind the second cannot \
          take away.",
    bad: "FROM alpine:3.21.3\nRUN touch /a\nRUN touch /b\n",
    good: "FROM alpine:3.21.3\nRUN touch /a && touch /b\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for JoinRuns {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut before: Option<Before<'_>> = None;
        for instruction in file.instructions() {
            let Body::Run(_) = &instruction.body else {
                before = None;
                continue;
            };
            let flags = flags(instruction);
            let is_one = count(file, instruction).is_some_and(|count| count <= 1);
            match &mut before {
                Some(before) if before.flags == flags && before.is_one && is_one => {
                    let finding =
                        Finding::new(&META, instruction.keyword_span, "this and the run before it could be one");
                    let fix = joined(file, before.last, instruction);
                    findings.push(fix.into_iter().fold(finding, Finding::fix));
                    before.last = instruction;
                }
                _ => before = Some(Before { flags, is_one, last: instruction }),
            }
        }
        findings
    }
}

/// The run before.
struct Before<'a> {
    flags: Vec<(&'a str, Option<&'a str>)>,
    /// Whether it is one command at most.
    is_one: bool,
    last: &'a Instruction,
}

fn flags(run: &Instruction) -> Vec<(&str, Option<&str>)> {
    let mut flags: Vec<_> = run.flags.iter().map(|flag| (flag.name.as_str(), flag.value.as_deref())).collect();
    flags.sort_unstable();
    flags
}

/// Commands of a run; those of a script that is handed to a shell, in place of the one that hands it over. `None` where
/// they are not known: in scripts that were not read, unless nothing in them could separate two.
fn count(file: &Dockerfile, run: &Instruction) -> Option<usize> {
    let scripts = file.scripts(run);
    let is_unread = |script: &&Script| script.problem.is_some() || matches!(script.interpreter, Interpreter::Other(_));
    if let Some(script) = scripts.iter().find(is_unread) {
        return (!script.span.of(file.text()).contains(['&', ';', '|'])).then_some(1);
    }
    let is_handed = scripts.iter().any(|script| script.part == ScriptPart::ExecScript);
    Some(calls_of(file, run).filter(|call| !is_handed || call.script.part != ScriptPart::Exec).count())
}

/// One run in place of two that are a plain command each, with nothing but lines between them.
fn joined(file: &Dockerfile, first: &Instruction, second: &Instruction) -> Option<Fix> {
    let (one, two) = (plain(file, first)?, plain(file, second)?);
    let between = file.text().get(one.end as usize..second.span.start as usize)?;
    if !between.trim().is_empty() {
        return None;
    }
    let newline = if between.contains('\r') { "\r\n" } else { "\n" };
    let text = format!(" {}{newline}    && ", file.escape());
    let edit = Edit { span: Span::new(one.end, two.start), text };
    // Another layer may be what somebody wanted, for the cache.
    Some(Fix { title: "write both as one".into(), safety: Safety::Unsafe, edits: vec![edit] })
}

/// The command that is all of a run.
fn plain(file: &Dockerfile, run: &Instruction) -> Option<Span> {
    let [script] = file.scripts(run) else { return None };
    let [command] = script.commands.as_slice() else { return None };
    let is_whole = script.part == ScriptPart::Line && script.problem.is_none() && command.span == run.arguments;
    let is_plain = command.depth == 0 && !command.in_condition && command.name.is_some();
    (is_whole && is_plain && run.heredocs.is_empty() && command.span.end == run.span.end).then_some(command.span)
}
