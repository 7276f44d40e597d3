//! Comments that speak to a linter: `# hadolint ignore=…` as hadolint reads it, and `# mvi: ignore[…]` with its terms.

use jiff::civil::Date;

use crate::span::Span;
use crate::syntax::Dockerfile;

/// A comment that keeps findings from being told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pragma {
    /// The comment.
    pub span: Span,
    /// What it is about.
    pub reach: Reach,
    /// Codes, twins or names of rules, each with its place.
    pub rules: Vec<(String, Span)>,
    /// How long it counts and why.
    pub terms: Terms,
}

/// How far a pragma reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The instruction it is in, else the next one.
    Instruction,
    /// From the next instruction to the end of its stage: `# hadolint stage ignore=`.
    Stage,
    /// The whole file: `# hadolint global ignore=`.
    File,
}

/// What a pragma says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    /// Hadolint's know no end and no reason.
    Hadolint,
    /// Ours need both; one that lacks either does not count.
    Mvi {
        /// The first day on which it no longer counts.
        until: Option<Date>,
        /// Why it is there.
        reason: Option<String>,
    },
}

/// A comment that means to be a pragma and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The comment.
    pub span: Span,
    /// What is wrong with it.
    pub message: &'static str,
}

/// All pragmas of a file, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pragmas {
    /// Those that were understood.
    pub pragmas: Vec<Pragma>,
    /// Those that were not.
    pub flaws: Vec<Flaw>,
}

impl Pragmas {
    /// Reads the comments of a file.
    #[must_use]
    pub fn read(file: &Dockerfile) -> Self {
        let mut found = Self::default();
        for comment in file.comments() {
            let text = comment.span.of(file.text());
            match Reader::new(text, comment.span).pragma() {
                Some(Ok(pragma)) => found.pragmas.push(pragma),
                Some(Err(message)) => found.flaws.push(Flaw { span: comment.span, message }),
                None => {}
            }
        }
        found
    }
}

impl Terms {
    /// Whether a pragma with these terms counts on a day; where the day is not known, nothing has run out.
    #[must_use]
    pub fn counts(&self, today: Option<Date>) -> bool {
        match self {
            Self::Hadolint => true,
            Self::Mvi { until: Some(until), reason: Some(_) } => today.is_none_or(|today| today < *until),
            Self::Mvi { .. } => false,
        }
    }
}

/// The shell a comment names: `# hadolint shell=powershell`.
#[must_use]
pub fn shell_of(comment: &str) -> Option<&str> {
    let rest = comment.trim_start_matches('#').trim_start_matches(BLANK);
    let rest = rest.strip_prefix("hadolint")?;
    let rest = after_blank(rest)?.strip_prefix("shell")?.trim_start_matches(BLANK);
    let rest = rest.strip_prefix('=')?.trim_start_matches(BLANK);
    let shell = rest.split(BLANK).next().filter(|shell| !shell.is_empty())?;
    is_end(&rest[shell.len()..]).then_some(shell)
}

const BLANK: [char; 2] = [' ', '\t'];
const HADOLINT_FORM: &str = "hadolint takes no notice of this: it wants `# hadolint ignore=DL3008,SC2086`";
const FORM: &str = "this is not `# mvi: ignore[CODE] until=2027-01-31 reason=WHY`";
const DATE: &str = "`until=` wants a day, as 2027-01-31";

/// The rest after one blank or more.
fn after_blank(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(BLANK);
    (rest.len() < text.len()).then_some(rest)
}

/// Whether nothing follows, or a comment in the comment.
fn is_end(rest: &str) -> bool {
    let rest = rest.trim_matches([' ', '\t', '\r']);
    rest.is_empty() || rest.starts_with('#')
}

