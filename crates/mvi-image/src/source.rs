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
mod store;
mod stream;

pub use documents::{Config, Healthcheck, HistoryEntry, RuntimeConfig};
pub use location::{Location, Scheme};
pub use open::{OpenOptions, open, open_stream};
pub use platform::{Platform, PlatformChoice};
pub(crate) use store::unverified;
pub use store::{BlobStore, StoreError, Top, UnpackedImage, UnpackedLayer, open_stored, open_unpacked};
