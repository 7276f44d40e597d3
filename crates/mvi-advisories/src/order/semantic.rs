//! Semantic versions as npm, Cargo, Go, Hex and Pub write them: numbers of any size, a leading `v` or `=`, missing numbers
//! for zero.

use std::cmp::Ordering;

use super::Order;
use super::text::{by_value, is_number};

/// Semantic Versioning 2.0.0: what follows `+` has no rank. Own code, as the kept crates end at 64 bits.
pub(super) struct Semantic;
/// The same, but what follows `+` counts last, as Dart's `pub_semver` has it; and there may be more than three numbers.
pub(super) struct Pub;
/// .NET's: four numbers, words in any case. No kept crate has it.
pub(super) struct Nuget;

impl Order for Semantic {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (read(left, 3)?, read(right, 3)?);
        Some(left.numbers(&right).then_with(|| pre_release(left.pre, right.pre)))
    }
}

impl Order for Pub {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (read(left, usize::MAX)?, read(right, usize::MAX)?);
        let build = || match (left.build, right.build) {
            (Some(left), Some(right)) => words(left, right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        };
        Some(left.numbers(&right).then_with(|| pre_release(left.pre, right.pre)).then_with(build))
    }
}

impl Order for Nuget {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (left.to_ascii_lowercase(), right.to_ascii_lowercase());
        let (left, right) = (split(&left)?, split(&right)?);
        let sound =
            |parts: &Parts<'_>| parts.numbers.split('.').count() <= 4 && parts.numbers.split('.').all(is_number);
        (sound(&left) && sound(&right)).then(|| left.numbers(&right).then_with(|| pre_release(left.pre, right.pre)))
    }
}

/// A version cut into its parts.
struct Parts<'a> {
    numbers: &'a str,
    pre: Option<&'a str>,
    build: Option<&'a str>,
}

impl Parts<'_> {
    /// Missing numbers are zeros.
    fn numbers(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = (self.numbers.split('.'), other.numbers.split('.'));
        loop {
            match (left.next(), right.next()) {
                (None, None) => return Ordering::Equal,
                (left, right) => match by_value(left.unwrap_or("0"), right.unwrap_or("0")) {
                    Ordering::Equal => {}
                    differing => return differing,
                },
            }
        }
    }
}

/// Cuts a version; nothing where a part has signs that no version has.
fn split(text: &str) -> Option<Parts<'_>> {
    let text = text.trim().trim_start_matches('=').trim_start().trim_start_matches('v').trim_start();
    let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (numbers, pre) = rest.split_once('-').map_or((rest, None), |(numbers, pre)| (numbers, Some(pre)));
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let sound = |words: &str| words.split('.').all(|word| !word.is_empty() && word.bytes().all(known));
    (pre.is_none_or(sound) && build.is_none_or(sound)).then_some(Parts { numbers, pre, build })
}

/// A version with at most so many numbers; by section 2 and 9 none of them begins with a needless zero.
fn read(text: &str, most: usize) -> Option<Parts<'_>> {
    let parts = split(text)?;
    let needless = |word: &str| word.len() > 1 && word.starts_with('0') && is_number(word);
    let sound = parts.numbers.split('.').count() <= most
        && parts.numbers.split('.').all(|number| is_number(number) && !needless(number))
        && parts.pre.is_none_or(|pre| !pre.split('.').any(needless));
    sound.then_some(parts)
}

/// A version with words is older than the same without.
fn pre_release(left: Option<&str>, right: Option<&str>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => words(left, right),
        (left, right) => left.is_none().cmp(&right.is_none()),
    }
}

/// Section 11.4: numbers by value and before words, words by their bytes, more are newer.
fn words(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let found = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (Some(left), Some(right)) => match (is_number(left), is_number(right)) {
                (true, true) => by_value(left, right),
                (false, false) => left.cmp(right),
                (left, right) => right.cmp(&left),
            },
            (left, right) => left.is_some().cmp(&right.is_some()),
        };
        if found != Ordering::Equal {
            return found;
        }
    }
}
