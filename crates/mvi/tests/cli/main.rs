//! The program as its users meet it: arguments in; output, exit code and files out.
#![allow(clippy::unwrap_used, clippy::panic, dead_code)] // a test that cannot build its image should stop

#[path = "../../../mvi-image/tests/images/archive.rs"]
mod archive;
mod crq;
mod desk;
mod elsewhere;
#[path = "../../../mvi-image/tests/images/entry.rs"]
mod entry;
mod exit_codes;
mod full_disk;
mod help;
mod interrupted;
mod json;
mod killed;
mod pull;
mod schema;
mod seal;
mod snapshots;
mod standard;
mod terminal;
