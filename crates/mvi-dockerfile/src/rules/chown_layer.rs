//! W-CHOWN-LAYER: copied files that get another owner or mode in a layer of their own.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::View;
use crate::law::commands::commands;
use crate::law::edits::without_command;
use crate::law::installs::program;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::SimpleCommand;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction, Keyword};

pub(crate) struct ChownLayer;

static META: RuleMeta = RuleMeta {
    code: "W-CHOWN-LAYER",
    name: "chown-layer",
    group: Group::Law,
    why: "A layer holds whole files. A `chown` or `chmod` in a step after the `COPY` writes every file once more, with the \
          same bytes and another owner: the image ships all of them twice. `COPY --chown` and `COPY --chmod` write them \
          as they are meant to be, once.",
    bad: "FROM alpine:3.21.3\nCOPY app /app\nRUN chown -R 1001:1001 /app\nUSER 1001\n",
    good: "FROM alpine:3.21.3\nCOPY --chown=1001:1001 app /app\nUSER 1001\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for ChownLayer {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let shipped = view.shipped.iter().map(|stage| view.instructions_of(*stage));
        shipped.flat_map(|instructions| findings(file, instructions)).collect()
    }
}

/// A command that changes owners or modes.
struct Change<'a> {
    command: &'a SimpleCommand,
    is_owner: bool,
    /// The owner or mode.
    to: &'a str,
    paths: Vec<&'a str>,
}

fn findings(file: &Dockerfile, instructions: &[Instruction]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, run) in instructions.iter().enumerate().filter(|(_, one)| one.keyword == Keyword::Run) {
        let before = instructions.get(..at).unwrap_or_default();
        for change in commands(file, run).filter_map(change) {
            let copies: Vec<usize> = (0..at).filter(|copy| is_changed(&before[*copy], &change)).collect();
            let Some(copy) = copies.last() else { continue };
            let path = destination(&before[*copy]).unwrap_or_default();
            let what = if change.is_owner { "owner" } else { "mode" };
            let finding = Finding::new(
                &META,
                change.command.span,
                format!("what was copied to `{path}` gets its {what} in another layer, and ships twice"),
            );
            found.push(match fix(file, instructions, at, &copies, &change) {
                Some(fix) => finding.fix(fix),
                None => {
                    finding.note(format!("`{} --ch{}=…` writes it once", word(&before[*copy]), &what_flag(&change)))
                }
            });
        }
    }
    found
}

fn word(copy: &Instruction) -> &'static str {
    if copy.keyword == Keyword::Add { "ADD" } else { "COPY" }
}

fn what_flag(change: &Change<'_>) -> &'static str {
    if change.is_owner { "own" } else { "mod" }
}

fn change(command: &SimpleCommand) -> Option<Change<'_>> {
    let (name, words) = program(command)?;
    let is_owner = match name {
        "chown" => true,
        "chmod" => false,
        _ => return None,
    };
    let mut operands = words.iter().map(|word| word.text.as_str()).filter(|word| !word.starts_with("--"));
    let is_option = |word: &str| {
        word.len() > 1 && word.starts_with('-') && word[1..].bytes().all(|byte| b"RHLPcfvh".contains(&byte))
    };
    let to = operands.find(|word| !is_option(word))?;
    Some(Change { command, is_owner, to, paths: operands.filter(|word| !is_option(word)).collect() })
}

/// Where a copy goes, when that is a plain path from the root.
fn destination(copy: &Instruction) -> Option<&str> {
    match &copy.body {
        Body::Copy { destination, .. } | Body::Add { destination, .. } => {
            let path = destination.text.as_str();
            (path.starts_with('/') && path.len() > 1 && !path.contains('$')).then_some(path)
        }
        _ => None,
    }
}

/// Whether what an instruction copies lies where a command changes all.
fn is_changed(copy: &Instruction, change: &Change<'_>) -> bool {
    let Some(path) = destination(copy) else { return false };
    change.paths.iter().any(|changed| covers(changed, path))
}

/// Whether a path is another one, or a folder above it.
fn covers(folder: &str, path: &str) -> bool {
    let (folder, path) = (folder.trim_end_matches('/'), path.trim_end_matches('/'));
    !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `--chown` in the copies instead of the command, where that comes to the same: the command changes nothing else, no
/// step in between makes files of its own, and whoever is to own them is known when they are copied.
fn fix(
    file: &Dockerfile,
    instructions: &[Instruction],
    at: usize,
    copies: &[usize],
    change: &Change<'_>,
) -> Option<Fix> {
    let first = *copies.first()?;
    let run = &instructions[at];
    let is_whole =
        |path: &&str| copies.iter().any(|copy| destination(&instructions[*copy]).is_some_and(|to| covers(to, path)));
    let between = instructions.get(first..at)?;
    let is_plain = change.to.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":._-".contains(&byte));
    let is_octal = change.to.bytes().all(|byte| byte.is_ascii_digit());
    let flag = if change.is_owner { "chown" } else { "chmod" };
    let fits = change.paths.iter().all(is_whole)
        && !between.iter().any(|one| matches!(one.keyword, Keyword::Run | Keyword::Workdir))
        && copies.iter().all(|copy| instructions[*copy].flag(flag).is_none())
        && if change.is_owner { is_plain && is_known(file, instructions.get(..first)?, change.to) } else { is_octal };
    let scripts = file.scripts(run);
    let (script, index) = scripts.iter().find_map(|script| {
        let index = script.commands.iter().position(|command| command.span == change.command.span)?;
        // Files that the same step makes before are changed as well.
        (index == 0).then_some((script, index))
    })?;
    if !fits {
        return None;
    }
    let mut edits: Vec<Edit> = copies
        .iter()
        .map(|copy| Edit {
            span: Span::at(instructions[*copy].keyword_span.end),
            text: format!(" --{flag}={}", change.to),
        })
        .collect();
    edits.extend(without_command(file, run, script, index)?);
    Some(Fix { title: format!("copy with --{flag}={}", change.to), safety: Safety::Unsafe, edits })
}

/// Whether user and group are numbers, root, or made by a step before.
fn is_known(file: &Dockerfile, before: &[Instruction], owner: &str) -> bool {
    let makes = |command: &SimpleCommand, name: &str| {
        program(command).is_some_and(|(program, words)| {
            matches!(program, "useradd" | "adduser" | "groupadd" | "addgroup")
                && words.iter().any(|word| word.text == name)
        })
    };
    owner.split(':').all(|name| {
        name.bytes().all(|byte| byte.is_ascii_digit())
            || name == "root"
            || before.iter().flat_map(|run| commands(file, run)).any(|command| makes(command, name))
    })
}
