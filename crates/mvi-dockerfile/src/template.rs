//! Dockerfiles and what belongs beside them, rendered by class: text in, text out; nothing is looked up or written.

mod base;
mod class;
mod page;
mod render;
mod request;

pub use base::{BaseImage, Family};
pub use class::{BuilderBase, CLASSES, Class, class};
pub use render::{FileKind, Rendered, RenderedFile, render};
pub use request::{Bases, Request, TemplateError};

#[cfg(test)]
mod tests;
