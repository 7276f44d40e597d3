//! What the shell parser is not given: it descends into nested text, and tries some of it twice at every level, so that
//! time and stack have to be bounded before it begins. All counts here are upper bounds.

use std::borrow::Cow;

use brush_parser::Token;

/// Bytes of the longest script that is parsed.
const BYTES: usize = 1 << 20;

/// `$(`, `${` and `$[` of a script; the tokenizer may descend into every one.
const OPENERS: usize = 4096;

/// Heredocs of a script, and bytes of the longest one that has any: the tokenizer reads their words once a line.
const HEREDOCS: usize = 256;
const HEREDOC_BYTES: usize = 64 << 10;

/// Openers times bytes: the tokenizer copies a text once for every level it is in.
const COPIES: usize = 64 << 20;

/// Compound commands inside each other.
const DEPTH: usize = 40;

/// How often the parser may read a token, of small scripts and of large ones.
const STEPS: usize = 1 << 16;
const TRIES: usize = 64;

/// `esac` before a parenthesis, which may be a pattern instead.
const SNEAKY: usize = 8;

/// Openers up to which the stack of any thread will do.
const SMALL: usize = 48;

/// Bytes of stack for one level of the tokenizer.
const LEVEL: usize = 16 << 10;

/// Words after which a command may begin.
const LEADERS: [&str; 12] =
    ["then", "do", "else", "elif", "if", "while", "until", "!", "{", "time", "function", "coproc"];

/// How much stack it takes to cut a text into tokens, if it may be done at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stack {
    /// As little as there is.
    Any,
    /// This many bytes.
    Bytes(usize),
    /// More than is given.
    TooMuch,
}

/// What a text needs.
pub(super) fn stack(text: &str) -> Stack {
    let bytes = text.as_bytes();
    let openers = bytes.windows(2).filter(|two| two[0] == b'$' && matches!(two[1], b'(' | b'{' | b'[')).count();
    let heredocs = heredocs(text);
    let heavy = heredocs > HEREDOCS || (heredocs > 0 && bytes.len() > HEREDOC_BYTES);
    if bytes.len() > BYTES || openers > OPENERS || openers * bytes.len() > COPIES || heavy {
        Stack::TooMuch
    } else if openers <= SMALL {
        Stack::Any
    } else {
        Stack::Bytes((1 << 20) + openers * LEVEL)
    }
}

/// `<<`, whatever it means.
fn heredocs(text: &str) -> usize {
    text.as_bytes().windows(2).filter(|two| two == b"<<").count()
}

/// The text with as many newlines behind it as the tokenizer may read too far: where heredocs begin inside `$(`, it takes
/// for a closing bracket whatever comes, once for every bracket and heredoc, and must not find the end of the text.
pub(super) fn padded(text: &str) -> Cow<'_, str> {
    let heredocs = heredocs(text);
    if heredocs == 0 || !text.contains('$') {
        return Cow::Borrowed(text);
    }
    let brackets = text.bytes().filter(|byte| matches!(byte, b')' | b']' | b'}')).count();
    Cow::Owned(format!("{text}{}", "\n".repeat(brackets + 2 * heredocs + 2)))
}

/// Why tokens are not given to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    TooMuch,
    /// A parenthesis that is not closed: no shell takes that, and the parser would try it in every way there is.
    Unclosed,
    /// A file descriptor that is none; the parser takes it for a number.
    Descriptor,
}

/// What is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Parenthesis,
    Test,
    /// The same once more for every operator inside `[[`.
    Operator,
    Case,
    For,
    Other,
}

/// Whether the parser may have these tokens.
pub(super) fn check(tokens: &[Token]) -> Result<(), Refusal> {
    let mut nesting = Nesting::default();
    for (index, token) in tokens.iter().enumerate() {
        let around = Around {
            twice_before: index.checked_sub(2).map(|at| &tokens[at]),
            before: index.checked_sub(1).map(|at| &tokens[at]),
            next: tokens.get(index + 1),
        };
        if is_odd_descriptor(token, around.next) {
            return Err(Refusal::Descriptor);
        }
        nesting.closed = match token {
            Token::Operator(operator, _) => nesting.operator(operator),
            Token::Word(word, _) => nesting.word(word, &around),
        };
        let tries = 1_usize.checked_shl(nesting.twice() as u32).unwrap_or(usize::MAX);
        let steps = tokens.len().saturating_mul(tries);
        if nesting.open.len() > DEPTH || (tries > TRIES && steps > STEPS) {
            return Err(Refusal::TooMuch);
        }
    }
    if nesting.open.contains(&Open::Parenthesis) { Err(Refusal::Unclosed) } else { Ok(()) }
}

