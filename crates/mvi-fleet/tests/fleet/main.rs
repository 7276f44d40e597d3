//! The fleet's memory as its users meet it: files on a disk, orders that are kept, questions that are answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot set its stage should stop

mod crash;
mod exports;
mod files;
mod lineage;
mod log;
mod organisms;
mod queries;
mod stage;
