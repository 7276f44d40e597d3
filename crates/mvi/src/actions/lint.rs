//! Linting many files: finding them, reading them, judging and repairing each, in parallel and in order.

mod align;
mod baseline;
mod bases;
mod cost;
mod find;
mod folder;
mod law;
mod manifest;
mod note;
mod one;
mod registry;
mod run;
mod shellcheck;
mod surroundings;
mod versions;

pub(crate) use baseline::{Baseline, BaselineWriter};
pub(crate) use bases::{add_bases, asks_for_bases};
pub(crate) use cost::Costs;
pub(crate) use find::{Target, find};
pub(crate) use law::Law;
pub(crate) use one::{Linted, Outcome};
pub(crate) use registry::{add_register, add_roms};
pub(crate) use run::{Bench, LintJob, Mend, run};
pub(crate) use shellcheck::Shellcheck;
pub(crate) use surroundings::Surroundings;
pub(crate) use versions::base_versions;
