//! Ruby's versions: numbers and words between full stops; a word makes a version older than without. Gem::Version.

use std::cmp::Ordering;

use super::Order;

/// The order of RubyGems. Own code, as no kept crate has it.
pub(super) struct Gem;

impl Order for Gem {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (segments(left)?, segments(right)?);
        let at = |segments: &[Segment], index: usize| segments.get(index).cloned().unwrap_or(Segment::ZERO);
        let length = left.len().max(right.len());
        let orders = (0..length).map(|index| at(&left, index).cmp(&at(&right, index)));
        Some(orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
    }
}

/// A piece of a version; every word is older than every number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Word(String),
    /// Digits without leading zeros, by their count first.
    Number(usize, String),
}

impl Segment {
    const ZERO: Self = Self::Number(0, String::new());
}

/// The pieces of a version, zeros at the end of its numbers and of all that follows them left out; none for what is no
/// version.
fn segments(text: &str) -> Option<Vec<Segment>> {
    let text = text.trim();
    if !is_version(text) {
        return None;
    }
    let text = text.replace('-', ".pre.");
    let mut numbers = Vec::new();
    let mut rest = Vec::new();
    let mut letters = text.as_str();
    while let Some(first) = letters.chars().next() {
        let same = |letter: char| {
            if first.is_ascii_digit() { letter.is_ascii_digit() } else { letter.is_ascii_alphabetic() }
        };
        let end = letters.find(|letter| !same(letter)).unwrap_or(letters.len());
        if end == 0 {
            letters = &letters[1..];
            continue;
        }
        let (piece, after) = letters.split_at(end);
        letters = after;
        let segment = if first.is_ascii_digit() {
            let digits = piece.trim_start_matches('0');
            Segment::Number(digits.len(), digits.to_owned())
        } else {
            Segment::Word(piece.to_owned())
        };
        let group = if rest.is_empty() && matches!(segment, Segment::Number(..)) { &mut numbers } else { &mut rest };
        group.push(segment);
    }
    for group in [&mut numbers, &mut rest] {
        while group.last() == Some(&Segment::ZERO) {
            group.pop();
        }
    }
    numbers.extend(rest);
    Some(numbers)
}

/// `Gem::Version::ANCHORED_VERSION_PATTERN`: a number, then numbers and words, then what follows a hyphen. Nothing is 0.
fn is_version(text: &str) -> bool {
    let (release, pre) = text.split_once('-').map_or((text, None), |(release, pre)| (release, Some(pre)));
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut parts = release.split('.');
    let starts = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let hyphened = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    text.is_empty() || (starts && parts.all(word) && pre.is_none_or(|pre| pre.split('.').all(hyphened)))
}
