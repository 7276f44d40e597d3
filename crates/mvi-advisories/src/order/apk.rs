//! Alpine's versions: `number{.number}[letter]{_suffix[number]}[~hash][-r number]`; apk-package(5) of apk-tools 3.

use std::cmp::Ordering;

use super::Order;

/// Alpine's order. Own code, as no kept crate has it.
pub(super) struct Apk;

/// Suffixes in their order; those before `RELEASE` make a version older than without.
const SUFFIXES: &[&str] = &["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"];
/// How many of them come before the release.
const BEFORE: usize = 4;

impl Order for Apk {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (tokens(left.trim())?, tokens(right.trim())?);
        let differing = left.iter().zip(&right).map(|(left, right)| left.compare(right));
        // Both end with `End`, which equals itself only: one of them differs unless all are equal.
        Some(differing.into_iter().find(|found| *found != Ordering::Equal).unwrap_or(Ordering::Equal))
    }
}

/// Pieces of a version; where two versions go on differently, the earlier kind is the newer version.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Token<'a> {
    First(&'a str),
    Number(&'a str),
    Letter(u8),
    Suffix(usize),
    SuffixNumber(&'a str),
    Hash(&'a str),
    Revision(&'a str),
    End,
}

impl Token<'_> {
    fn kind(&self) -> u8 {
        match self {
            Self::First(_) => 0,
            Self::Number(_) => 1,
            Self::Letter(_) => 2,
            Self::Suffix(_) => 3,
            Self::SuffixNumber(_) => 4,
            Self::Hash(_) => 5,
            Self::Revision(_) => 6,
            Self::End => 7,
        }
    }

    fn is_before_release(&self) -> bool {
        matches!(self, Self::Suffix(suffix) if *suffix < BEFORE)
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::First(left), Self::First(right))
            | (Self::SuffixNumber(left), Self::SuffixNumber(right))
            | (Self::Revision(left), Self::Revision(right)) => by_value(left, right),
            // As a fraction: 1.05 is older than 1.4.
            (Self::Number(left), Self::Number(right)) if left.starts_with('0') || right.starts_with('0') => {
                left.cmp(right)
            }
            (Self::Number(left), Self::Number(right)) => by_value(left, right),
            (Self::Letter(left), Self::Letter(right)) => left.cmp(right),
            (Self::Suffix(left), Self::Suffix(right)) => left.cmp(right),
            (Self::Hash(left), Self::Hash(right)) => left.cmp(right),
            _ => match (self.is_before_release(), other.is_before_release()) {
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                _ => other.kind().cmp(&self.kind()),
            },
        }
    }
}

/// Digits of any length by their value.
fn by_value(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// The pieces of a version, with an end; nothing for what is none.
fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut found = Vec::with_capacity(8);
    let mut rest = text;
    found.push(Token::First(digits(&mut rest)?));
    while let Some(after) = rest.strip_prefix('.') {
        rest = after;
        found.push(Token::Number(digits(&mut rest)?));
    }
    if let Some(letter) = rest.bytes().next().filter(u8::is_ascii_lowercase) {
        rest = rest.get(1..)?;
        found.push(Token::Letter(letter));
    }
    while let Some(after) = rest.strip_prefix('_') {
        let end = after.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        found.push(Token::Suffix(SUFFIXES.iter().position(|suffix| *suffix == name)?));
        rest = after;
        found.extend(digits(&mut rest).map(Token::SuffixNumber));
    }
    if let Some(after) = rest.strip_prefix('~') {
        let end = after.find(|digit: char| !matches!(digit, '0'..='9' | 'a'..='f')).unwrap_or(after.len());
        let (hash, after) = after.split_at(end);
        rest = after;
        found.push(Token::Hash(Some(hash).filter(|hash| !hash.is_empty())?));
    }
    if let Some(after) = rest.strip_prefix("-r") {
        rest = after;
        found.push(Token::Revision(digits(&mut rest)?));
    }
    found.push(Token::End);
    rest.is_empty().then_some(found)
}

/// Takes the digits off the front; nothing where there are none.
fn digits<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let end = rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    *rest = after;
    Some(digits)
}
