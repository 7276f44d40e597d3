//! What orders of versions have in common: digits of any length.

use std::cmp::Ordering;

/// Digits of any length by their value.
pub(super) fn by_value(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// True for digits alone, one at least.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where the run of digits, or of anything else, that the text begins with ends.
pub(super) fn run(text: &str) -> usize {
    let digits = text.starts_with(|letter: char| letter.is_ascii_digit());
    text.find(|letter: char| letter.is_ascii_digit() != digits).unwrap_or(text.len())
}
