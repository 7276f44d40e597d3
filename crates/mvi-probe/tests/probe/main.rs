//! Real containers of real runtimes: measured, misbehaving, killed; and nothing of them left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)] // a test that cannot build its image should stop

#[path = "../../../mvi-image/tests/images/archive.rs"]
mod archive;
mod bench;
#[path = "../../../mvi-image/tests/images/entry.rs"]
mod entry;
mod runs;
mod unpacked;
