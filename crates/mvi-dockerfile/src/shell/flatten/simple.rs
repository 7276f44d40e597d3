//! Simple commands: words, assignments and redirects.

use brush_parser::ast::{self, SourceLocation};

use super::{At, Walk};
use crate::shell::plain::Plain;
use crate::shell::substitution::Text;
use crate::shell::word::unquote;
use crate::shell::{Assignment, Joint, Redirect, RedirectKind, ShellWord, SimpleCommand};
use crate::span::Span;

/// Words of a command that are still to be looked into.
type Later = Vec<(usize, usize, Text)>;

impl Walk<'_, '_> {
    /// Adds a command, with the redirects of the compound commands it is the first one of; tells whether its errors go
    /// through the pipe behind it as well.
    pub(super) fn simple(&mut self, command: &ast::SimpleCommand, at: At) -> bool {
        let mut later = Later::new();
        let mut all = self.begin(at);
        let mut scripts = Vec::new();
        let mut piped_all = false;
        let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
        let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
        for item in prefix {
            self.item(item, &mut all, &mut later, &mut scripts);
        }
        all.name = command.word_or_name.as_ref().map(|word| self.shell_word(word, &mut later));
        for item in suffix {
            piped_all = is_pipe_all(item);
            if !piped_all {
                self.suffix_item(item, &mut all, &mut later, &mut scripts);
            }
        }
        all.span = self.span_of(&all, command);
        self.add(all, &later, &scripts, at);
        piped_all
    }

    /// Adds commands of words alone, as they would be found in the syntax tree of the whole script.
    pub(super) fn plain(&mut self, commands: &[Plain], at: At) {
        let is_piped = |command: Option<&Plain>| command.is_some_and(|command| command.joint == Joint::Pipe);
        for (index, command) in commands.iter().enumerate() {
            if !is_piped(Some(command)) {
                self.found.pipelines += 1;
            }
            if command.joint != Joint::First {
                self.found.pending = command.joint;
            }
            let in_pipeline = is_piped(Some(command)) || is_piped(commands.get(index + 1));
            let mut all = self.begin(At { in_pipeline, pipeline: self.found.pipelines, ..at });
            let mut words = command.words.iter().map(|(start, end)| self.piece(*start, *end));
            all.name = words.next();
            all.words = words.collect();
            let spans = all.name.iter().chain(&all.words).map(|word| word.span);
            all.span = spans.reduce(Span::join).unwrap_or_default();
            self.found.commands.push(all);
        }
        if !commands.is_empty() {
            self.found.pending = Joint::Sequence;
        }
    }

    /// A command without words yet; it takes what stands before it.
    pub(super) fn begin(&mut self, at: At) -> SimpleCommand {
        SimpleCommand {
            name: None,
            words: Vec::new(),
            assignments: Vec::new(),
            redirects: Vec::new(),
            span: Span::default(),
            joined_by: std::mem::replace(&mut self.found.pending, Joint::Sequence),
            in_pipeline: at.in_pipeline,
            pipeline: at.pipeline,
            depth: at.depth,
            in_substitution: at.level > 0,
            within: at.within,
            in_condition: at.condition,
            in_function: at.function,
        }
    }

    /// Adds a command, and behind it those in its words.
    pub(super) fn add(&mut self, command: SimpleCommand, later: &Later, scripts: &[&ast::CompoundList], at: At) {
        self.found.commands.push(command);
        let inside = At { within: Some(self.found.commands.len() - 1), ..at };
        for (start, end, text) in later {
            self.word(*start, *end, *text, inside);
        }
        for list in scripts {
            let pending = std::mem::replace(&mut self.found.pending, Joint::First);
            self.list(list, At { level: at.level + 1, ..inside.deeper() });
            self.found.pending = pending;
        }
    }

