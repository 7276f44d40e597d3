//! The catalogers: one package manager, one file, one line in the table.

mod apk;
mod conda;
mod cpan;
mod dotnet;
mod dpkg;
mod erlang;
mod homebrew;
mod locks;
mod luarocks;
mod nix;
mod node;
mod pacman;
mod php;
mod python;
mod r;
mod rpm;
mod ruby;

use crate::cataloger::Cataloger;

/// All catalogers. The order decides nothing: packages are sorted.
pub const CATALOGERS: &[&dyn Cataloger] = &[
    &apk::Apk,
    &conda::Conda,
    &cpan::Cpan,
    &dotnet::Dotnet,
    &dpkg::Dpkg,
    &erlang::Erlang,
    &homebrew::Homebrew,
    &locks::Locks,
    &luarocks::Luarocks,
    &nix::Nix,
    &node::Node,
    &pacman::Pacman,
    &php::Php,
    &python::Python,
    &r::R,
    &rpm::Rpm,
    &ruby::Ruby,
];
