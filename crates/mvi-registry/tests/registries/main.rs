//! Registries that are real (Debian's docker-registry, images pushed by skopeo) and registries that lie.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot set its table should stop

mod anonymous;
mod artifacts;
mod counting;
mod desk;
mod distribution;
mod download;
mod hostile;
mod layout;
mod patience;
mod proxy;
mod server;
mod tls;
mod tokens;
