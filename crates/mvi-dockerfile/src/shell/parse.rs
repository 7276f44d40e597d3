//! From a script to its syntax tree, which `brush-parser` makes.

use brush_parser::ast::Program;
use brush_parser::{ParseError, ParserOptions, TokenizerOptions, parse_tokens, uncached_tokenize_str};

use crate::shell::ScriptProblemKind;
use crate::shell::cases::opened;
use crate::shell::limits::{Refusal, Stack, check, padded, stack};

/// Why there is no tree.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: ScriptProblemKind,
    /// The character where it was noticed; `None` when that is the whole script.
    pub(super) character: Option<usize>,
    pub(super) message: String,
}

/// Parses a script, as bash would.
pub(super) fn parse(text: &str) -> Result<Program, Failure> {
    match stack(text) {
        Stack::Any => parse_here(text),
        Stack::TooMuch => Err(too_much()),
        Stack::Bytes(bytes) => std::thread::scope(|scope| {
            let parser = std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, || parse_here(text));
            parser.ok().and_then(|parser| parser.join().ok()).unwrap_or_else(|| Err(too_much()))
        }),
    }
}

fn too_much() -> Failure {
    let message = "the script is longer, or nested deeper, than is looked into".to_owned();
    Failure { kind: ScriptProblemKind::TooMuch, character: None, message }
}

fn parse_here(text: &str) -> Result<Program, Failure> {
    let plain = parse_with(text, false);
    // Patterns like `@(a|b)` are read only where there is no other way to read a script: `!(a)` may be a subshell.
    let patterned = |text: &str| ["@(", "!(", "?(", "+(", "*("].iter().any(|begin| text.contains(begin));
    let plain = match (&plain, opened(text)) {
        (Err(failure), Some(text)) if failure.kind == ScriptProblemKind::Syntax => parse_with(&text, false).or(plain),
        _ => plain,
    };
    match plain {
        Err(failure) if patterned(text) => parse_with(text, true).map_err(|_| failure),
        plain => plain,
    }
}

fn parse_with(text: &str, patterns: bool) -> Result<Program, Failure> {
    let options = TokenizerOptions { enable_extended_globbing: patterns, posix_mode: false, sh_mode: false };
    let tokens = uncached_tokenize_str(&padded(text), &options)
        .map_err(|error| syntax(error_place(&error.to_string()), error.to_string()))?;
    match check(&tokens) {
        Ok(()) => {}
        Err(Refusal::TooMuch) => return Err(too_much()),
        Err(Refusal::Unclosed) => return Err(syntax(None, "a parenthesis is not closed".to_owned())),
        Err(Refusal::Descriptor) => return Err(syntax(None, "there are no files of such a number".to_owned())),
    }
    let options = ParserOptions { enable_extended_globbing: patterns, ..ParserOptions::default() };
    parse_tokens(&tokens, &options).map_err(|error| match error {
        ParseError::ParsingNear(position) => {
            syntax(Some(position.index), "this is no shell script from here on".to_owned())
        }
        // Also where the last word but one is wrong.
        ParseError::ParsingAtEndOfInput => syntax(None, "this is no shell script, or its end is missing".to_owned()),
        ParseError::Tokenizing { inner, position } => syntax(position.map(|place| place.index), inner.to_string()),
    })
}

fn syntax(character: Option<usize>, message: String) -> Failure {
    Failure { kind: ScriptProblemKind::Syntax, character, message }
}

/// The character after the last comma of a message that ends with a place, `… at 1,17`, in a script of one line.
fn error_place(message: &str) -> Option<usize> {
    let (_, place) = message.rsplit_once(' ')?;
    let (line, column) = place.split_once(',')?;
    if line != "1" {
        return None;
    }
    column.parse::<usize>().ok()?.checked_sub(1)
}
