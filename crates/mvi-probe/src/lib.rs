//! Builds images with the builder that is there, runs them with the runtime that is there, and measures both.

pub mod build;
pub mod pack;
pub mod run;
pub mod stats;
pub mod unpack;
