//! The library over whole images: real ones against umoci and against each other, hostile ones against what is
//! expected of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot find its image should stop

mod fixtures;
mod hostile;
mod reading;
mod sources;
mod umoci;
