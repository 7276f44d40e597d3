//! Debian's versions: `[epoch:]upstream[-revision]`. Policy 5.6.12, as dpkg compares them.

use std::cmp::Ordering;

use super::Order;

/// Debian's order. Own code, as the crates for it bring a calendar and a second compile of regular expressions.
pub(super) struct Deb;

impl Order for Deb {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (parts(left)?, parts(right)?);
        Some(
            left.epoch
                .cmp(&right.epoch)
                .then_with(|| compare(left.upstream, right.upstream))
                .then_with(|| compare(left.revision, right.revision)),
        )
    }
}

struct Parts<'a> {
    epoch: u32,
    upstream: &'a [u8],
    revision: &'a [u8],
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let text = text.trim();
    let (epoch, rest) = match text.split_once(':') {
        Some((epoch, rest)) => (epoch.parse::<u32>().ok()?, rest),
        None => (0, text),
    };
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b".+-~:".contains(&byte);
    let sound = !upstream.is_empty() && upstream.bytes().all(known) && revision.bytes().all(known);
    sound.then_some(Parts { epoch, upstream: upstream.as_bytes(), revision: revision.as_bytes() })
}

/// Text and numbers by turns; `~` before the end, the end before letters, letters before all else.
fn compare(mut left: &[u8], mut right: &[u8]) -> Ordering {
    while !left.is_empty() || !right.is_empty() {
        let is_text = |bytes: &[u8]| bytes.first().is_some_and(|byte| !byte.is_ascii_digit());
        while is_text(left) || is_text(right) {
            let found = weight(left.first()).cmp(&weight(right.first()));
            if found != Ordering::Equal {
                return found;
            }
            left = left.get(1..).unwrap_or_default();
            right = right.get(1..).unwrap_or_default();
        }
        let (first, second) = (number(&mut left), number(&mut right));
        let found = first.len().cmp(&second.len()).then_with(|| first.cmp(second));
        if found != Ordering::Equal {
            return found;
        }
    }
    Ordering::Equal
}

fn weight(byte: Option<&u8>) -> i32 {
    match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    }
}

/// Takes the digits off the front; without leading zeros, so that a longer number is the larger one.
fn number<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    let (digits, rest) = bytes.split_at(end);
    *bytes = rest;
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}
