//! What loaders find in small made-up systems.
#![allow(clippy::unwrap_used)] // a test that cannot make its system should stop

mod hostile;
mod rules;
mod system;
