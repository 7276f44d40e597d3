//! Recognising a piece of a file that was read before without reading it again, as git's index does.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, SystemTime};

use xxhash_rust::xxh3::xxh3_128;

/// A file as the kernel tells it apart, its last change, and a range of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RangeIdentity {
    key: u128,
}

/// A file that changed this shortly before is not recognised: a second change could carry the same time.
const SETTLED: Duration = Duration::from_secs(2);

impl RangeIdentity {
    /// `None` when the file changed so recently that a change could go unnoticed.
    pub(super) fn of(file: &File, start: u64, length: u64, now: SystemTime) -> Option<Self> {
        let metadata = file.metadata().ok()?;
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(metadata.ctime()).ok()?);
        if changed + SETTLED > now {
            return None;
        }
        let mut bytes = Vec::with_capacity(80);
        for part in [metadata.dev(), metadata.ino(), metadata.size(), start, length] {
            bytes.extend_from_slice(&part.to_le_bytes());
        }
        for part in [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()] {
            bytes.extend_from_slice(&part.to_le_bytes());
        }
        Some(Self { key: xxh3_128(&bytes) })
    }

    /// The name it is remembered under.
    pub(super) fn file_name(&self) -> String {
        format!("{:032x}", self.key)
    }
}
