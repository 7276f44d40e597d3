//! `mvi lint` as its users meet it: files in, findings, repairs and exit codes out.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot write its files should stop

mod acceptance;
mod desk;
mod exit_codes;
mod formats;
mod hostile;
mod inventory;
mod lsp;
mod reference;
mod repairs;
mod settings;
mod shellcheck;
mod surroundings;
