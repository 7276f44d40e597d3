//! Readers of the records that package managers leave behind: bytes in, records and problems out, never an error.

pub mod apk_installed;
pub mod apk_world;
pub(crate) mod body;
pub mod cargo_audit;
pub mod composer;
pub mod conda_meta;
mod deb822;
pub mod deps_json;
pub mod direct_url;
pub mod dotnet_bundle;
pub mod dpkg_status;
pub mod elf;
pub mod erlang_app;
mod erlang_term;
pub mod extended_states;
pub mod gemspec;
pub mod go_build;
pub mod homebrew;
pub mod java;
mod json;
pub mod known_programs;
pub mod locks;
pub mod md5sums;
pub mod nix_path;
pub mod os_release;
pub mod package_json;
pub mod pacman_desc;
mod pages;
pub mod perl_install;
mod problem;
pub mod python_imports;
pub mod python_metadata;
pub mod python_record;
pub mod r_description;
pub mod rockspec;
mod rpm_bdb;
pub mod rpm_database;
pub mod rpm_header;
mod rpm_ndb;
mod rpm_sqlite;

mod zip_directory;

pub use problem::{Problem, ProblemKind};
