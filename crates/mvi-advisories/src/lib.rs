//! Advisories: how ecosystems order versions, what OSV records say, and which packages they affect. Where a version
//! cannot be ordered the answer is that nobody knows.

mod ecosystem;
mod matching;
mod order;
mod osv;
mod package;

pub use ecosystem::{ECOSYSTEMS, Ecosystem, Release, ecosystem_of};
pub use matching::{Answer, Hit, affects};
pub use order::{Order, Scheme};
pub use osv::{Affected, AffectedPackage, Event, OsvError, OsvRecord, Range, RangeKind};
pub use package::{Coordinates, key};
