//! The catalogers: one package manager, one file, one line in the table.

mod apk;
mod conda;
mod cpan;
mod dotnet;
mod dpkg;
mod erlang;
mod go;
mod homebrew;
mod java;
mod locks;
mod luarocks;
mod nix;
mod node;
mod pacman;
mod php;
mod programs;
mod python;
mod r;
mod rpm;
mod ruby;
mod rust;

use crate::cataloger::Cataloger;

pub use locks::{lock_names, locked_packages, read_lock};

/// All catalogers. The order decides nothing: packages are sorted.
pub const CATALOGERS: &[&dyn Cataloger] = &[
    &apk::Apk,
    &conda::Conda,
    &cpan::Cpan,
    &dotnet::Dotnet,
    &dotnet::DotnetBundles,
    &dpkg::Dpkg,
    &erlang::Erlang,
    &go::Go,
    &homebrew::Homebrew,
    &java::Java,
    &locks::Locks,
    &luarocks::Luarocks,
    &nix::Nix,
    &node::Node,
    &pacman::Pacman,
    &php::Php,
    &programs::Programs,
    &python::Python,
    &r::R,
    &rpm::Rpm,
    &ruby::Ruby,
    &rust::Rust,
];
