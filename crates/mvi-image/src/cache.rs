//! The layer memory: facts on disk, by digest and analyser version. It can be deleted at any time; whatever is wrong
//! with it costs a recomputation, never an error.

mod claims;
mod format;
mod identity;
mod store;

pub use store::{CacheInfo, LayerCache};

pub(crate) use store::BlobNote;

pub(crate) use identity::RangeIdentity;
