//! Variables: what `ARG` and `ENV` set, and which of it holds at an instruction.

use std::collections::HashMap;

use crate::stages::{Base, Stage};
use crate::syntax::lexer::{Expanded, Lookup, Quotes, Variable, expand};
use crate::syntax::{ArgDef, Body, Dockerfile, Instruction, Pair, Word};

/// Bytes of all values together; variables beyond it are not known.
const BUDGET: usize = 16 << 20;

/// How many stages one may be built on before variables are no longer looked for.
const CHAIN: usize = 1000;

/// What the build sets by itself, wherever `FROM` is expanded and where a stage declares it.
const PLATFORM: [&str; 8] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
];

#[derive(Clone, Debug)]
enum Value {
    Known(String),
    Unknown,
    Given,
}

impl Value {
    fn variable(&self) -> Variable<'_> {
        match self {
            Self::Known(value) => Variable::Known(value),
            Self::Unknown => Variable::Unknown,
            Self::Given => Variable::Given,
        }
    }

    fn of(expanded: Expanded, budget: &mut usize) -> Self {
        let known = expanded.unknown.is_empty() && expanded.malformed.is_none();
        match budget.checked_sub(expanded.text.len()).filter(|_| known) {
            None => Self::Unknown,
            Some(left) => {
                *budget = left;
                Self::Known(expanded.text)
            }
        }
    }
}

/// The variables that hold before the first stage and in `FROM`.
#[derive(Clone, Debug)]
pub(crate) struct Globals {
    values: HashMap<String, Value>,
}

impl Lookup for Globals {
    fn variable(&self, name: &str) -> Variable<'_> {
        match self.values.get(name) {
            Some(value) => value.variable(),
            None if is_platform(name) => Variable::Unknown,
            None => Variable::Undeclared,
        }
    }
}

fn is_platform(name: &str) -> bool {
    PLATFORM.contains(&name) || name == "TARGETSTAGE"
}

impl Globals {
    /// Of the `ARG`s before the first `FROM`.
    pub(crate) fn new(file: &Dockerfile) -> Self {
        let mut globals = Self { values: HashMap::new() };
        let mut budget = BUDGET;
        for instruction in file.instructions.iter().take_while(|one| one.stage.is_none()) {
            let Body::Arg(definitions) = &instruction.body else { continue };
            for ArgDef { name, default, .. } in definitions {
                let value = match default {
                    Some(word) => Value::of(expand(&word.raw, file.escape, Quotes::Remove, &globals), &mut budget),
                    None if is_platform(&name.text) => Value::Unknown,
                    None => Value::Given,
                };
                globals.values.insert(name.text.clone(), value);
            }
        }
        globals
    }
}

/// A variable from one instruction on.
#[derive(Clone, Debug)]
struct Definition {
    instruction: usize,
    value: Value,
}

/// Every definition of a file.
#[derive(Clone, Debug)]
pub(crate) struct Scopes {
    globals: Globals,
    /// By name and stage, in order.
    definitions: HashMap<String, HashMap<usize, Vec<Definition>>>,
    bases: Vec<Option<usize>>,
}

impl Scopes {
    fn new(file: &Dockerfile) -> Self {
        let bases = file.stages().iter().map(|stage| match stage.base {
            Base::Stage(base) => Some(base),
            Base::Image(_) | Base::Scratch => None,
        });
        let mut scopes = Self { globals: Globals::new(file), definitions: HashMap::new(), bases: bases.collect() };
        let mut budget = BUDGET;
        for stage in file.stages() {
            for instruction in &file.instructions[stage.instructions.clone()] {
                scopes.define(file, stage, instruction, &mut budget);
            }
        }
        scopes
    }

