//! What managers leave behind: whether a run takes it away again, and the repair that makes it do so.

use std::collections::HashSet;

use super::{Call, calls_of};
use crate::finding::{Edit, Fix, Safety};
use crate::shell::{Interpreter, Joint, Script, ScriptPart};
use crate::span::Span;
use crate::stages::Base;
use crate::syntax::{Dockerfile, Instruction};

/// The first call of a run that leaves something, when no call that takes it away comes first after it.
pub(crate) fn lacks_cleaning<'a>(
    file: &'a Dockerfile,
    run: &'a Instruction,
    leaves: impl Fn(&Call<'_>) -> bool,
    cleans: impl Fn(&Call<'_>) -> bool,
) -> Option<Call<'a>> {
    let calls: Vec<Call<'a>> = calls_of(file, run).collect();
    let leaving = calls.iter().position(&leaves)?;
    let cleaned = calls.iter().position(&cleans);
    (cleaned.is_none_or(|cleaned| cleaned <= leaving)).then(|| calls[leaving])
}

/// The stages whose layers reach an image: the last, and those others are built on.
pub(crate) fn stays(file: &Dockerfile) -> impl Fn(&Instruction) -> bool {
    let bases = file.stages().iter().filter_map(|stage| match stage.base {
        Base::Stage(base) => Some(base),
        Base::Image(_) | Base::Scratch => None,
    });
    let kept: HashSet<usize> = bases.chain(file.runtime_target()).collect();
    move |run| run.on_build.is_some() || run.stage.is_none_or(|stage| kept.contains(&stage))
}

/// The repair that makes a script end with one more command, in the layout it has.
///
/// `None` where that command would not run when all others did, or would decide what the script results in.
pub(crate) fn appended(file: &Dockerfile, call: &Call<'_>, command: &str, safety: Safety) -> Option<Fix> {
    let edit = append_to(file, call.script, command)?;
    Some(Fix { title: format!("end with `{command}`"), safety, edits: vec![edit] })
}

/// The edit that makes a script end with one more command; `None` as for [`appended`].
pub(crate) fn append_to(file: &Dockerfile, script: &Script, command: &str) -> Option<Edit> {
    let is_shell = matches!(script.interpreter, Interpreter::Shell(_)) && script.problem.is_none();
    let last = script.commands.iter().rfind(|one| one.within.is_none()).filter(|_| is_shell)?;
    let plain = last.depth == 0 && !last.in_condition;
    match script.part {
        ScriptPart::Line if plain && is_chain(script) && last.span.end == script.span.end => {
            Some(Edit { span: Span::at(last.span.end), text: joined(file, script, command) })
        }
        ScriptPart::Heredoc(_) if plain && !last.in_pipeline => {
            Some(Edit { span: Span::at(script.span.end), text: format!("{command}{}", newline(file)) })
        }
        ScriptPart::Line | ScriptPart::Heredoc(_) | ScriptPart::Exec | ScriptPart::ExecScript => None,
    }
}

/// Whether a script is commands between `&&` and nothing else, compound ones among them.
fn is_chain(script: &Script) -> bool {
    let outer = script.commands.iter().filter(|command| command.depth == 0);
    outer.clone().all(|command| matches!(command.joined_by, Joint::First | Joint::And) && !command.in_pipeline)
        && script.functions.is_empty()
}

fn newline(file: &Dockerfile) -> &'static str {
    if file.text().contains("\r\n") { "\r\n" } else { "\n" }
}

/// The command behind `&&`: on a line of its own when the script has several.
fn joined(file: &Dockerfile, script: &Script, command: &str) -> String {
    let text = script.span.of(file.text());
    let Some(start) = text.rfind('\n') else { return format!(" && {command}") };
    let line = &text[start + 1..];
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    format!(" {}{}{indent}&& {command}", file.escape(), newline(file))
}
