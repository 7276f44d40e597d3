//! Quotes, escapes and variables of words, replaced as BuildKit's lexer replaces them.

use crate::syntax::pattern::Pattern;
use crate::syntax::words::name_length;

/// How deep references may stand in each other.
const DEPTH: u32 = 32;

/// Bytes that one replacement may come to.
const LONGEST: usize = 32 << 10;

/// The value of a variable at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable<'file> {
    /// It has this value unless the build says otherwise.
    Known(&'file str),
    /// It has a value that only the build knows.
    Unknown,
    /// It is declared without a value, and unset unless the build gives it one.
    Given,
    /// It is not declared here; the base image may set it.
    Undeclared,
}

/// Who knows variables.
pub(crate) trait Lookup {
    /// The value of a variable.
    fn variable(&self, name: &str) -> Variable<'_>;
}

/// Knows none.
pub(crate) struct Nothing;

impl Lookup for Nothing {
    fn variable(&self, _: &str) -> Variable<'_> {
        Variable::Undeclared
    }
}

/// What a word becomes, and what was not known on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// References to unknown variables stay as they are written; so does a text that is malformed.
    pub text: String,
    /// Names of unknown variables, each once, in the order in which they appear.
    pub unknown: Vec<String>,
    /// Why BuildKit refuses the text, when it does.
    pub malformed: Option<&'static str>,
}

/// Whether quotes mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// They do, as in words.
    Remove,
    /// They do not, as in heredocs.
    Keep,
}

/// Reads one text from its beginning.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    pub(crate) at: usize,
    escape: char,
    quotes: Quotes,
    depth: u32,
    lookup: &'a dyn Lookup,
    pub(crate) unknown: Vec<String>,
}

/// Replaces everything in a text.
pub(crate) fn expand(text: &str, escape: char, quotes: Quotes, lookup: &dyn Lookup) -> Expanded {
    if !text.contains(['$', '\'', '"', escape]) {
        return Expanded { text: text.to_owned(), ..Expanded::default() };
    }
    let mut lexer = Lexer::new(text, escape, lookup);
    lexer.quotes = quotes;
    match lexer.until(None, false) {
        Ok(expanded) => Expanded { text: expanded, unknown: lexer.unknown, malformed: None },
        Err(why) => Expanded { text: text.to_owned(), unknown: lexer.unknown, malformed: Some(why) },
    }
}

