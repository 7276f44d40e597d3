//! Edits that the rules of the law are repaired with; they keep layout and comments, or are not offered.

use crate::finding::Edit;
use crate::law::installs::{Install, Package, program};
use crate::shell::{Joint, Script, SimpleCommand};
use crate::span::Span;
use crate::syntax::{Dockerfile, Instruction};

/// How the lines of a file end.
pub(crate) fn newline(file: &Dockerfile) -> &'static str {
    if file.text().contains("\r\n") { "\r\n" } else { "\n" }
}

/// A line before an instruction.
pub(crate) fn line_before(file: &Dockerfile, instruction: &Instruction, line: &str) -> Edit {
    Edit { span: Span::at(instruction.span.start), text: format!("{line}{}", newline(file)) }
}

/// Lines at the end of a file, after an empty one.
pub(crate) fn at_end(file: &Dockerfile, lines: &[String]) -> Edit {
    let newline = newline(file);
    let text = file.text();
    let gap = if text.ends_with('\n') { newline.to_owned() } else { format!("{newline}{newline}") };
    Edit { span: Span::at(text.len() as u32), text: format!("{gap}{}{newline}", lines.join(newline)) }
}

/// Takes an instruction and its lines away.
pub(crate) fn without_instruction(file: &Dockerfile, instruction: &Instruction) -> Edit {
    let text = file.text();
    let start = line_start(text, instruction.span.start);
    let after = text.get(instruction.span.end as usize..).unwrap_or_default();
    let end = after.find('\n').map_or(text.len(), |newline| instruction.span.end as usize + newline + 1);
    Edit { span: Span::new(start, end as u32), text: String::new() }
}

/// Takes packages out of a command that installs them; the command too when it installs nothing else.
pub(crate) fn without_packages(file: &Dockerfile, install: &Install<'_>, gone: &[Package<'_>]) -> Option<Vec<Edit>> {
    let is_gone = |span: Span| gone.iter().any(|package| package.word.span == span);
    if install.packages.iter().all(|package| is_gone(package.word.span)) {
        return without_command(file, install.instruction, install.script, install.index);
    }
    let command = install.command();
    let mut spans: Vec<Span> = vec![command.name.as_ref()?.span];
    spans.extend(command.words.iter().map(|word| word.span));
    let mut edits = Vec::new();
    let mut at = 1;
    while at < spans.len() {
        if !is_gone(spans[at]) {
            at += 1;
            continue;
        }
        let first = at;
        while at < spans.len() && is_gone(spans[at]) {
            at += 1;
        }
        let span = without_run(file, spans[first - 1], spans[first].join(spans[at - 1]), spans.get(at).copied())?;
        edits.push(Edit { span, text: String::new() });
    }
    (!edits.is_empty()).then_some(edits)
}

/// What to take away with a run of words between two others.
fn without_run(file: &Dockerfile, before: Span, run: Span, next: Option<Span>) -> Option<Span> {
    let text = file.text();
    // A comment in between would go with them.
    if run.of(text).contains('#') {
        return None;
    }
    let start = line_start(text, run.start);
    let is_first = Span::new(start, run.start).of(text).trim().is_empty();
    let rest = text.get(run.end as usize..)?.split_inclusive('\n').next().unwrap_or_default();
    let is_last = rest.ends_with('\n') && rest.trim().chars().eq([file.escape()]);
    if is_first && is_last {
        return Some(Span::new(start, run.end + rest.len() as u32));
    }
    if is_first
        && let Some(next) = next
        && !Span::new(run.end, next.start).of(text).contains('\n')
    {
        return Some(Span::new(run.start, next.start));
    }
    let gap = Span::new(before.end, run.end);
    (!gap.of(text).contains('#')).then_some(gap)
}

/// Takes a command out of its script; the instruction when nothing else is left that does anything.
pub(crate) fn without_command(
    file: &Dockerfile,
    instruction: &Instruction,
    script: &Script,
    index: usize,
) -> Option<Vec<Edit>> {
    let is_simple = |command: &SimpleCommand| command.depth == 0 && !command.in_pipeline && !command.in_condition;
    let command = script.commands.get(index).filter(|command| is_simple(command))?;
    let others = script.commands.iter().enumerate().filter(|(other, _)| *other != index);
    if others.clone().all(|(_, other)| is_cleanup(other)) && script.problem.is_none() {
        return Some(vec![without_instruction(file, instruction)]);
    }
    let (previous, next) = (index.checked_sub(1).map(|at| &script.commands[at]), script.commands.get(index + 1));
    let goes_on = |joint: Joint| matches!(joint, Joint::And | Joint::Sequence);
    let span = match (previous, next) {
        (_, Some(next)) if !goes_on(next.joined_by) || !is_simple(next) => return None,
        (Some(previous), _) if goes_on(command.joined_by) && is_simple(previous) => {
            Span::new(end_of(previous), end_of(command))
        }
        (None, Some(next)) => Span::new(command.span.start, next.span.start),
        _ => return None,
    };
    (!span.of(file.text()).contains('#')).then(|| vec![Edit { span, text: String::new() }])
}

/// Where a command ends, its redirects included.
fn end_of(command: &SimpleCommand) -> u32 {
    command.redirects.iter().map(|redirect| redirect.span.end).fold(command.span.end, u32::max)
}

/// Whether a command only prepares or tidies up after an installation.
fn is_cleanup(command: &SimpleCommand) -> bool {
    let Some((program, words)) = program(command) else { return false };
    let first = words.iter().map(|word| word.text.as_str()).find(|word| !word.starts_with('-')).unwrap_or_default();
    match program {
        "true" | ":" => true,
        "set" => words.iter().all(|word| word.text.starts_with('-') || word.text == "pipefail"),
        "rm" => words.iter().all(|word| word.text.starts_with('-') || is_cache(&word.text)),
        "apk" | "apt-get" | "apt" | "dnf" | "yum" | "microdnf" | "zypper" => {
            matches!(first, "update" | "clean" | "autoclean" | "autoremove" | "refresh" | "makecache")
        }
        _ => false,
    }
}

/// Whether a path is one of those where package managers keep what they fetched.
pub(crate) fn is_cache(path: &str) -> bool {
    ["/var/cache/", "/var/lib/apt/lists", "/var/lib/dnf", "/tmp/", "/var/tmp/", "/root/.cache"]
        .iter()
        .any(|start| path.starts_with(start))
}

fn line_start(text: &str, at: u32) -> u32 {
    text.get(..at as usize).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline as u32 + 1)
}
