//! What the public interface says about small images that are built in the tests, byte by byte.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot build its image should stop

mod archive;
mod efficiency;
mod entry;
mod errors;
mod laws;
mod look;
mod memory;
mod memory_damage;
mod merge;
mod merge_links;
mod model;
mod platforms;
mod rootfs;
mod stored;
mod study;
mod tar;
mod tar_damage;
mod waste;