/// The tokens beside one.
struct Around<'a> {
    twice_before: Option<&'a Token>,
    before: Option<&'a Token>,
    next: Option<&'a Token>,
}

#[derive(Default)]
struct Nesting {
    open: Vec<Open>,
    /// Whether the token before closed something.
    closed: bool,
    sneaky: usize,
}

impl Nesting {
    /// Open commands that the parser may read more than once.
    fn twice(&self) -> usize {
        self.open.iter().filter(|one| matches!(one, Open::Parenthesis | Open::Case | Open::For)).count()
    }

    fn last(&self, is_it: impl Fn(Open) -> bool) -> Option<usize> {
        self.open.iter().rposition(|one| is_it(*one))
    }

    /// Opens and closes what an operator does; tells whether something was closed.
    fn operator(&mut self, operator: &str) -> bool {
        match operator {
            "(" => self.open.push(Open::Parenthesis),
            ")" => {
                // The end of a pattern closes nothing.
                let pattern = self.last(|one| one == Open::Case);
                let nearest = self.last(|one| one == Open::Parenthesis);
                if let Some(nearest) = nearest.filter(|nearest| pattern.is_none_or(|pattern| pattern < *nearest)) {
                    self.open.truncate(nearest);
                }
            }
            "&&" | "||" if self.open.contains(&Open::Test) => self.open.push(Open::Operator),
            _ => {}
        }
        false
    }

    /// The same for a word. It opens something wherever a command might begin, and closes something only where one must.
    fn word(&mut self, word: &str, around: &Around<'_>) -> bool {
        match word {
            "!" if self.open.contains(&Open::Test) => self.open.push(Open::Operator),
            "]]" if ends_test(around) => return self.close(|one| one == Open::Test),
            "esac" | "fi" | "done" | "}" if self.closed || after_separator(around.before) => {
                if word != "esac" {
                    return self.close(|one| matches!(one, Open::Other | Open::For));
                }
                let pattern = matches!(around.next, Some(Token::Operator(next, _)) if next == ")" || next == "|");
                self.sneaky += usize::from(pattern);
                return self.sneaky <= SNEAKY && self.close(|one| one == Open::Case);
            }
            _ if !may_begin(around) => {}
            "[[" => self.open.push(Open::Test),
            "case" => self.open.push(Open::Case),
            "for" => self.open.push(Open::For),
            "if" | "while" | "until" | "{" | "coproc" | "function" => self.open.push(Open::Other),
            _ => {}
        }
        false
    }

    /// Closes the nearest of a kind, and nothing across a parenthesis or test.
    fn close(&mut self, is_it: impl Fn(Open) -> bool) -> bool {
        let wall = self.last(|one| matches!(one, Open::Parenthesis | Open::Test));
        match self.last(is_it) {
            Some(nearest) if wall.is_none_or(|wall| wall <= nearest) => {
                self.open.truncate(nearest);
                true
            }
            _ => false,
        }
    }
}

/// Whether a command may begin here.
fn may_begin(around: &Around<'_>) -> bool {
    let named = matches!(around.twice_before, Some(Token::Word(word, _)) if word == "function" || word == "coproc");
    match around.before {
        None => true,
        Some(Token::Operator(operator, _)) => {
            !operator.starts_with(['<', '>']) && operator != "&>" && operator != "&>>"
        }
        Some(Token::Word(word, _)) => named || LEADERS.contains(&word.as_str()),
    }
}

/// Whether a command has just ended, whatever came before.
fn after_separator(before: Option<&Token>) -> bool {
    let Some(Token::Operator(operator, _)) = before else { return false };
    matches!(operator.as_str(), ";" | "\n" | "&" | ";;" | ";&" | ";;&")
}

/// Whether `]]` cannot be an operand here.
fn ends_test(around: &Around<'_>) -> bool {
    let compares = |word: &str| matches!(word, "=" | "==" | "!=" | "=~");
    let option = |word: &str| word.len() <= 3 && word.starts_with('-');
    match around.before {
        None => false,
        Some(Token::Operator(operator, _)) => operator == ")" || operator == "\n",
        Some(Token::Word(word, _)) if option(word) => {
            matches!(around.twice_before, Some(Token::Word(before, _)) if compares(before))
        }
        Some(Token::Word(word, _)) => !compares(word) && word != "!" && word != "[[",
    }
}

/// Digits before a redirect that are not a small number.
fn is_odd_descriptor(token: &Token, next: Option<&Token>) -> bool {
    let (Token::Word(word, _), Some(Token::Operator(operator, _))) = (token, next) else { return false };
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    operator.starts_with(['<', '>']) && digits && !(1..=9).contains(&word.len())
}
