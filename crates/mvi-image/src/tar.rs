//! The tar format, read as a stream that never holds a file: headers here, bodies left in the source.

mod entry;
mod header;
mod pax;
mod reader;

pub(crate) use entry::Entry;
pub(crate) use header::{BLOCK, Header, is_zero};
pub use reader::TarError;
pub(crate) use reader::TarReader;
