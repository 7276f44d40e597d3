//! `# check=skip=…;error=true;experimental=…`, as `docker build --check` reads it: at the top of a file for all of it,
//! before an instruction for that one.

use crate::finding::{Finding, Level};
use crate::rule::RuleMeta;
use crate::rules::rule_of;
use crate::syntax::Dockerfile;

/// What one directive says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terms {
    skipped: Names,
    experimental: Names,
    is_error: bool,
}

/// Names of checks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Names {
    All,
    These(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Names {
    fn parse(text: &str) -> Self {
        match text.trim() {
            "all" => Self::All,
            names => Self::These(names.split(',').map(|name| name.trim().to_owned()).collect()),
        }
    }

    fn has(&self, meta: &RuleMeta) -> bool {
        match self {
            Self::All => checks(meta).next().is_some(),
            Self::These(names) => checks(meta).any(|check| names.iter().any(|name| name == check)),
        }
    }
}

/// Names that `docker build --check` knows a rule by.
fn checks(meta: &RuleMeta) -> impl Iterator<Item = &'static str> + use<> {
    meta.twins.iter().copied().filter(|twin| twin.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

impl Terms {
    /// `None` when the builder would not take it.
    fn parse(value: &str) -> Option<Self> {
        let mut terms = Self::default();
        for part in value.split(';') {
            let (key, value) = part.split_once('=')?;
            match key.trim() {
                "skip" => terms.skipped = Names::parse(value),
                "experimental" => terms.experimental = Names::parse(value),
                "error" => terms.is_error = is_true(value.trim())?,
                _ => return None,
            }
        }
        Some(terms)
    }
}

/// As Go's `strconv.ParseBool`.
fn is_true(word: &str) -> Option<bool> {
    match word {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// What all such directives of a file say.
pub(crate) struct CheckDirectives {
    file: Terms,
    /// By instruction, in order.
    instructions: Vec<(usize, Terms)>,
}

impl CheckDirectives {
    pub(crate) fn read(file: &Dockerfile) -> Self {
        let top = file.directives().iter().find(|directive| directive.name == "check");
        let mut instructions = Vec::new();
        for comment in file.comments().iter().filter(|comment| comment.inside.is_none()) {
            let Some(rest) = comment.text.strip_prefix("check") else { continue };
            let Some(value) = rest.trim_start().strip_prefix('=') else { continue };
            let value = value.trim_start().split(' ').next().unwrap_or_default();
            let next = file.instructions().partition_point(|one| one.span.end < comment.span.start);
            instructions.extend(Terms::parse(value).map(|terms| (next, terms)));
        }
        Self { file: top.and_then(|top| Terms::parse(&top.value)).unwrap_or_default(), instructions }
    }

    /// Whether a rule that waits to be asked is asked for.
    pub(crate) fn asks_for(&self, meta: &RuleMeta) -> bool {
        self.file.experimental.has(meta)
    }

    /// Keeps a finding back, or makes it an error, where a directive says so; rules that the builder does not have are
    /// none of its business.
    pub(crate) fn judge(&self, file: &Dockerfile, mut finding: Finding) -> Option<Finding> {
        let Some(meta) = rule_of(&finding.code).filter(|meta| checks(meta).next().is_some()) else {
            return Some(finding);
        };
        let at = file.instructions().partition_point(|one| one.span.end < finding.span.start);
        let own = self.instructions.iter().filter(|(instruction, _)| *instruction == at);
        if self.file.skipped.has(meta) || own.clone().any(|(_, terms)| terms.skipped.has(meta)) {
            return None;
        }
        if self.file.is_error {
            finding.level = Level::Error;
        }
        Some(finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_builder_would_not_take_says_nothing() {
        assert!(Terms::parse("skip=A,B;error=true").is_some_and(|terms| terms.is_error));
        assert_eq!(Terms::parse("skip"), None);
        assert_eq!(Terms::parse("skip=A;error=yes"), None);
        assert_eq!(Terms::parse("skop=A"), None);
    }
}
