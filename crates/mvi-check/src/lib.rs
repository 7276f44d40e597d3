//! What is unwise about an image: secrets in it, who it runs as, who may become root, what was left behind. Pure: layers
//! that were read with a [`CheckCollector`] in, findings out.

mod accounts;
mod check;
mod collector;
mod config;
mod files;
mod finding;
mod history;
mod secrets;

pub use accounts::{Account, parse_accounts};
pub use check::{Evidence, Step, check};
pub use collector::CheckCollector;
pub use finding::{CHECKPOINTS, Checkpoint, Finding, Level, Twin};
pub use secrets::{
    Certainty, Leak, Leaks, Place, Secret, TOKENS, TokenForm, assigned_in_words, leaks, secrets_in_file,
    secrets_in_text,
};