    fn item<'t>(
        &mut self,
        item: &'t ast::CommandPrefixOrSuffixItem,
        all: &mut SimpleCommand,
        later: &mut Later,
        scripts: &mut Vec<&'t ast::CompoundList>,
    ) {
        match item {
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) => {
                all.assignments.extend(self.assignment(assignment, later));
            }
            other => self.suffix_item(other, all, later, scripts),
        }
    }

    fn suffix_item<'t>(
        &mut self,
        item: &'t ast::CommandPrefixOrSuffixItem,
        all: &mut SimpleCommand,
        later: &mut Later,
        scripts: &mut Vec<&'t ast::CompoundList>,
    ) {
        match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) => {
                all.redirects.push(self.redirect(redirect, later, scripts));
            }
            ast::CommandPrefixOrSuffixItem::Word(word) | ast::CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                all.words.push(self.shell_word(word, later));
            }
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(_, subshell) => {
                scripts.push(&subshell.list);
                let (start, end) =
                    (self.source.byte(subshell.loc.start.index), self.source.byte(subshell.loc.end.index));
                let before = self.source.text[..start].ends_with(['<', '>']);
                all.words.push(self.dynamic(start - usize::from(before), end));
            }
        }
    }

    /// A word that is not known.
    fn dynamic(&self, start: usize, end: usize) -> ShellWord {
        let raw = self.source.text.get(start..end).unwrap_or_default().to_owned();
        ShellWord { text: raw.clone(), raw, span: self.source.span(start, end), is_static: false }
    }

    pub(super) fn shell_word(&self, word: &ast::Word, later: &mut Later) -> ShellWord {
        let Some(location) = &word.loc else {
            let unquoted = unquote(&word.value);
            let span = Span::at(self.source.span(0, 0).start);
            return ShellWord { text: unquoted.text, raw: word.value.clone(), span, is_static: unquoted.is_static };
        };
        let (start, end) = self.source.word(&word.value, location);
        later.push((start, end, Text::Word));
        self.piece(start, end)
    }

    /// A piece of the text as a word.
    fn piece(&self, start: usize, end: usize) -> ShellWord {
        let raw = self.source.text.get(start..end).unwrap_or_default();
        let unquoted = unquote(raw);
        let span = self.source.span(start, end);
        ShellWord { text: unquoted.text, raw: raw.to_owned(), span, is_static: unquoted.is_static }
    }

    fn assignment(&self, assignment: &ast::Assignment, later: &mut Later) -> Option<Assignment> {
        let (start, end) = (self.source.byte(assignment.loc.start.index), self.source.byte(assignment.loc.end.index));
        let written = self.source.text.get(start..end)?;
        let equals = start + written.find('=')?;
        later.push((equals + 1, end, Text::Word));
        let name = match &assignment.name {
            ast::AssignmentName::VariableName(name) => name.clone(),
            ast::AssignmentName::ArrayElementName(name, index) => format!("{name}[{index}]"),
        };
        let mut value = self.piece(equals + 1, end);
        if matches!(assignment.value, ast::AssignmentValue::Array(_)) {
            value = self.dynamic(equals + 1, end);
        }
        Some(Assignment { name, value, span: self.source.span(start, end) })
    }

    pub(super) fn redirect<'t>(
        &self,
        redirect: &'t ast::IoRedirect,
        later: &mut Later,
        scripts: &mut Vec<&'t ast::CompoundList>,
    ) -> Redirect {
        let (descriptor, kind, target) = match redirect {
            ast::IoRedirect::File(descriptor, kind, target) => {
                let word = match target {
                    ast::IoFileRedirectTarget::Filename(word) | ast::IoFileRedirectTarget::Duplicate(word) => {
                        self.shell_word(word, later)
                    }
                    ast::IoFileRedirectTarget::Fd(number) => {
                        self.shell_word(&ast::Word::new(&number.to_string()), later)
                    }
                    ast::IoFileRedirectTarget::ProcessSubstitution(_, subshell) => {
                        scripts.push(&subshell.list);
                        let bounds = &subshell.loc;
                        self.dynamic(self.source.byte(bounds.start.index), self.source.byte(bounds.end.index))
                    }
                };
                (*descriptor, file_kind(kind), word)
            }
            ast::IoRedirect::HereDocument(descriptor, document) => {
                return self.heredoc(*descriptor, document, later);
            }
            ast::IoRedirect::HereString(descriptor, word) => {
                (*descriptor, RedirectKind::HereString, self.shell_word(word, later))
            }
            ast::IoRedirect::OutputAndError(word, append) => {
                let kind = if *append { RedirectKind::AppendAll } else { RedirectKind::WriteAll };
                (None, kind, self.shell_word(word, later))
            }
        };
        let span = target.span;
        Redirect { descriptor, kind, target, span, body: None }
    }

    fn heredoc(&self, descriptor: Option<i32>, document: &ast::IoHereDocument, later: &mut Later) -> Redirect {
        let target = self.shell_word(&document.here_end, &mut Later::new());
        let body = document.doc.loc.as_ref().map(|location| {
            let (start, end) = (self.source.byte(location.start.index), self.source.byte(location.end.index));
            // The parser's end lies behind the word that ends the heredoc.
            let end = self.source.text[start..end].rfind(&target.text).map_or(end, |at| start + at);
            if document.requires_expansion {
                later.push((start, end, Text::Heredoc));
            }
            self.source.span(start, end)
        });
        let span = target.span;
        Redirect { descriptor, kind: RedirectKind::Heredoc, target, span, body }
    }

    fn span_of(&self, all: &SimpleCommand, command: &ast::SimpleCommand) -> Span {
        let words = all.name.iter().chain(&all.words).map(|word| word.span);
        let others = all.assignments.iter().map(|one| one.span).chain(all.redirects.iter().map(|one| one.span));
        let joined = words.chain(others).reduce(Span::join);
        joined.unwrap_or_else(|| {
            let location = command.location();
            location.map_or_else(Span::default, |location| {
                self.source.span(self.source.byte(location.start.index), self.source.byte(location.end.index))
            })
        })
    }
}

/// What the parser adds for `|&`.
fn is_pipe_all(item: &ast::CommandPrefixOrSuffixItem) -> bool {
    let ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) = item else { return false };
    matches!(redirect, ast::IoRedirect::File(Some(2), _, ast::IoFileRedirectTarget::Fd(1)))
}

fn file_kind(kind: &ast::IoFileRedirectKind) -> RedirectKind {
    match kind {
        ast::IoFileRedirectKind::Read => RedirectKind::Read,
        ast::IoFileRedirectKind::Write | ast::IoFileRedirectKind::Clobber => RedirectKind::Write,
        ast::IoFileRedirectKind::Append => RedirectKind::Append,
        ast::IoFileRedirectKind::ReadAndWrite => RedirectKind::ReadWrite,
        ast::IoFileRedirectKind::DuplicateInput | ast::IoFileRedirectKind::DuplicateOutput => RedirectKind::Duplicate,
    }
}
