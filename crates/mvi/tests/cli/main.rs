//! The program as its users meet it: arguments in; output, exit code and files out.
#![allow(clippy::unwrap_used, clippy::panic, dead_code)] // a test that cannot build its image should stop

#[path = "../../../mvi-image/tests/images/archive.rs"]
mod archive;
mod build;
mod build_event;
mod check;
mod crq;
mod db;
mod desk;
mod diff;
mod docker;
#[path = "../../../mvi-closure/tests/composition/elf.rs"]
mod elf;
mod elsewhere;
#[path = "../../../mvi-image/tests/images/entry.rs"]
mod entry;
mod exit_codes;
#[path = "../schemas/follow.rs"]
mod follow;
mod full_disk;
mod help;
mod interrupted;
mod json;
mod killed;
mod musl;
mod needs;
mod pack;
mod packed;
mod predict;
mod probe;
mod pull;
mod reached;
mod sbom;
mod schema;
mod seal;
mod small_disk;
mod snapshots;
mod spiral;
mod standard;
mod terminal;
mod tried;
mod vulns;
mod web;
