//! Python's versions: PEP 440. Spellings older than it are no versions, as for `packaging` since 22.

use std::cmp::Ordering;
use std::str::FromStr as _;

use pep440_rs::Version;

use super::Order;

pub(super) struct Pypi;

impl Order for Pypi {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let version = |text: &str| Version::from_str(text).ok();
        Some(version(left)?.cmp(&version(right)?))
    }
}
