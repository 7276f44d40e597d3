//! The fleet as its users meet it: arguments in; output, exit code and store out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)] // a test that cannot be set up should stop

mod advisories;
mod agreement;
#[path = "../../../mvi-image/tests/images/archive.rs"]
mod archive;
mod costs;
mod crowd;
#[path = "../cli/desk.rs"]
mod desk;
#[path = "../../../mvi-registry/tests/registries/distribution.rs"]
mod distribution;
#[path = "../../../mvi-closure/tests/composition/elf.rs"]
mod elf;
#[path = "../../../mvi-image/tests/images/entry.rs"]
mod entry;
mod findings;
#[path = "../../../mvi-image/tests/corpus/fixtures.rs"]
mod fixtures;
mod golden;
mod interrupted;
mod layout;
#[path = "../../../mvi-registry/tests/services/podman.rs"]
mod podman;
mod pods;
mod questions;
mod rebuilt;
mod register;
mod registry;
mod roms;
mod scan;
mod schema;
mod services;
mod snapshots;
mod stage;
mod store;