    fn define(&mut self, file: &Dockerfile, stage: &Stage, instruction: &Instruction, budget: &mut usize) {
        match &instruction.body {
            // Every pair is expanded with what held before the instruction.
            Body::Env(pairs) => {
                let values: Vec<(String, Value)> = {
                    let at = At { scopes: self, stage: stage.index, instruction: instruction.index };
                    let value = |word: &Word| expand(&word.raw, file.escape, Quotes::Remove, &at);
                    let one = |pair: &Pair| (value(&pair.key).text, Value::of(value(&pair.value), budget));
                    pairs.iter().map(one).collect()
                };
                values.into_iter().for_each(|(name, value)| self.insert(stage.index, instruction.index, name, value));
            }
            // Every definition sees those before it.
            Body::Arg(definitions) => {
                for ArgDef { name, default, .. } in definitions {
                    let value = match default {
                        Some(word) => {
                            let at = At { scopes: self, stage: stage.index, instruction: instruction.index + 1 };
                            Value::of(expand(&word.raw, file.escape, Quotes::Remove, &at), budget)
                        }
                        None => match self.globals.variable(&name.text) {
                            Variable::Known(value) => Value::Known(value.to_owned()),
                            Variable::Unknown => Value::Unknown,
                            Variable::Given | Variable::Undeclared => Value::Given,
                        },
                    };
                    // Without a value it hides nothing.
                    let earlier = self.variable(&name.text, stage.index, instruction.index + 1);
                    if !matches!(value, Value::Given) || earlier == Variable::Undeclared {
                        self.insert(stage.index, instruction.index, name.text.clone(), value);
                    }
                }
            }
            _ => {}
        }
    }

    fn insert(&mut self, stage: usize, instruction: usize, name: String, value: Value) {
        let definitions = self.definitions.entry(name).or_default().entry(stage).or_default();
        definitions.push(Definition { instruction, value });
    }

    /// A variable before an instruction of a stage.
    fn variable(&self, name: &str, stage: usize, instruction: usize) -> Variable<'_> {
        let Some(stages) = self.definitions.get(name) else { return Variable::Undeclared };
        let mut place = Some(stage);
        for _ in 0..CHAIN {
            let Some(index) = place else { return Variable::Undeclared };
            let definitions = stages.get(&index).map_or(&[][..], Vec::as_slice);
            let before = definitions.partition_point(|definition| definition.instruction < instruction);
            if let Some(definition) = before.checked_sub(1).and_then(|last| definitions.get(last)) {
                return definition.value.variable();
            }
            place = self.bases.get(index).copied().flatten();
        }
        Variable::Unknown
    }
}

/// The variables before one instruction.
struct At<'a> {
    scopes: &'a Scopes,
    stage: usize,
    instruction: usize,
}

impl Lookup for At<'_> {
    fn variable(&self, name: &str) -> Variable<'_> {
        self.scopes.variable(name, self.stage, self.instruction)
    }
}

/// The variables that hold at one instruction.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'file> {
    scopes: &'file Scopes,
    escape: char,
    stage: Option<usize>,
    instruction: usize,
}

impl Dockerfile {
    /// The variables that hold when this instruction is read. `FROM`, and what stands before the first one, sees the
    /// `ARG`s before the first `FROM`; anything else sees its stage and those it is built on.
    #[must_use]
    pub fn scope_at(&self, instruction: usize) -> Scope<'_> {
        let scopes = self.stages.scopes.get_or_init(|| Scopes::new(self));
        let found = self.instructions.get(instruction);
        let stage = found.filter(|found| !matches!(found.body, Body::From { .. })).and_then(|found| found.stage);
        Scope { scopes, escape: self.escape, stage, instruction }
    }
}

impl Lookup for Scope<'_> {
    fn variable(&self, name: &str) -> Variable<'_> {
        Scope::variable(self, name)
    }
}

impl<'file> Scope<'file> {
    /// The value of a variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Variable<'file> {
        match self.stage {
            None => self.scopes.globals.variable(name),
            Some(stage) => self.scopes.variable(name, stage, self.instruction),
        }
    }

    /// Replaces variables and takes quotes and escapes away, as BuildKit does with words; give it [`Word::raw`].
    ///
    /// ARGs have the values that the file gives them; references that are not known stay as they are written.
    #[must_use]
    pub fn expand(&self, text: &str) -> Expanded {
        expand(text, self.escape, Quotes::Remove, self)
    }

    /// Replaces variables and leaves quotes alone, as in heredocs that are copied.
    #[must_use]
    pub fn expand_heredoc(&self, text: &str) -> Expanded {
        expand(text, self.escape, Quotes::Keep, self)
    }
}
