//! Sealed records as others see them: in files that get damaged, and in programs that are not ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot make its record should stop

mod folder;
mod independent;
mod sample;
mod tamper;
