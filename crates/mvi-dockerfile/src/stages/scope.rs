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
    reach: Reach,
    value: Value,
}

/// How far a variable gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// `ARG`: to the stages of the file that are built on this one.
    File,
    /// `ENV`: to every image that is.
    Image,
}

/// When an instruction is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Here,
    /// Behind `ONBUILD`: when another image is built on this one, which has only the environment of the image then.
    OnBuild,
}

/// By name and stage, in order.
type Definitions = HashMap<String, HashMap<usize, Vec<Definition>>>;

/// Every definition of a file.
#[derive(Clone, Debug)]
pub(crate) struct Scopes {
    globals: Globals,
    definitions: Definitions,
    /// Those behind `ONBUILD`.
    triggers: Definitions,
    bases: Vec<Option<usize>>,
}

impl Scopes {
    fn new(file: &Dockerfile) -> Self {
        let bases = file.stages().iter().map(|stage| match stage.base {
            Base::Stage(base) => Some(base),
            Base::Image(_) | Base::Scratch => None,
        });
        let (definitions, triggers) = (HashMap::new(), HashMap::new());
        let mut scopes = Self { globals: Globals::new(file), definitions, triggers, bases: bases.collect() };
        let mut budget = BUDGET;
        for stage in file.stages() {
            for instruction in &file.instructions[stage.instructions.clone()] {
                scopes.define(file, stage, instruction, &mut budget);
            }
        }
        scopes
    }

    fn define(&mut self, file: &Dockerfile, stage: &Stage, outer: &Instruction, budget: &mut usize) {
        let (when, instruction) = match outer.on_build.as_deref() {
            Some(inner) => (When::OnBuild, inner),
            None => (When::Here, outer),
        };
        let place = |instruction: usize| Place { stage: stage.index, instruction, when };
        match &instruction.body {
            // Every pair is expanded with what held before the instruction.
            Body::Env(pairs) => {
                let values: Vec<(String, Value)> = {
                    let at = At { scopes: self, place: place(outer.index) };
                    let value = |word: &Word| expand(&word.raw, file.escape, Quotes::Remove, &at);
                    let one = |pair: &Pair| (value(&pair.key).text, Value::of(value(&pair.value), budget));
                    pairs.iter().map(one).collect()
                };
                for (name, value) in values {
                    self.insert(place(outer.index), name, Reach::Image, value);
                }
            }
            // Every definition sees those before it.
            Body::Arg(definitions) => {
                for ArgDef { name, default, .. } in definitions {
                    let value = match default {
                        Some(word) => {
                            let at = At { scopes: self, place: place(outer.index + 1) };
                            Value::of(expand(&word.raw, file.escape, Quotes::Remove, &at), budget)
                        }
                        None => match self.globals.variable(&name.text) {
                            Variable::Known(value) => Value::Known(value.to_owned()),
                            Variable::Unknown => Value::Unknown,
                            Variable::Given | Variable::Undeclared => Value::Given,
                        },
                    };
                    // Without a value it hides nothing.
                    let earlier = self.variable(&name.text, place(outer.index + 1));
                    if !matches!(value, Value::Given) || earlier == Variable::Undeclared {
                        self.insert(place(outer.index), name.text.clone(), Reach::File, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn insert(&mut self, place: Place, name: String, reach: Reach, value: Value) {
        let all = match place.when {
            When::Here => &mut self.definitions,
            When::OnBuild => &mut self.triggers,
        };
        let definitions = all.entry(name).or_default().entry(place.stage).or_default();
        definitions.push(Definition { instruction: place.instruction, reach, value });
    }

    /// A variable before an instruction of a stage.
    fn variable(&self, name: &str, place: Place) -> Variable<'_> {
        let Place { stage, instruction, when } = place;
        let (definitions, triggers) = (self.definitions.get(name), self.triggers.get(name));
        if definitions.is_none() && triggers.is_none() {
            return Variable::Undeclared;
        }
        // What is carried out later has all of its own stage behind it.
        let (own, first) = match when {
            When::Here => (None, last(definitions, stage, instruction, when)),
            When::OnBuild => {
                (last(triggers, stage, instruction, When::Here), last(definitions, stage, usize::MAX, when))
            }
        };
        if let Some(found) = own.or(first) {
            return found.variable();
        }
        let mut base = self.bases.get(stage).copied().flatten();
        for _ in 0..CHAIN {
            let Some(index) = base else { return Variable::Undeclared };
            // Triggers of a base are carried out at the `FROM` that names it.
            let below = [triggers, definitions];
            if let Some(found) = below.into_iter().find_map(|all| last(all, index, instruction, when)) {
                return found.variable();
            }
            base = self.bases.get(index).copied().flatten();
        }
        Variable::Unknown
    }
}

/// The last definition of a stage before an instruction, as far as it gets there.
fn last(all: Option<&HashMap<usize, Vec<Definition>>>, stage: usize, before: usize, when: When) -> Option<&Value> {
    let definitions = all?.get(&stage)?;
    let count = definitions.partition_point(|definition| definition.instruction < before);
    let gets_there = |definition: &&Definition| when == When::Here || definition.reach == Reach::Image;
    definitions[..count].iter().rfind(gets_there).map(|definition| &definition.value)
}

/// Before which instruction something is looked up.
#[derive(Clone, Copy, Debug)]
struct Place {
    stage: usize,
    instruction: usize,
    when: When,
}

/// The variables before one instruction.
struct At<'a> {
    scopes: &'a Scopes,
    place: Place,
}

impl Lookup for At<'_> {
    fn variable(&self, name: &str) -> Variable<'_> {
        self.scopes.variable(name, self.place)
    }
}

/// The variables that hold at one instruction.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'file> {
    scopes: &'file Scopes,
    escape: char,
    place: Option<Place>,
}

impl Dockerfile {
    /// The variables that hold when this instruction is read. `FROM`, and what stands before the first one, sees the
    /// `ARG`s before the first `FROM`; anything else sees its stage and those it is built on. Behind `ONBUILD`, that is
    /// what the image takes along: `ENV`, and what `ONBUILD` set before.
    #[must_use]
    pub fn scope_at(&self, instruction: usize) -> Scope<'_> {
        let scopes = self.stages.scopes.get_or_init(|| Scopes::new(self));
        let found = self.instructions.get(instruction);
        let found = found.filter(|found| !matches!(found.body, Body::From { .. }));
        let when = if found.is_some_and(|found| found.on_build.is_some()) { When::OnBuild } else { When::Here };
        let place = found.and_then(|found| found.stage).map(|stage| Place { stage, instruction, when });
        Scope { scopes, escape: self.escape, place }
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
        match self.place {
            None => self.scopes.globals.variable(name),
            Some(place) => self.scopes.variable(name, place),
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
