//! What the standard asks about a file: which stages ship, what they install, what runs, and edits that repair it.

pub(crate) mod automation;
pub(crate) mod commands;
pub(crate) mod debug_stage;
pub(crate) mod edits;
pub(crate) mod exception;
pub(crate) mod image;
pub(crate) mod installs;
pub(crate) mod prohibited;
pub(crate) mod split;
pub(crate) mod tools;
pub(crate) mod view;

pub(crate) use image::{Image, repository_of};
pub(crate) use installs::{Install, Package};
pub(crate) use view::View;
