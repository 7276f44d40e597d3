//! What an image needs to run: libraries as loaders find them, what its entry point reaches, and what lies there beside
//! it.

mod closure;
mod composition;
mod loader;
mod objects;
mod reach;
mod rules;

pub use closure::{ChainStep, Closure, End, Ground, Lack, Link, Mark, Strength, Thing};
pub use composition::{
    Advice, Bytes, Check, Component, Composition, Decision, Evidence, Fault, Finding, FloorBase, LayerShare,
    MandatoryNote, MandatoryState, Presence, Score, Section, Terms, compose, profile_id,
};
pub use loader::{Environment, Flaw, How, Loaded, Loader, Loading, Unresolved};
pub use objects::{File, ImageObjects, Objects};
pub use reach::close;
pub use rules::{Risk, Rules, RulesError, Tables};
