//! Versions that are rows of numbers: R's (`numeric_version`) and Haskell's (`Data.Version`); a longer row is newer.

use std::cmp::Ordering;

use super::Order;
use super::text::{by_value, is_number};

/// Numbers between full stops and hyphens. Own code: ten lines.
pub(super) struct Numeric;

impl Order for Numeric {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let numbers = |text: &str| text.trim().split(['.', '-']).all(is_number);
        if !numbers(left) || !numbers(right) {
            return None;
        }
        let (mut left, mut right) = (left.trim().split(['.', '-']), right.trim().split(['.', '-']));
        loop {
            let found = match (left.next(), right.next()) {
                (None, None) => return Some(Ordering::Equal),
                (Some(left), Some(right)) => by_value(left, right),
                (left, right) => left.is_some().cmp(&right.is_some()),
            };
            if found != Ordering::Equal {
                return Some(found);
            }
        }
    }
}
