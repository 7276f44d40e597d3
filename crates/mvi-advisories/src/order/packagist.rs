//! Composer's versions: numbers, then `dev`, `alpha`, `beta`, `RC`, nothing, `patch`; PHP's `version_compare` over what
//! composer/semver normalises.

use std::cmp::Ordering;

use super::Order;
use super::text::{by_value, is_number, run};

/// The order of Packagist. Own code, as no kept crate has it.
pub(super) struct Packagist;

/// Numbers of a normalised version.
const NUMBERS: usize = 4;

impl Order for Packagist {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        match (branch(left), branch(right)) {
            (Some(left), Some(right)) => return (left == right).then_some(Ordering::Equal),
            (Some(_), None) => return pieces(right).map(|_| Ordering::Less),
            (None, Some(_)) => return pieces(left).map(|_| Ordering::Greater),
            (None, None) => {}
        }
        let (left, right) = (pieces(left)?, pieces(right)?);
        let at = |pieces: &[Piece], index: usize| pieces.get(index).cloned().unwrap_or(Piece::End);
        let orders = (0..left.len().max(right.len())).map(|index| at(&left, index).cmp(&at(&right, index)));
        Some(orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
    }
}

/// The name of a branch, which is older than every version and has no place among branches.
fn branch(text: &str) -> Option<&str> {
    text.trim().strip_prefix("dev-")
}

/// A piece of a version, in PHP's order of them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Dev,
    Alpha,
    Beta,
    Candidate,
    End,
    Number(String),
    Patch,
}

impl Piece {
    fn rank(&self) -> u8 {
        match self {
            Self::Dev => 0,
            Self::Alpha => 1,
            Self::Beta => 2,
            Self::Candidate => 3,
            Self::End => 4,
            Self::Number(_) => 5,
            Self::Patch => 6,
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => by_value(left, right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// The pieces of a version, its numbers filled up with zeros; nothing where a word is unknown.
fn pieces(text: &str) -> Option<Vec<Piece>> {
    let text = text.trim();
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let text = text.split('+').next().unwrap_or_default();
    let mut found = Vec::new();
    let mut numbers = 0;
    for part in text.split(['.', '-', '_']) {
        let mut rest = part;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(run(rest));
            rest = after;
            let piece = piece_of(piece)?;
            if matches!(piece, Some(Piece::Number(_))) && found.len() == numbers {
                numbers += 1;
            }
            found.extend(piece);
        }
    }
    if numbers == 0 {
        return None;
    }
    let zeros = std::iter::repeat_n(Piece::Number("0".to_owned()), NUMBERS.saturating_sub(numbers));
    found.splice(numbers..numbers, zeros);
    Some(found)
}

/// A piece; none for `stable`, which says nothing.
fn piece_of(text: &str) -> Option<Option<Piece>> {
    if is_number(text) {
        return Some(Some(Piece::Number(text.to_owned())));
    }
    Some(Some(match text.to_ascii_lowercase().as_str() {
        "dev" => Piece::Dev,
        "a" | "alpha" => Piece::Alpha,
        "b" | "beta" => Piece::Beta,
        "rc" => Piece::Candidate,
        "p" | "pl" | "patch" => Piece::Patch,
        "stable" => return Some(None),
        _ => return None,
    }))
}
