//! Stages: what each is built on, which a target needs, and which variables hold where.

mod find;
mod reach;
mod scope;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use crate::span::Span;
use crate::stages::reach::Needs;
use crate::stages::scope::Scopes;
use crate::syntax::{Dockerfile, Word};
pub use crate::syntax::{Expanded, Variable};
pub use scope::Scope;

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

/// The stages of a file and what follows from them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stages {
    list: Vec<Stage>,
    /// The stages of each name, in lower case.
    names: HashMap<String, Vec<usize>>,
    /// The instruction that sets the shell which each instruction runs in.
    shells: Vec<Option<u32>>,
    needs: OnceLock<Needs>,
    scopes: OnceLock<Scopes>,
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

    /// The stage a name or number means, as `--target` does: names in any case; of two of one name the later.
    #[must_use]
    pub fn stage_named(&self, name: &str) -> Option<usize> {
        let named = self.stages.names.get(&name.to_ascii_lowercase()).and_then(|stages| stages.last().copied());
        named.or_else(|| name.parse().ok().filter(|index| *index < self.stages.list.len()))
    }

    /// The stages a stage is built on, the nearest first, and the base that is no stage.
    pub fn bases(&self, stage: usize) -> impl Iterator<Item = &Base> {
        let base = |index: usize| self.stages.list.get(index).map(|stage| &stage.base);
        std::iter::successors(base(stage), move |last| match last {
            Base::Stage(index) => base(*index),
            Base::Image(_) | Base::Scratch => None,
        })
    }
}
