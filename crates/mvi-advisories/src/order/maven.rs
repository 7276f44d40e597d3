//! Maven's versions: `ComparableVersion` of Maven 3.9, a tree of numbers and words.

use std::cmp::Ordering;

use super::Order;
use super::text::{by_value, is_number};

/// The order of Maven. Own code, as the crate for it is not kept.
pub(super) struct Maven;

/// Longest version, bytes; as a hyphen opens a list in a list, it is also how deep they go.
const LONGEST: usize = 256;
/// Words in their order; the empty one is the release, unknown words come after all of them.
const WORDS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
/// Words that mean the release.
const RELEASE: [&str; 3] = ["ga", "final", "release"];

impl Order for Maven {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (left.trim(), right.trim());
        let sound = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_whitespace);
        (sound(left) && sound(right)).then(|| lists(&parse(left), &parse(right)))
    }
}

/// A piece of a version.
#[derive(Debug, Clone)]
enum Item {
    Number(String),
    Word(String),
    /// A word and the number after it.
    Both(String, String),
    List(Vec<Item>),
}

/// The pieces of a version: a hyphen, and a change between digits and letters, opens a list.
fn parse(text: &str) -> Vec<Item> {
    let mut reader = Reader { open: vec![Vec::new()] };
    let text = text.to_lowercase();
    let (mut start, mut digits, mut both) = (0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '.' | '-' if at == start => {
                reader.add(Item::Number(String::new()));
                (start, both) = (at + 1, false);
                if letter == '-' {
                    reader.deeper();
                }
            }
            '.' => {
                reader.add(item(&text[start..at], digits, both));
                (start, both) = (at + 1, false);
            }
            '-' => {
                // Nothing between two signs is zero.
                let number_follows = text[at + 1..].starts_with(|next: char| next.is_ascii_digit() || next == '.');
                if !digits && number_follows && !RELEASE.contains(&&text[start..at]) {
                    // X-1 is read as X1.
                    both = true;
                    continue;
                }
                if digits || both || !RELEASE.contains(&&text[start..at]) || !number_follows {
                    reader.add(item(&text[start..at], digits, both));
                    reader.deeper();
                }
                (start, both) = (at + 1, false);
            }
            '0'..='9' => {
                if !digits && at > start {
                    both = true;
                    reader.deeper();
                }
                digits = true;
            }
            _ => {
                if digits && at > start {
                    reader.add(item(&text[start..at], true, both));
                    (start, both) = (at, false);
                    reader.deeper();
                }
                digits = false;
            }
        }
    }
    if start < text.len() {
        if !digits {
            reader.deeper();
        }
        reader.add(item(&text[start..], digits, both));
    }
    reader.end()
}

/// Lists that are open, the innermost last.
struct Reader {
    open: Vec<Vec<Item>>,
}

impl Reader {
    fn add(&mut self, item: Item) {
        if let Some(last) = self.open.last_mut() {
            last.push(item);
        }
    }

    /// Opens a list in a list that has something.
    fn deeper(&mut self) {
        if self.open.last().is_some_and(|last| !last.is_empty()) {
            self.open.push(Vec::new());
        }
    }

    fn end(mut self) -> Vec<Item> {
        while let Some(mut list) = self.open.pop() {
            normalise(&mut list);
            match self.open.last_mut() {
                Some(outer) => outer.push(Item::List(list)),
                None => return list,
            }
        }
        Vec::new()
    }
}

/// Takes away zeros that say nothing: at the end, and before words.
fn normalise(list: &mut Vec<Item>) {
    for at in (0..list.len()).rev() {
        let is_null = match &list[at] {
            Item::Number(digits) => digits.is_empty(),
            Item::Word(word) => word.is_empty(),
            Item::List(items) => items.is_empty(),
            Item::Both(..) => false,
        };
        let goes = is_null
            && match list.get(at + 1) {
                None | Some(Item::Word(_)) => true,
                Some(Item::List(items)) => matches!(items.first(), Some(Item::Word(_) | Item::Both(..))),
                Some(Item::Number(_) | Item::Both(..)) => false,
            };
        if goes {
            list.remove(at);
        }
    }
}

fn item(text: &str, digits: bool, both: bool) -> Item {
    let bare = |digits: &str| digits.trim_start_matches('0').to_owned();
    if both {
        let text = text.replace('-', "");
        let (word, number) = text.split_at(text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len()));
        let word = match word {
            "a" => "alpha",
            "b" => "beta",
            "m" => "milestone",
            word => word,
        };
        return Item::Both(alias(word), bare(number));
    }
    if digits && is_number(text) { Item::Number(bare(text)) } else { Item::Word(alias(text)) }
}

fn alias(word: &str) -> String {
    match word {
        "cr" => "rc".to_owned(),
        word if RELEASE.contains(&word) => String::new(),
        word => word.to_owned(),
    }
}

/// Words as Maven compares them: those it knows, then the others by their letters.
fn words(left: &str, right: &str) -> Ordering {
    let place = |word: &str| WORDS.iter().position(|known| *known == word).unwrap_or(WORDS.len());
    place(left).cmp(&place(right)).then_with(|| left.cmp(right))
}

fn lists(left: &[Item], right: &[Item]) -> Ordering {
    let orders = (0..left.len().max(right.len())).map(|at| match (left.get(at), right.get(at)) {
        (Some(left), Some(right)) => items(left, right),
        (Some(left), None) => to_nothing(left),
        (None, Some(right)) => to_nothing(right).reverse(),
        (None, None) => Ordering::Equal,
    });
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn to_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(digits) => digits.len().min(1).cmp(&0),
        Item::Word(word) | Item::Both(word, _) => words(word, ""),
        Item::List(items) => items.iter().map(to_nothing).find(|order| order.is_ne()).unwrap_or(Ordering::Equal),
    }
}

fn items(left: &Item, right: &Item) -> Ordering {
    // Words, words with numbers, lists, numbers.
    let kind = |item: &Item| match item {
        Item::Word(_) | Item::Both(..) => 0,
        Item::List(_) => 1,
        Item::Number(_) => 2,
    };
    match (left, right) {
        (Item::Number(left), Item::Number(right)) => by_value(left, right),
        (Item::Word(left), Item::Word(right)) => words(left, right),
        (Item::Word(left), Item::Both(right, _)) => words(left, right).then(Ordering::Less),
        (Item::Both(left, _), Item::Word(right)) => words(left, right).then(Ordering::Greater),
        (Item::Both(left, one), Item::Both(right, other)) => words(left, right).then_with(|| by_value(one, other)),
        (Item::List(left), Item::List(right)) => lists(left, right),
        (left, right) => kind(left).cmp(&kind(right)),
    }
}
