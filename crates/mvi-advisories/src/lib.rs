//! Advisories: how ecosystems order versions, what feeds say, one index of all of it, and which packages are affected. Where
//! a version cannot be ordered the answer is that nobody knows.

mod advisory;
mod ecosystem;
mod feed;
mod image;
mod import;
pub mod index;
mod matching;
mod order;
mod osv;
mod package;
mod severity;
mod vex;

pub use advisory::{Advisory, Entry, State};
pub use ecosystem::{ECOSYSTEMS, Ecosystem, Release, ecosystem_of};
pub use feed::kev::Exploited;
pub use feed::{FeedKind, ImportLimits, Shape, shape_of};
pub use image::{Coverage, PackageFindings, coverage, matches};
pub use import::{Counts, Feed, FeedSource, FeedStatus, Import, Reject};
pub use index::{Finding, Index, IndexError, IndexLock, Match, Severity, Verdict};
pub use matching::{Answer, Hit, affects};
pub use order::{Order, Scheme};
pub use osv::{Affected, AffectedPackage, Event, OsvError, OsvRecord, Range, RangeKind};
pub use package::{Coordinates, key};
pub use severity::{Level, decisive, score};
pub use vex::{Product, SubjectNames, VEX_BYTES, VexDocument, VexError, VexStatement, VexStatus, read_vex};
