//! Files that are shipped and not visible, and what hid them.

use serde::{Deserialize, Serialize};

use super::Place;

/// Why shipped bytes are not visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Replaced by other content.
    Overwritten,
    /// Deleted by a whiteout of a later layer.
    DeletedLater,
    /// Replaced by the same bytes with the same attributes.
    IdenticalCopy,
    /// Replaced by the same bytes with other permissions or another owner: a `chmod` or `chown` layer.
    AttributesOnly,
    /// Written twice in one layer; the last one counts.
    SameLayer,
}

/// A file that is shipped and not visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenFile {
    /// The entry that ships it.
    pub place: Place,
    /// The layer that hid it.
    pub by_layer: u32,
    /// The entry that took its place; `None` for a whiteout and for a folder that no entry names.
    pub by_entry: Option<u32>,
    /// Why.
    pub reason: Reason,
    /// Bytes of its body.
    pub bytes: u64,
    /// True when content was compared by size and time only, because bodies were not read (`--no-verify`).
    pub likely: bool,
}
