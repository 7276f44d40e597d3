//! Builds images with the builder that is there, runs them with the runtime that is there, and measures both.

pub mod build;
mod own_folder;
pub mod pack;
mod program;
pub mod run;
pub mod stats;
pub mod unpack;

pub use own_folder::{OwnFolder, remove_abandoned};
