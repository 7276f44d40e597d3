//! The catalogers: one package manager, one file, one line in the table.

mod apk;
mod conda;
mod dpkg;
mod node;
mod pacman;
mod python;
mod rpm;

use crate::cataloger::Cataloger;

/// All catalogers. The order decides nothing: packages are sorted.
pub const CATALOGERS: &[&dyn Cataloger] =
    &[&apk::Apk, &conda::Conda, &dpkg::Dpkg, &node::Node, &pacman::Pacman, &python::Python, &rpm::Rpm];
