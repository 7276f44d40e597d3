//! Flags: `--name=value` between a keyword and its arguments, and which of them each instruction has.

use crate::span::Span;
use crate::syntax::body::Word;
use crate::syntax::context::Context;
use crate::syntax::keyword::Keyword;
use crate::syntax::logical::{Map, Slice};
use crate::syntax::model::{Flag, ProblemKind};
use crate::syntax::words::unquote;

/// A flag, and where each byte of its value is in the logical line.
pub(crate) struct Raw {
    pub(crate) flag: Flag,
    pub(crate) map: Map,
}

/// The flags at the beginning of a line's arguments, and the rest of them.
pub(crate) fn take<'a>(context: &Context<'_>, slice: Slice<'a>) -> (Vec<Raw>, Slice<'a>) {
    let mut flags = Vec::new();
    let mut rest = slice.trim();
    while rest.text.starts_with("--") {
        let (word, map, length) = dequoted(rest, context.escape);
        let next = rest.cut(length, rest.text.len()).trim();
        if word == "--" {
            return (flags, next);
        }
        flags.push(flag(context, rest.cut(0, length), &word, &map));
        rest = next;
    }
    (flags, rest)
}

/// The first word without its quotes and escapes, which here mean the same in both kinds of quotes; where its bytes are
/// in the logical line; and its length as it is written.
fn dequoted(slice: Slice<'_>, escape: char) -> (String, Map, usize) {
    let (mut word, mut map) = (String::new(), Map::piece(slice.at as u32));
    let mut quote = None;
    let mut chars = slice.text.char_indices();
    while let Some((at, char)) = chars.next() {
        if quote.is_none() && char.is_ascii_whitespace() {
            return (word, map, at);
        }
        let taken = if char == escape {
            chars.next()
        } else if quote == Some(char) {
            quote = None;
            None
        } else if quote.is_none() && (char == '"' || char == '\'') {
            quote = Some(char);
            None
        } else {
            Some((at, char))
        };
        if let Some((at, char)) = taken {
            map.push(word.len(), (slice.at + at) as u32);
            word.push(char);
        }
    }
    (word, map, slice.text.len())
}

fn flag(context: &Context<'_>, slice: Slice<'_>, word: &str, map: &Map) -> Raw {
    let span = context.span(slice);
    let Some(equals) = word.find('=') else {
        let flag = Flag { name: word[2..].to_owned(), value: None, span, word: None };
        return Raw { flag, map: Map::default() };
    };
    let value = word[equals + 1..].to_owned();
    // The value as it is written begins behind its `=`, with its quotes.
    let written = map.place(equals) as usize + 1 - slice.at;
    let raw = slice.cut(written, slice.text.len());
    let place = context.map.span(raw.at, raw.end());
    let has_variables = unquote(&value, context.escape).has_variables;
    let word_of_value = Word { text: value.clone(), raw: raw.text.to_owned(), span: place, has_variables };
    let name = word.get(2..equals).unwrap_or_default().to_owned();
    let flag = Flag { name, value: Some(value), span, word: Some(word_of_value) };
    Raw { flag, map: map.cut(equals + 1, word.len()) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `--link`, `--link=false`
    Switch,
    /// `--from=x`, once
    Text,
    /// `--mount=x`, as often as one likes
    List,
}

/// The flags of an instruction.
const fn known(keyword: Keyword) -> &'static [(&'static str, Kind)] {
    use Kind::{List, Switch, Text};
    match keyword {
        Keyword::From => &[("platform", Text)],
        Keyword::Run => &[("mount", List), ("network", Text), ("security", Text), ("device", List)],
        Keyword::Copy => &[
            ("from", Text),
            ("chown", Text),
            ("chmod", Text),
            ("link", Switch),
            ("parents", Switch),
            ("exclude", List),
        ],
        Keyword::Add => &[
            ("chown", Text),
            ("chmod", Text),
            ("link", Switch),
            ("keep-git-dir", Switch),
            ("checksum", Text),
            ("unpack", Switch),
            ("exclude", List),
        ],
        Keyword::Healthcheck => &[
            ("interval", Text),
            ("timeout", Text),
            ("start-period", Text),
            ("start-interval", Text),
            ("retries", Text),
        ],
        _ => &[],
    }
}

/// Tells of flags that the instruction does not have, has twice, or whose values cannot be.
pub(crate) fn check(context: &mut Context<'_>, keyword: Keyword, flags: &[Flag]) {
    if keyword == Keyword::Unknown {
        return;
    }
    for (index, flag) in flags.iter().enumerate() {
        let name = &flag.name;
        let Some((_, kind)) = known(keyword).iter().find(|(known, _)| known == name) else {
            context.problem(flag.span, ProblemKind::Flag, format!("{} has no flag `--{name}`", keyword.name()));
            continue;
        };
        // No keyword has more than a handful of flags that may stand only once.
        let twice = *kind != Kind::List && flags[..index].iter().take(64).any(|earlier| earlier.name == *name);
        if twice {
            context.problem(flag.span, ProblemKind::Flag, format!("`--{name}` is there twice"));
        } else if let Some(why) = wrong(*kind, flag) {
            context.problem(flag.span, ProblemKind::Flag, why);
        }
    }
}

fn wrong(kind: Kind, flag: &Flag) -> Option<String> {
    let name = &flag.name;
    let Some(value) = flag.value.as_deref() else {
        return (kind != Kind::Switch).then(|| format!("`--{name}` needs a value"));
    };
    let right = match (kind, name.as_str()) {
        (Kind::Switch, _) => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
        (_, "network") => matches!(value, "default" | "none" | "host"),
        (_, "security") => matches!(value, "sandbox" | "insecure"),
        (_, "interval" | "timeout" | "start-period" | "start-interval") => is_duration(value),
        (_, "retries") => value.is_empty() || value.parse::<u32>().is_ok_and(|retries| i32::try_from(retries).is_ok()),
        _ => true,
    };
    (!right).then(|| format!("`{value}` is no value of `--{name}`"))
}

/// Whether a text is a duration as Go writes it, and not shorter than a millisecond unless it is nothing.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() || rest == "0" {
        return text == rest;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let Ok(number) = rest[..digits].parse::<f64>() else { return false };
        const UNITS: [(&str, f64); 7] =
            [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
        let unit = UNITS.iter().find(|(unit, _)| rest[digits..].starts_with(unit));
        let Some((unit, length)) = unit else { return false };
        seconds += number * length;
        rest = &rest[digits + unit.len()..];
    }
    seconds == 0.0 || seconds >= 1e-3
}

/// The span of the file that a piece of a flag's value covers.
pub(crate) fn place(context: &Context<'_>, raw: &Raw, start: usize, end: usize) -> Span {
    let line = raw.map.span(start, end);
    context.map.span(line.start as usize, line.end as usize)
}
