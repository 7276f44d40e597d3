//! Stages: what each is built on, which a target needs, and which variables hold where.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::span::Span;
use crate::syntax::{Dockerfile, Word};

/// One stage: `FROM` and what follows up to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// From 0.
    pub index: usize,
    /// The name after `AS`.
    pub name: Option<Word>,
    /// What it is built on.
    pub base: Base,
    /// Its instructions, `FROM` included.
    pub instructions: Range<usize>,
    /// The `FROM` instruction.
    pub span: Span,
}

/// What a stage is built on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// An earlier stage.
    Stage(usize),
    /// An image from elsewhere.
    Image(ImageName),
    /// Nothing.
    Scratch,
}

/// The name of an image in `FROM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    /// As it is written, without quotes.
    pub text: String,
    /// With all variables replaced; `None` when one of them is not known.
    pub resolved: Option<String>,
    /// Where it is.
    pub span: Span,
}

/// The value of a variable at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable<'file> {
    /// It has this value unless the build says otherwise.
    Known(&'file str),
    /// It is declared, and only the build knows its value.
    Given,
    /// It is not declared here; the base image may set it.
    Undeclared,
}

/// Text with its variables replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// References to unknown variables stay as they are written.
    pub text: String,
    /// Names of unknown variables, each once, in the order in which they appear.
    pub unknown: Vec<String>,
}

/// The variables that hold at one instruction.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'file> {
    pub(crate) file: &'file Dockerfile,
    pub(crate) instruction: usize,
}

/// The stages of a file and what follows from them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stages {
    pub(crate) list: Vec<Stage>,
    pub(crate) names: BTreeMap<String, usize>,
}

impl Dockerfile {
    /// All stages in order.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages.list
    }

    /// The stage that is built when no target is named: the last.
    #[must_use]
    pub fn runtime_target(&self) -> Option<usize> {
        self.stages.list.len().checked_sub(1)
    }

    /// The stage a name or number means anywhere in the file, as `--target` does: names in any case.
    #[must_use]
    pub fn stage_named(&self, name: &str) -> Option<usize> {
        let named = self.stages.names.get(&name.to_ascii_lowercase()).copied();
        named.or_else(|| name.parse().ok().filter(|index| *index < self.stages.list.len()))
    }

    /// The stage itself and every stage it needs: through `FROM`, `COPY --from` and `RUN --mount=from=`.
    #[must_use]
    pub fn stages_reached_from(&self, target: usize) -> BTreeSet<usize> {
        BTreeSet::from([target])
    }

    /// The variables that hold when this instruction is read.
    #[must_use]
    pub fn scope_at(&self, instruction: usize) -> Scope<'_> {
        Scope { file: self, instruction }
    }
}

impl<'file> Scope<'file> {
    /// The value of a variable.
    #[must_use]
    pub fn variable(&self, _name: &str) -> Variable<'file> {
        let _ = (self.file, self.instruction);
        Variable::Undeclared
    }

    /// Replaces variables and takes quotes and escapes away, as BuildKit does with words.
    #[must_use]
    pub fn expand(&self, text: &str) -> Expanded {
        Expanded { text: text.to_owned(), unknown: Vec::new() }
    }
}
