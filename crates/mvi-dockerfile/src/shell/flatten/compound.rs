//! Commands made of commands.

use brush_parser::ast;

use super::{At, Walk};
use crate::shell::substitution::Text;
use crate::shell::{ShellWord, SimpleCommand};

impl Walk<'_, '_> {
    /// Any command; tells whether its errors go through the pipe behind it as well.
    pub(super) fn command(&mut self, command: &ast::Command, at: At) -> bool {
        match command {
            ast::Command::Simple(simple) => self.simple(simple, at),
            ast::Command::Compound(compound, redirects) => {
                let first = self.found.commands.len();
                self.compound(compound, at.deeper());
                self.redirects(first, redirects.as_ref(), at)
            }
            ast::Command::Function(function) => {
                self.found.functions.push(function.fname.value.clone());
                let first = self.found.commands.len();
                self.compound(&function.body.0, At { function: true, ..at.deeper() });
                self.redirects(first, function.body.1.as_ref(), at)
            }
            ast::Command::ExtendedTest(test, redirects) => {
                let first = self.found.commands.len();
                self.test(test, at);
                self.redirects(first, redirects.as_ref(), at)
            }
        }
    }

    /// Gives the redirects of a compound command to the first command in it.
    fn redirects(&mut self, first: usize, list: Option<&ast::RedirectList>, at: At) -> bool {
        let (mut later, mut scripts) = (Vec::new(), Vec::new());
        let mut piped_all = false;
        for redirect in list.into_iter().flat_map(|list| &list.0) {
            piped_all = matches!(redirect, ast::IoRedirect::File(Some(2), _, ast::IoFileRedirectTarget::Fd(1)));
            if !piped_all {
                let read = self.redirect(redirect, &mut later, &mut scripts);
                if let Some(command) = self.found.commands.get_mut(first) {
                    command.redirects.push(read);
                }
            }
        }
        let inside = At { within: Some(first), ..at };
        for (start, end, text) in later {
            self.word(start, end, text, inside);
        }
        for list in scripts {
            self.list(list, At { level: at.level + 1, ..inside.deeper() });
        }
        piped_all
    }

    fn compound(&mut self, compound: &ast::CompoundCommand, at: At) {
        let condition = At { condition: true, ..at };
        match compound {
            ast::CompoundCommand::Arithmetic(arithmetic) => {
                self.marked("((", &arithmetic.loc, Vec::new(), at);
            }
            ast::CompoundCommand::ArithmeticForClause(clause) => self.list(&clause.body.list, at),
            ast::CompoundCommand::BraceGroup(group) => self.list(&group.list, at),
            ast::CompoundCommand::Subshell(subshell) => self.list(&subshell.list, at),
            ast::CompoundCommand::ForClause(clause) => {
                clause.values.iter().flatten().for_each(|word| self.loose(word, at));
                self.list(&clause.body.list, at);
            }
            ast::CompoundCommand::CaseClause(clause) => {
                self.loose(&clause.value, at);
                for item in &clause.cases {
                    item.patterns.iter().for_each(|pattern| self.loose(pattern, at));
                    if let Some(list) = &item.cmd {
                        self.list(list, at);
                    }
                }
            }
            ast::CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition, condition);
                self.list(&clause.then, at);
                for part in clause.elses.iter().flatten() {
                    if let Some(list) = &part.condition {
                        self.list(list, condition);
                    }
                    self.list(&part.body, at);
                }
            }
            ast::CompoundCommand::WhileClause(clause) | ast::CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0, condition);
                self.list(&clause.1.list, at);
            }
            ast::CompoundCommand::Coprocess(coprocess) => drop(self.command(&coprocess.body, at)),
        }
    }

    /// Scripts in a word that is of no simple command.
    fn loose(&mut self, word: &ast::Word, at: At) {
        if let Some(location) = &word.loc {
            let (start, end) = self.source.word(&word.value, location);
            self.word(start, end, Text::Word, at);
        }
    }

    /// `[[ … ]]` as a command of that name, its operators left out.
    fn test(&mut self, test: &ast::ExtendedTestExprCommand, at: At) {
        let mut words = Vec::new();
        operands(&test.expr, &mut words);
        self.marked("[[", &test.loc, words, at);
    }

    fn marked(&mut self, name: &str, bounds: &brush_parser::SourceSpan, words: Vec<&ast::Word>, at: At) {
        let (start, end) = (self.source.byte(bounds.start.index), self.source.byte(bounds.end.index));
        let mut later = Vec::new();
        let mut command: SimpleCommand = self.begin(at);
        let span = self.source.span(start, (start + name.len()).min(end));
        command.name = Some(ShellWord { text: name.to_owned(), raw: name.to_owned(), span, is_static: true });
        command.words = words.into_iter().map(|word| self.shell_word(word, &mut later)).collect();
        command.span = self.source.span(start, end);
        if name == "((" {
            later.push((start, end, Text::Heredoc));
        }
        self.add(command, &later, &[], at);
    }
}

fn operands<'t>(test: &'t ast::ExtendedTestExpr, words: &mut Vec<&'t ast::Word>) {
    match test {
        ast::ExtendedTestExpr::And(left, right) | ast::ExtendedTestExpr::Or(left, right) => {
            operands(left, words);
            operands(right, words);
        }
        ast::ExtendedTestExpr::Not(inner) | ast::ExtendedTestExpr::Parenthesized(inner) => operands(inner, words),
        ast::ExtendedTestExpr::UnaryTest(_, word) => words.push(word),
        ast::ExtendedTestExpr::BinaryTest(_, left, right) => words.extend([left, right]),
    }
}
