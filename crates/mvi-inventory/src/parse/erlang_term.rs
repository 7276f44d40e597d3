//! Terms of Erlang as its tools write them into files: atoms, texts, binaries, numbers, tuples, lists and maps.

/// A term; of a map nothing is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term<'a> {
    Atom(&'a str),
    /// A text or a binary, without its escapes resolved.
    Text(&'a str),
    /// A number, or what is not looked into.
    Other,
    Tuple(Vec<Term<'a>>),
    List(Vec<Term<'a>>),
}

/// Terms in terms, at most.
const DEEPEST: usize = 40;

/// The first term of a file; none when it is none, does not end, or is nested too deeply. Syntax: Erlang Reference Manual,
/// "Data Types".
pub(super) fn parse_term(bytes: &[u8]) -> Option<Term<'_>> {
    let text = std::str::from_utf8(bytes).ok()?;
    Reader { rest: text }.term(0)
}

impl<'a> Term<'a> {
    pub(super) fn tuple(&self) -> Option<&[Term<'a>]> {
        match self {
            Self::Tuple(items) => Some(items),
            Self::Atom(_) | Self::Text(_) | Self::Other | Self::List(_) => None,
        }
    }

    /// An atom or a text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Atom(text) | Self::Text(text) => Some((*text).to_owned()),
            Self::Other | Self::Tuple(_) | Self::List(_) => None,
        }
    }

    /// The atoms and texts of a list.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().filter_map(Term::text).collect(),
            Self::Atom(_) | Self::Text(_) | Self::Other | Self::Tuple(_) => Vec::new(),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn term(&mut self, depth: usize) -> Option<Term<'a>> {
        self.blanks();
        if depth > DEEPEST {
            return None;
        }
        match self.rest.chars().next()? {
            '{' => self.items("{", '}', depth).map(Term::Tuple),
            '[' => self.items("[", ']', depth).map(Term::List),
            '#' => {
                self.rest = &self.rest[1..];
                self.items("{", '}', depth).map(|_| Term::Other)
            }
            '"' => self.quoted('"').map(Term::Text),
            '\'' => self.quoted('\'').map(Term::Atom),
            '<' => self.binary(),
            first if first.is_lowercase() => {
                Some(Term::Atom(self.word(|it| it.is_alphanumeric() || matches!(it, '_' | '@' | '.'))))
            }
            first if first.is_ascii_digit() || matches!(first, '-' | '+') => {
                self.rest = &self.rest[1..];
                // `16#ff` and `1.5e-3` are numbers as well; a full stop before a blank ends the term.
                self.word(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '#' | '-' | '+'));
                Some(Term::Other)
            }
            _ => None,
        }
    }

    /// Terms between brackets; those of maps come in pairs with `=>`, those of improper lists end after `|`.
    fn items(&mut self, open: &str, close: char, depth: usize) -> Option<Vec<Term<'a>>> {
        self.rest = self.rest.strip_prefix(open)?;
        let mut items = Vec::new();
        loop {
            self.blanks();
            if let Some(rest) = self.rest.strip_prefix(close) {
                self.rest = rest;
                return Some(items);
            }
            items.push(self.term(depth + 1)?);
            self.blanks();
            let separators = [",", "=>", ":=", "|"];
            if let Some(rest) = separators.iter().find_map(|separator| self.rest.strip_prefix(separator)) {
                self.rest = rest;
            } else if !self.rest.starts_with(close) {
                return None;
            }
        }
    }

    /// `<<"text"/utf8>>`, or numbers, which are not looked at.
    fn binary(&mut self) -> Option<Term<'a>> {
        self.rest = self.rest.strip_prefix("<<")?;
        self.blanks();
        let text = if self.rest.starts_with('"') { Term::Text(self.quoted('"')?) } else { Term::Other };
        let end = self.rest.find(">>")?;
        self.rest = &self.rest[end + 2..];
        Some(text)
    }

    fn quoted(&mut self, quote: char) -> Option<&'a str> {
        let inside = &self.rest[1..];
        let mut escaped = false;
        let end = inside.find(|character| {
            let closes = character == quote && !escaped;
            escaped = character == '\\' && !escaped;
            closes
        })?;
        self.rest = &inside[end + 1..];
        Some(&inside[..end])
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !belongs(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Steps over blanks and comments.
    fn blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('%') {
                return;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }
}
