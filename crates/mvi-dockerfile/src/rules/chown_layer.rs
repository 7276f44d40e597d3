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
        View::new(file, settings).shipped_stages().flat_map(|stage| findings(file, stage)).collect()
    }
}

/// Copies that one repair changes at most: a file of nothing else must not be repaired a million times over.
const COPIES: usize = 16;

/// A command that changes owners or modes.
struct Change<'a> {
    command: &'a SimpleCommand,
    /// `chown` or `chmod`, which is the flag of the copy too.
    what: &'static str,
    /// The owner or mode.
    to: &'a str,
    paths: Vec<&'a str>,
}

fn findings(file: &Dockerfile, instructions: &[Instruction]) -> Vec<Finding> {
    let (mut found, mut copied) = (Vec::new(), Vec::new());
    for (at, instruction) in instructions.iter().enumerate() {
        copied.extend(destination(instruction).map(|path| (at, path)));
        if instruction.keyword != Keyword::Run {
            continue;
        }
        for change in commands(file, instruction).filter_map(change) {
            let is_changed = |path: &str| change.paths.iter().any(|changed| covers(changed, path));
            let changed = copied.iter().rev().filter(|(_, path)| is_changed(path)).take(COPIES + 1);
            let copies: Vec<usize> = changed.map(|(copy, _)| *copy).collect();
            let Some(path) = copies.first().and_then(|copy| destination(instructions.get(*copy)?)) else { continue };
            let what = if change.what == "chown" { "owner" } else { "mode" };
            let finding = Finding::new(
                &META,
                change.command.span,
                format!("what was copied to `{path}` gets its {what} in another layer, and ships twice"),
            );
            found.push(match fix(file, instructions, at, &copies, &change) {
                Some(fix) => finding.fix(fix),
                None => finding.note(format!("`--{}=…` where it is copied writes it once", change.what)),
            });
        }
    }
    found
}

fn change(command: &SimpleCommand) -> Option<Change<'_>> {
    let (name, words) = program(command)?;
    let what = *["chown", "chmod"].iter().find(|what| **what == name)?;
    let is_option = |word: &str| {
        word.len() > 1 && word.starts_with('-') && word[1..].bytes().all(|byte| b"RHLPcfvh".contains(&byte))
    };
    let words = words.iter().map(|word| word.text.as_str());
    let mut operands = words.filter(|word| !word.starts_with("--") && !is_option(word));
    Some(Change { command, what, to: operands.next()?, paths: operands.collect() })
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
    // The nearest come first.
    let first = *copies.last()?;
    let run = instructions.get(at)?;
    let copied: Vec<&Instruction> = copies.iter().filter_map(|copy| instructions.get(*copy)).collect();
    let is_whole = |path: &&str| copied.iter().any(|copy| destination(copy).is_some_and(|to| covers(to, path)));
    let is_plain = change.to.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":._-".contains(&byte));
    let is_octal = change.to.bytes().all(|byte| byte.is_ascii_digit());
    let between = instructions.get(first..at)?;
    let fits = copies.len() <= COPIES
        && change.paths.iter().all(is_whole)
        && !between.iter().any(|one| matches!(one.keyword, Keyword::Run | Keyword::Workdir))
        && copied.iter().all(|copy| copy.flag(change.what).is_none())
        && if change.what == "chown" {
            is_plain && is_known(file, instructions.get(..first)?, change.to)
        } else {
            is_octal
        };
    if !fits {
        return None;
    }
    let scripts = file.scripts(run);
    let (script, index) = scripts.iter().find_map(|script| {
        let index = script.commands.iter().position(|command| command.span == change.command.span)?;
        // Files that the same step makes before are changed as well.
        (index == 0).then_some((script, index))
    })?;
    let flag = format!("--{}={}", change.what, change.to);
    let add = |copy: &&Instruction| Edit { span: Span::at(copy.keyword_span.end), text: format!(" {flag}") };
    let mut edits: Vec<Edit> = copied.iter().rev().map(add).collect();
    edits.extend(without_command(file, run, script, index)?);
    Some(Fix { title: format!("copy with {flag}"), safety: Safety::Unsafe, edits })
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
