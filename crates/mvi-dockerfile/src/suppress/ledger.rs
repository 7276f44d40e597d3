//! Which findings the comments of a file keep back, and which of those comments did nothing.

use std::collections::HashMap;

use jiff::civil::Date;

use super::pragma::{Pragma, Pragmas, Reach};
use crate::finding::Finding;
use crate::span::Span;
use crate::syntax::Dockerfile;

/// The pragmas of a file that count, by place and rule.
pub(crate) struct Ledger<'a> {
    file: &'a Dockerfile,
    by_rule: HashMap<(Scope, String), Vec<usize>>,
    entries: Vec<Entry<'a>>,
}

/// What a pragma reaches.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Scope {
    Instruction(usize),
    Stage(usize),
    File,
}

/// One rule of one pragma.
struct Entry<'a> {
    pragma: &'a Pragma,
    rule: &'a str,
    span: Span,
    /// The instruction from which on it counts.
    from: usize,
    used: bool,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(file: &'a Dockerfile, pragmas: &'a Pragmas, today: Option<Date>) -> Self {
        let mut ledger = Self { file, by_rule: HashMap::new(), entries: Vec::new() };
        for pragma in pragmas.pragmas.iter().filter(|pragma| pragma.terms.counts(today)) {
            let from = ledger.instruction_at(pragma.span.start);
            let stage = file.instructions().get(from).and_then(|instruction| instruction.stage);
            let scope = match pragma.reach {
                Reach::Instruction => Scope::Instruction(from),
                Reach::Stage => stage.map_or(Scope::Instruction(from), Scope::Stage),
                Reach::File => Scope::File,
            };
            for (rule, span) in &pragma.rules {
                ledger.by_rule.entry((scope, rule.to_ascii_lowercase())).or_default().push(ledger.entries.len());
                ledger.entries.push(Entry { pragma, rule, span: *span, from, used: false });
            }
        }
        ledger
    }

    /// Whether a pragma keeps this back; `names` are the rule's code, name and twins.
    pub(crate) fn keeps_back<'n>(&mut self, finding: &Finding, names: impl Iterator<Item = &'n str>) -> bool {
        if self.entries.is_empty() {
            return false;
        }
        let at = self.instruction_at(finding.span.start);
        let stage = self.file.instructions().get(at).and_then(|instruction| instruction.stage);
        let scopes = [Some(Scope::Instruction(at)), stage.map(Scope::Stage), Some(Scope::File)];
        let mut kept = false;
        for name in names {
            let name = name.to_ascii_lowercase();
            for scope in scopes.into_iter().flatten() {
                for index in self.by_rule.get(&(scope, name.clone())).into_iter().flatten() {
                    let entry = &mut self.entries[*index];
                    if scope == Scope::File || entry.from <= at {
                        entry.used = true;
                        kept = true;
                    }
                }
            }
        }
        kept
    }

    /// Rules of pragmas that kept nothing back: the pragma, the rule as it is written, and its place.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (&'a Pragma, &'a str, Span)> {
        self.entries.iter().filter(|entry| !entry.used).map(|entry| (entry.pragma, entry.rule, entry.span))
    }

    /// The instruction a byte is in, else the next one after it.
    fn instruction_at(&self, offset: u32) -> usize {
        self.file.instructions().partition_point(|instruction| instruction.span.end < offset)
    }
}
