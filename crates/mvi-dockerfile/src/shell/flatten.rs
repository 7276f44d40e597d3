//! From the syntax tree of a script to its commands in order.

mod compound;
mod simple;

use brush_parser::ast;

use crate::shell::parse::{Failure, parse};
use crate::shell::plain;
use crate::shell::source::Source;
use crate::shell::substitution::{Substitution, Text, substitutions};
use crate::shell::{Joint, ScriptProblem, ScriptProblemKind, SimpleCommand};
use crate::syntax::logical::Map;

/// How deep scripts in words of scripts are looked into.
const LEVELS: u32 = 8;

/// What was found in a script.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) commands: Vec<SimpleCommand>,
    pub(super) functions: Vec<String>,
    pub(super) problem: Option<ScriptProblem>,
    /// What stands before the next command.
    pending: Joint,
    pipelines: u32,
}

/// Where a command stands.
#[derive(Clone, Copy, Debug, Default)]
struct At {
    depth: u32,
    /// Substitutions around it.
    level: u32,
    within: Option<usize>,
    condition: bool,
    function: bool,
    in_pipeline: bool,
    pipeline: u32,
}

impl At {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, in_pipeline: false, ..self }
    }
}

/// All commands of a script.
pub(super) fn flatten(source: &Source<'_>) -> Found {
    let mut found =
        Found { commands: Vec::new(), functions: Vec::new(), problem: None, pending: Joint::First, pipelines: 0 };
    read(source, &mut found, At::default());
    found
}

fn read(source: &Source<'_>, found: &mut Found, at: At) {
    match plain::commands(source.text) {
        Some(commands) => Walk { source, found }.plain(&commands, at),
        None => read_any(source, found, at),
    }
}

fn read_any(source: &Source<'_>, found: &mut Found, at: At) {
    match parse(source.text) {
        Ok(program) => {
            let mut walk = Walk { source, found };
            for list in &program.complete_commands {
                walk.list(list, at);
            }
        }
        Err(failure) => found.fail(source, failure),
    }
}

impl Found {
    fn fail(&mut self, source: &Source<'_>, failure: Failure) {
        let Failure { kind, character, message } = failure;
        let span = match character.map(|character| source.byte(character)) {
            Some(at) => source.span(at, (at + 1).min(source.text.len()).max(at)),
            None => source.span(0, source.text.len()),
        };
        self.problem.get_or_insert(ScriptProblem { kind, span, message });
    }
}

/// One script that is being walked through.
struct Walk<'a, 'b> {
    source: &'a Source<'b>,
    found: &'a mut Found,
}

impl Walk<'_, '_> {
    fn list(&mut self, list: &ast::CompoundList, at: At) {
        for ast::CompoundListItem(and_or, separator) in &list.0 {
            self.and_or(and_or, at);
            self.found.pending = match separator {
                ast::SeparatorOperator::Async => Joint::Background,
                ast::SeparatorOperator::Sequence => Joint::Sequence,
            };
        }
    }

    fn and_or(&mut self, list: &ast::AndOrList, at: At) {
        self.pipeline(&list.first, at);
        for next in &list.additional {
            let (joint, pipeline) = match next {
                ast::AndOr::And(pipeline) => (Joint::And, pipeline),
                ast::AndOr::Or(pipeline) => (Joint::Or, pipeline),
            };
            self.found.pending = joint;
            self.pipeline(pipeline, at);
        }
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline, at: At) {
        self.found.pipelines += 1;
        let at = At {
            in_pipeline: pipeline.seq.len() > 1,
            pipeline: self.found.pipelines,
            condition: at.condition || pipeline.bang,
            ..at
        };
        let mut piped_all = false;
        for (index, command) in pipeline.seq.iter().enumerate() {
            if index > 0 {
                self.found.pending = if piped_all { Joint::PipeAll } else { Joint::Pipe };
            }
            piped_all = self.command(command, at);
        }
    }

    /// Looks into the scripts of a word of a command, which is the last one found unless `within` says otherwise.
    fn word(&mut self, start: usize, end: usize, text: Text, at: At) {
        let raw = &self.source.text[start..end];
        for substitution in substitutions(raw, text) {
            if at.level >= LEVELS {
                let message = "substitutions stand deeper in each other than is looked into".to_owned();
                let kind = ScriptProblemKind::TooMuch;
                self.found.fail(&self.source.cut(start, end), Failure { kind, character: None, message });
                return;
            }
            let inner = At { depth: at.depth + 1, level: at.level + 1, in_pipeline: false, ..at };
            let pending = std::mem::replace(&mut self.found.pending, Joint::First);
            match substitution {
                Substitution::Parentheses(from, until) => {
                    read(&self.source.cut(start + from, start + until), self.found, inner);
                }
                Substitution::Backquotes(from, until) => {
                    let (script, map) = unescaped(&raw[from..until]);
                    let placed = self.source.cut(start + from, start + until);
                    read(&placed.reworded(&script, &map), self.found, inner);
                }
            }
            self.found.pending = pending;
        }
    }
}

/// What stands between backquotes, without the backslashes before backquotes, dollars and backslashes.
fn unescaped(raw: &str) -> (String, Map) {
    let (mut text, mut map) = (String::with_capacity(raw.len()), Map::piece(0));
    let mut chars = raw.char_indices().peekable();
    while let Some((mut at, mut char)) = chars.next() {
        if char == '\\'
            && let Some(next) = chars.next_if(|(_, next)| matches!(next, '`' | '$' | '\\'))
        {
            (at, char) = next;
        }
        map.push(text.len(), at as u32);
        text.push(char);
    }
    (text, map)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::span::Span;

    /// A script as it is read, and as the parser alone reads it.
    fn both(text: &str) -> [Vec<SimpleCommand>; 2] {
        let source = Source::new(text, Map::piece(7), Span::new(0, 1000));
        let found = || Found {
            commands: Vec::new(),
            functions: Vec::new(),
            problem: None,
            pending: Joint::First,
            pipelines: 0,
        };
        let (mut short, mut long) = (found(), found());
        read(&source, &mut short, At::default());
        read_any(&source, &mut long, At::default());
        assert_eq!(short.problem, long.problem, "{text}");
        assert_eq!(short.pending, long.pending, "{text}");
        [short.commands, long.commands]
    }

    proptest! {
        #[test]
        fn plain_scripts_are_what_the_parser_makes_of_them(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "apt-get", "install", "-y", "A=b", "A+=b", "'b c'", "\"d $E\"", "${F}", "$G", "x=\"y\"", "*", "[", "]", "~/a",
                    "{", "}", "a,b", "1", "time", "if", "export", "declare", "test", "%a", "a@b", "[a]=b", "a[1]=b", "=", "''",
                    " ", " ", " ", "  ", "\t", "&&", "||", "|", ";", " && ", " || ", " | ", "; ", "&", "!", "-", "?", "let",
                ]),
                0..12,
            ),
        ) {
            let [short, long] = both(&parts.concat());
            prop_assert_eq!(short, long);
        }
    }
}