/// Reads one comment from its beginning.
struct Reader<'a> {
    /// The comment.
    whole: &'a str,
    span: Span,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(whole: &'a str, span: Span) -> Self {
        let rest = whole.trim_start_matches(BLANK).trim_start_matches('#').trim_start_matches(BLANK);
        Self { whole, span, rest: rest.trim_end_matches(['\r', '\n']) }
    }

    fn pragma(mut self) -> Option<Result<Pragma, &'static str>> {
        if let Some(rest) = self.rest.strip_prefix("hadolint") {
            self.rest = after_blank(rest)?;
            let reach = self.reach();
            self.rest = self.rest.strip_prefix("ignore")?;
            return Some(self.hadolint(reach).ok_or(HADOLINT_FORM));
        }
        self.rest = self.rest.strip_prefix("mvi:")?.trim_start_matches(BLANK);
        let reach = self.reach();
        match self.rest.strip_prefix("ignore") {
            Some(rest) => {
                self.rest = rest;
                Some(self.ours(reach))
            }
            None => Some(Err(FORM)),
        }
    }

    fn reach(&mut self) -> Reach {
        for (word, reach) in [("stage", Reach::Stage), ("global", Reach::File)] {
            if let Some(rest) = self.rest.strip_prefix(word).and_then(after_blank) {
                self.rest = rest;
                return reach;
            }
        }
        Reach::Instruction
    }

    /// `=CODE,CODE # comment`: hadolint's grammar, `Pragma.hs`, with our names allowed as well.
    fn hadolint(mut self, reach: Reach) -> Option<Pragma> {
        self.skip_blanks();
        self.rest = self.rest.strip_prefix('=')?;
        let rules = self.rules()?;
        is_end(self.rest).then_some(Pragma { span: self.span, reach, rules, terms: Terms::Hadolint })
    }

    /// `[CODE, CODE] until=DAY reason=WHY`
    fn ours(mut self, reach: Reach) -> Result<Pragma, &'static str> {
        self.skip_blanks();
        self.rest = self.rest.strip_prefix('[').ok_or(FORM)?;
        let rules = self.rules().ok_or(FORM)?;
        self.rest = self.rest.strip_prefix(']').ok_or(FORM)?;
        let (mut until, mut reason) = (None, None);
        loop {
            self.skip_blanks();
            if let Some(rest) = self.rest.strip_prefix("until=") {
                let word = rest.split(BLANK).next().unwrap_or_default();
                until = Some(word.parse::<Date>().map_err(|_| DATE)?);
                self.rest = &rest[word.len()..];
            } else if let Some(rest) = self.rest.strip_prefix("reason=") {
                // The reason is all there is, up to an `until=` behind it.
                let end = rest.rfind(" until=").unwrap_or(rest.len());
                let text = rest[..end].trim().trim_matches('"');
                reason = (!text.is_empty()).then(|| text.to_owned());
                self.rest = &rest[end..];
            } else if self.rest.is_empty() {
                return Ok(Pragma { span: self.span, reach, rules, terms: Terms::Mvi { until, reason } });
            } else {
                return Err(FORM);
            }
        }
    }

    /// Names between commas, at least one.
    fn rules(&mut self) -> Option<Vec<(String, Span)>> {
        let mut rules = Vec::new();
        loop {
            self.skip_blanks();
            let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
            let end = self.rest.find(|character| !is_name(character)).unwrap_or(self.rest.len());
            if end == 0 {
                return None;
            }
            let start = self.span.start + (self.whole.len() - self.trimmed() - self.rest.len()) as u32;
            rules.push((self.rest[..end].to_owned(), Span::new(start, start + end as u32)));
            self.rest = &self.rest[end..];
            self.skip_blanks();
            match self.rest.strip_prefix(',') {
                Some(rest) => self.rest = rest,
                None => return Some(rules),
            }
        }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(BLANK);
    }

    /// Bytes of a line's end that [`Reader::new`] took away.
    fn trimmed(&self) -> usize {
        self.whole.len() - self.whole.trim_end_matches(['\r', '\n']).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(comment: &str) -> Option<Result<Pragma, &'static str>> {
        Reader::new(comment, Span::new(100, 100 + comment.len() as u32)).pragma()
    }

    fn check(comment: &str, reach: Reach, rules: &[&str], terms: &Terms) {
        let pragma = read(comment).and_then(Result::ok);
        let found = pragma.as_ref().map(|pragma| {
            let names: Vec<_> = pragma.rules.iter().map(|(name, _)| name.as_str()).collect();
            for (name, span) in &pragma.rules {
                assert_eq!(&comment[span.start as usize - 100..span.end as usize - 100], name);
            }
            (pragma.reach, names, &pragma.terms)
        });
        assert_eq!(found, Some((reach, rules.to_vec(), terms)), "{comment}");
    }

    #[test]
    fn hadolints_are_read_as_hadolint_reads_them() {
        let (one, all) = (Reach::Instruction, Reach::File);
        check("# hadolint ignore=DL3008", one, &["DL3008"], &Terms::Hadolint);
        check("#hadolint ignore = DL3008 , SC2046\r", one, &["DL3008", "SC2046"], &Terms::Hadolint);
        check("#\thadolint\tignore=DL3008 # as agreed", one, &["DL3008"], &Terms::Hadolint);
        check("# hadolint global ignore=DL3008", all, &["DL3008"], &Terms::Hadolint);
        check("# hadolint stage ignore=DL3057", Reach::Stage, &["DL3057"], &Terms::Hadolint);
        for flawed in ["# hadolint ignore=DL3008 as agreed", "# hadolint ignore=", "# hadolint ignore DL3008"] {
            assert_eq!(read(flawed), Some(Err(HADOLINT_FORM)), "{flawed}");
        }
        for other in ["# hadolint", "# hadolint is fine", "# see hadolint ignore=DL3008", "# hadolintignore=DL3008"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn ours_have_terms() {
        let until = Some(jiff::civil::date(2027, 1, 1));
        let whole = Terms::Mvi { until, reason: Some("no fixed version yet".into()) };
        let one = Reach::Instruction;
        check("# mvi: ignore[DL3008] until=2027-01-01 reason=no fixed version yet", one, &["DL3008"], &whole);
        check(
            "# mvi:ignore[a-b, REC-02] reason=\"no fixed version yet\" until=2027-01-01",
            one,
            &["a-b", "REC-02"],
            &whole,
        );
        check("# mvi: global ignore[X]", Reach::File, &["X"], &Terms::Mvi { until: None, reason: None });
        check("# mvi: ignore[X] reason= ", one, &["X"], &Terms::Mvi { until: None, reason: None });
        for flawed in ["# mvi: ignore", "# mvi: ignore[]", "# mvi: ignore[X", "# mvi: ignore[X] forever", "# mvi: skip"]
        {
            assert_eq!(read(flawed), Some(Err(FORM)), "{flawed}");
        }
        assert_eq!(read("# mvi: ignore[X] until=soon reason=y"), Some(Err(DATE)));
    }

    #[test]
    fn an_exception_ends_on_its_day() {
        let (before, day) = (jiff::civil::date(2026, 12, 31), jiff::civil::date(2027, 1, 1));
        let terms = Terms::Mvi { until: Some(day), reason: Some("x".into()) };
        assert!(terms.counts(Some(before)) && terms.counts(None) && !terms.counts(Some(day)));
        assert!(!Terms::Mvi { until: None, reason: Some("x".into()) }.counts(Some(before)));
        assert!(Terms::Hadolint.counts(Some(day)));
    }

    #[test]
    fn a_shell_may_be_named() {
        assert_eq!(shell_of("# hadolint shell=powershell"), Some("powershell"));
        assert_eq!(shell_of("# hadolint shell = /bin/bash # why"), Some("/bin/bash"));
        assert_eq!(shell_of("# hadolint shell=a b"), None);
        assert_eq!(shell_of("# shell=a"), None);
    }
}
