//! `mvi lint` as its users meet it: files in, findings, repairs and exit codes out.
#![allow(clippy::unwrap_used, clippy::panic, dead_code)] // a test that cannot write its files should stop

mod acceptance;
#[path = "../../../mvi-image/tests/images/archive.rs"]
mod archive;
mod cost;
mod desk;
#[path = "../../../mvi-image/tests/images/entry.rs"]
mod entry;
mod exit_codes;
#[path = "../schemas/follow.rs"]
mod follow;
mod formats;
mod hostile;
mod inventory;
mod lsp;
mod reference;
mod repairs;
mod settings;
mod shellcheck;
mod surroundings;
