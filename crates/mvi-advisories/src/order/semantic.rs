//! Semantic versions, with the forms that npm and OSV write: a leading `v` or `=`, and OSV's `0` for 0.0.0.

use std::cmp::Ordering;

use semver::Version;

use super::Order;

pub(super) struct Semantic;

impl Order for Semantic {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        // Build metadata has no rank (section 10), which `Ord` of the crate gives it.
        Some(read(left)?.cmp_precedence(&read(right)?))
    }
}

fn read(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches('=').trim_start().trim_start_matches('v').trim_start();
    Version::parse(text).ok().or_else(|| {
        let end = text.find(['-', '+']).unwrap_or(text.len());
        let (numbers, rest) = text.split_at(end);
        let missing = 3usize.checked_sub(numbers.split('.').count())?;
        Version::parse(&format!("{numbers}{}{rest}", ".0".repeat(missing))).ok()
    })
}
