//! Scripts as `ShellCheck` wants them, and its answers as findings. Running it is the program's job.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::finding::{Finding, Level};
use crate::shell::{Interpreter, Script, ScriptPart};
use crate::span::Span;
use crate::suppress::shell_of;
use crate::syntax::{Body, Command, Dockerfile, Heredoc, Instruction, ShellText};

/// Codes that make no sense here, as hadolint 2.15 leaves them out: ash is a shell here, and a Dockerfile has no place
/// for a directive that says where sourced files are.
pub const EXCLUDED: &[u32] = &[1090, 1091, 2187];

/// Variables that every `RUN` knows: Dockerfile reference, predefined ARGs.
const KNOWN: [&str; 8] =
    ["FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy"];

/// A script to be looked at.
#[derive(Clone, Debug)]
pub struct Review<'file> {
    /// A whole script: its first line names the shell, the next ones export what the Dockerfile sets.
    pub text: String,
    /// Bytes of these lines.
    before: usize,
    source: Source<'file>,
}

/// One answer, about places in [`Review::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number after `SC`.
    pub code: u32,
    /// How bad it is.
    pub level: Level,
    /// One sentence.
    pub message: String,
    /// Line and column of the first character, from 1, columns in characters.
    pub start: (usize, usize),
    /// Line and column after the last character.
    pub end: (usize, usize),
}

/// Where the bytes of a script are in the file.
#[derive(Clone, Debug)]
enum Source<'file> {
    Line(&'file ShellText),
    /// A heredoc's lines: where each begins in the script, and in the file.
    Lines(Vec<(usize, u32)>),
}

/// The scripts of a file for which there is a shell that `ShellCheck` knows.
#[must_use]
pub fn reviews(file: &Dockerfile) -> Vec<Review<'_>> {
    review_in_turn(file).collect()
}

/// Whether [`reviews`] would find any, for less.
#[must_use]
pub fn has_reviews(file: &Dockerfile) -> bool {
    review_in_turn(file).next().is_some()
}

fn review_in_turn(file: &Dockerfile) -> impl Iterator<Item = Review<'_>> {
    let mut walk = Walk::new(file);
    file.instructions().iter().flat_map(move |instruction| {
        walk.enter(instruction);
        let inner = instruction.on_build.as_deref().unwrap_or(instruction);
        let Body::Run(command) = &inner.body else { return Vec::new() };
        let of_shell = file.scripts(instruction).iter().filter_map(|script| match &script.interpreter {
            Interpreter::Shell(name) => walk.review(inner, command, script, name),
            Interpreter::Other(_) | Interpreter::Direct => None,
        });
        of_shell.collect()
    })
}

impl Review<'_> {
    /// An answer as a finding of the file; `None` when it is about the lines that were added.
    #[must_use]
    pub fn finding(&self, answer: &Answer) -> Option<Finding> {
        let start = offset(&self.text, answer.start).checked_sub(self.before)?;
        let end = offset(&self.text, answer.end).saturating_sub(self.before).max(start);
        // The newline behind a script is ours, and so is what may stand behind its end.
        let most = match &self.source {
            Source::Line(text) => text.text.len(),
            Source::Lines(_) => self.text.len().saturating_sub(self.before + 1),
        };
        let (start, end) = (start.min(most), end.min(most));
        let span = match &self.source {
            Source::Line(text) if start == end => Span::at(text.place(start, start).start),
            Source::Line(text) => text.place(start, end),
            Source::Lines(lines) => Span::new(place(lines, start), place(lines, end)),
        };
        Some(Finding {
            code: Cow::Owned(format!("SC{}", answer.code)),
            level: answer.level,
            span,
            message: answer.message.trim_end_matches('.').to_owned(),
            notes: Vec::new(),
            fix: None,
        })
    }
}

/// The byte at a line and column; the end for places behind it.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match text[start..].find('\n') {
            Some(length) => start += length + 1,
            None => return text.len(),
        }
    }
    let rest = &text[start..];
    let length = rest.find('\n').unwrap_or(rest.len());
    start + rest[..length].char_indices().nth(column.saturating_sub(1)).map_or(length, |(at, _)| at)
}

fn place(lines: &[(usize, u32)], at: usize) -> u32 {
    let after = lines.partition_point(|(start, _)| *start <= at);
    let (start, file) = lines.get(after.saturating_sub(1)).copied().unwrap_or_default();
    file + (at - start.min(at)) as u32
}

/// What a script knows at one place, as hadolint 2.15 keeps account of it (`Rule/Shellcheck.hs`).
#[derive(Clone, Default)]
struct Known<'file> {
    variables: BTreeSet<&'file str>,
    /// What `# hadolint shell=` said.
    shell: Option<&'file str>,
}

