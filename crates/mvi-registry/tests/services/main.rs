//! Images that podman holds: through its service's socket, and straight from its storage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot set its table should stop

mod podman;
mod socket;
mod storage;
