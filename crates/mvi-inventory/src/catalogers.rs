//! The catalogers: one package manager, one file, one line in the table.

mod apk;
mod dpkg;
mod node;
mod python;

use crate::cataloger::Cataloger;

/// All catalogers. The order decides nothing: packages are sorted.
pub const CATALOGERS: &[&dyn Cataloger] = &[&apk::Apk, &dpkg::Dpkg, &node::Node, &python::Python];
