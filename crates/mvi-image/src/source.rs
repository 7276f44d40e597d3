//! Where images come from. Everything below this module touches files; nothing above it does.

mod archive;
mod directory;
mod docker;
mod documents;
mod location;
pub(crate) mod members;
mod oci;
mod open;
mod platform;
mod rootfs;
mod stream;

pub use documents::{Config, HistoryEntry, RuntimeConfig};
pub use location::{Location, Scheme};
pub use open::{OpenOptions, open};
pub use platform::{Platform, PlatformChoice};