type Piece<T> = Result<T, &'static str>;

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, escape: char, lookup: &'a dyn Lookup) -> Self {
        Self { text, at: 0, escape, quotes: Quotes::Remove, depth: 0, lookup, unknown: Vec::new() }
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    /// Up to a character, which is taken too, or to the end.
    fn until(&mut self, stop: Option<char>, raw_escapes: bool) -> Piece<String> {
        let mut result = String::new();
        while let Some(char) = self.peek() {
            if Some(char) == stop {
                self.next();
                return Ok(result);
            }
            match char {
                '$' => result.push_str(&self.dollar()?),
                '\'' if self.quotes == Quotes::Remove => result.push_str(self.single()?),
                '"' if self.quotes == Quotes::Remove => result.push_str(&self.double(raw_escapes)?),
                _ => {
                    self.next();
                    if char == self.escape {
                        if raw_escapes {
                            result.push(char);
                        }
                        result.extend(self.next());
                    } else {
                        result.push(char);
                    }
                }
            }
            if result.len() > LONGEST {
                return Err("it becomes too long");
            }
        }
        if stop.is_some() { Err("a brace or slash of a substitution is missing") } else { Ok(result) }
    }

    /// From a single quote to the next.
    pub(crate) fn single(&mut self) -> Piece<&'a str> {
        self.next();
        let rest = &self.text[self.at..];
        let end = rest.find('\'').ok_or("a single quote does not end")?;
        self.at += end + 1;
        Ok(&rest[..end])
    }

    /// From a double quote to the next that is not escaped.
    pub(crate) fn double(&mut self, raw_escapes: bool) -> Piece<String> {
        self.next();
        let mut result = String::new();
        loop {
            match self.peek().ok_or("a double quote does not end")? {
                '"' => {
                    self.next();
                    return Ok(result);
                }
                '$' => result.push_str(&self.dollar()?),
                char => {
                    self.next();
                    if char == self.escape {
                        match self.peek() {
                            Some(next) if next == '"' || next == '$' || next == self.escape => {
                                self.next();
                                if raw_escapes {
                                    result.push(char);
                                }
                                result.push(next);
                            }
                            Some(_) => result.push(char),
                            None => {}
                        }
                    } else {
                        result.push(char);
                    }
                }
            }
            if result.len() > LONGEST {
                return Err("it becomes too long");
            }
        }
    }

    /// From a dollar to the end of its reference.
    pub(crate) fn dollar(&mut self) -> Piece<String> {
        let start = self.at;
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            return Ok(if name.is_empty() { "$".to_owned() } else { self.plain(name, start) });
        }
        self.next();
        match self.peek() {
            None => return Err("the brace of a substitution is missing"),
            Some('{' | '}' | ':') => return Err("a substitution without a name"),
            Some(_) => {}
        }
        let name = self.name();
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("substitutions stand too deep in each other");
        }
        let result = match self.next().ok_or("the brace of a substitution is missing")? {
            '}' => Ok(self.plain(name, start)),
            ':' => match self.next() {
                Some(operator @ ('+' | '-' | '?')) => self.conditional(name, operator, true, start),
                _ => Err("a substitution that Dockerfiles do not have"),
            },
            operator @ ('+' | '-' | '?') => self.conditional(name, operator, false, start),
            operator @ ('#' | '%') => self.trimmed(name, operator, start),
            '/' => self.replaced(name, start),
            _ => Err("a substitution that Dockerfiles do not have"),
        };
        self.depth -= 1;
        result
    }

    /// The name of a variable or special parameter; may be empty.
    fn name(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = match rest.bytes().next() {
            Some(byte) if byte.is_ascii_digit() => rest.bytes().take_while(u8::is_ascii_digit).count(),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => 1,
            _ => name_length(rest),
        };
        self.at += length;
        &rest[..length]
    }

    /// A reference that stays as it is written.
    fn kept(&mut self, name: &str, start: usize) -> String {
        if !self.unknown.iter().any(|known| known == name) {
            self.unknown.push(name.to_owned());
        }
        self.text[start..self.at].to_owned()
    }

    fn plain(&mut self, name: &str, start: usize) -> String {
        match self.lookup.variable(name) {
            Variable::Known(value) => value.to_owned(),
            Variable::Unknown | Variable::Given | Variable::Undeclared => self.kept(name, start),
        }
    }

    fn conditional(&mut self, name: &str, operator: char, empty_is_unset: bool, start: usize) -> Piece<String> {
        let word = self.until(Some('}'), false)?;
        let set = match self.lookup.variable(name) {
            Variable::Known(value) => (!empty_is_unset || !value.is_empty()).then_some(value),
            Variable::Unknown => return Ok(self.kept(name, start)),
            Variable::Given | Variable::Undeclared => None,
        };
        Ok(match (operator, set) {
            ('-' | '?', Some(value)) => value.to_owned(),
            ('-', None) | ('+', Some(_)) => word,
            ('+', None) => String::new(),
            _ => self.kept(name, start),
        })
    }

    fn trimmed(&mut self, name: &str, operator: char, start: usize) -> Piece<String> {
        let word = self.until(Some('}'), true)?;
        let (word, longest) = word.strip_prefix(operator).map_or((word.as_str(), false), |word| (word, true));
        let pattern = Pattern::new(word);
        Ok(match self.lookup.variable(name) {
            Variable::Known(value) if operator == '#' => value[pattern.prefix(value, longest)..].to_owned(),
            Variable::Known(value) => value[..value.len() - pattern.suffix(value, longest)].to_owned(),
            Variable::Unknown | Variable::Given | Variable::Undeclared => self.kept(name, start),
        })
    }

    fn replaced(&mut self, name: &str, start: usize) -> Piece<String> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern = self.until(Some('/'), true)?;
        let replacement = self.until(Some('}'), true)?;
        let result = match self.lookup.variable(name) {
            Variable::Known(value) => Pattern::new(&pattern).replace(value, &replacement, all),
            Variable::Unknown | Variable::Given | Variable::Undeclared => self.kept(name, start),
        };
        if result.len() > LONGEST { Err("it becomes too long") } else { Ok(result) }
    }
}