/// Goes through a file's instructions and the comments between them.
struct Walk<'file> {
    file: &'file Dockerfile,
    /// Of comments that were not passed yet.
    comment: usize,
    known: Known<'file>,
    /// What every stage begins with.
    first: Known<'file>,
    /// What held at the end of stages that have a name.
    stages: HashMap<&'file str, Known<'file>>,
    name: Option<&'file str>,
    started: bool,
}

impl<'file> Walk<'file> {
    fn new(file: &'file Dockerfile) -> Self {
        let known = Known { variables: KNOWN.into(), shell: None };
        let (first, stages) = (known.clone(), HashMap::new());
        Self { file, comment: 0, known, first, stages, name: None, started: false }
    }

    fn enter(&mut self, instruction: &'file Instruction) {
        while let Some(comment) = self.file.comments().get(self.comment) {
            if comment.span.start >= instruction.span.start {
                break;
            }
            self.comment += 1;
            if comment.inside.is_some() {
                continue;
            }
            if let Some(shell) = shell_of(comment.span.of(self.file.text())) {
                self.known.shell = Some(shell);
                if !self.started {
                    self.first.shell = Some(shell);
                }
            }
        }
        if let Body::From { image, alias, .. } = &instruction.body {
            if let Some(name) = self.name.take() {
                self.stages.insert(name, std::mem::take(&mut self.known));
            }
            self.known = self.stages.get(image.text.as_str()).unwrap_or(&self.first).clone();
            self.name = alias.as_ref().map(|alias| alias.text.as_str());
            self.started = true;
        } else if let Body::Arg(args) = &instruction.body {
            self.known.variables.extend(args.iter().map(|arg| arg.name.text.as_str()));
        } else if let Body::Env(pairs) = &instruction.body {
            self.known.variables.extend(pairs.iter().map(|pair| pair.key.text.as_str()));
        } else if let Body::Shell(_) = &instruction.body {
            // The last word counts: scripts() knows what SHELL says, so the comment before it no longer does.
            self.known.shell = None;
        }
    }

    fn review(
        &self,
        instruction: &'file Instruction,
        command: &'file Command,
        script: &Script,
        name: &str,
    ) -> Option<Review<'file>> {
        let shell = self.known.shell.unwrap_or(name);
        if ["pwsh", "powershell", "cmd"].iter().any(|other| shell.contains(other)) {
            return None;
        }
        let (body, source, shebang) = match (script.part, command) {
            (ScriptPart::Line, Command::Shell(text)) => {
                let mut body = text.text.clone();
                for heredoc in &instruction.heredocs {
                    push_heredoc(&mut body, self.file, heredoc);
                }
                (body, Source::Line(text), None)
            }
            (ScriptPart::Heredoc(index), _) => {
                let heredoc = instruction.heredocs.get(index)?;
                let (body, lines) = heredoc_lines(self.file, heredoc);
                let shebang = body.strip_prefix("#!").and_then(|rest| rest.lines().next()).map(str::to_owned);
                (body, Source::Lines(lines), shebang)
            }
            (ScriptPart::Line | ScriptPart::Exec | ScriptPart::ExecScript, _) => return None,
        };
        let mut text = format!("#!{}\n", shebang.as_deref().unwrap_or(&shell_path(shell)));
        for variable in self.known.variables.iter().filter(|name| is_name(name)) {
            text.extend(["export ", variable, "=1\n"]);
        }
        let before = text.len();
        // A script's own first line would be one too many.
        text.push_str(if shebang.is_some() { "# " } else { "" });
        let body = if shebang.is_some() { body.get(2..)? } else { &body };
        text.push_str(body);
        text.push('\n');
        Some(Review { text, before, source })
    }
}

/// Names that a shell can export; others would be errors of our own making.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `ShellCheck` wants a path behind `#!`, and takes the dialect from its last part.
fn shell_path(shell: &str) -> String {
    let first = shell.split_whitespace().next().unwrap_or("sh");
    format!("/bin/{}", first.rsplit('/').next().unwrap_or(first))
}

fn push_heredoc(body: &mut String, file: &Dockerfile, heredoc: &Heredoc) {
    body.push('\n');
    body.push_str(heredoc.body.of(file.text()));
    body.push_str(&heredoc.name);
}

/// A heredoc's text as it is run, and where its lines come from.
fn heredoc_lines(file: &Dockerfile, heredoc: &Heredoc) -> (String, Vec<(usize, u32)>) {
    let mut body = String::new();
    let mut lines = Vec::new();
    let mut at = heredoc.body.start;
    for line in heredoc.body.of(file.text()).split_inclusive('\n') {
        let text = if heredoc.strip_tabs { line.trim_start_matches('\t') } else { line };
        lines.push((body.len(), at + (line.len() - text.len()) as u32));
        body.push_str(text);
        at += line.len() as u32;
    }
    (body, lines)
}
