//! MVI3025: `CMD` and `ENTRYPOINT` that go through a shell.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{Joint, Script, ShellWord, SimpleCommand};
use crate::span::Span;
use crate::syntax::{Body, Command, Dockerfile, Healthcheck, Instruction};

pub(crate) struct ExecForm;

static META: RuleMeta = RuleMeta {
    code: "MVI3025",
    name: "exec-form",
    twins: &["DL3025", "JSONArgsRecommended"],
    why: "Without brackets the command runs below `/bin/sh -c`. The shell is then process 1 and gets the signals of \
          `docker stop` in place of the program, arguments to an entrypoint are lost, and the image needs a shell.",
    bad: "FROM alpine:3.21.3\nCMD sleep 60\n",
    good: "FROM alpine:3.21.3\nCMD [\"sleep\", \"60\"]\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for ExecForm {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let command = match &instruction.body {
        Body::Cmd(command) | Body::Entrypoint(command) => command,
        Body::Healthcheck(Healthcheck::Command(command)) => command,
        _ => return None,
    };
    let Command::Shell(text) = command else { return None };
    let name = instruction.keyword.name();
    let finding = Finding::new(&META, text.span, format!("{name} goes through a shell; a JSON array does not"));
    let words = file.scripts(instruction).first().and_then(|script| words(script, text.span));
    let Some(words) = words.filter(|_| instruction.heredocs.is_empty()) else { return Some(finding) };
    let last = words.len() - 1;
    let edits = words.iter().enumerate().map(|(number, word)| {
        let (before, after) = (if number == 0 { "[" } else { "" }, if number == last { "]" } else { "," });
        Edit { span: word.span, text: format!("{before}{}{after}", quote(&word.text)) }
    });
    // The shell is gone from the process tree: what relied on it has to be looked at.
    let fix = Fix { title: "write it as a JSON array".into(), safety: Safety::Unsafe, edits: edits.collect() };
    Some(finding.fix(fix))
}

/// The words of a script that is one plain command and nothing else, with blanks between them.
fn words(script: &Script, whole: Span) -> Option<Vec<&ShellWord>> {
    let [command] = script.commands.as_slice() else { return None };
    let SimpleCommand { name: Some(name), words, assignments, redirects, joined_by: Joint::First, depth: 0, .. } =
        command
    else {
        return None;
    };
    let plain = assignments.is_empty() && redirects.is_empty() && script.problem.is_none() && !command.in_condition;
    let all: Vec<_> = std::iter::once(name).chain(words).collect();
    // `exec` and `cd` are the shell's own; `&` at the end is no word.
    let is_program = !BUILTINS.contains(&name.text.as_str()) && !name.text.is_empty();
    let is_whole = command.span.start == whole.start && command.span.end == whole.end;
    let is_apart = all.is_sorted_by(|one, next| one.span.end < next.span.start);
    (plain && is_program && is_whole && is_apart && all.iter().all(|word| word.is_static)).then_some(all)
}

/// Commands that are no programs (POSIX.1-2024, XCU 2.15 and 1.7), as far as anybody writes them here.
const BUILTINS: &[&str] = &[
    ".", ":", "alias", "bg", "cd", "command", "eval", "exec", "exit", "export", "fg", "read", "set", "source", "trap",
    "ulimit", "umask", "unset", "wait",
];

/// A JSON string (RFC 8259, section 7).
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}
