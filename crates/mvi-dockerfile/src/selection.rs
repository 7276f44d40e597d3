//! Which rules run and how bad their findings are, from what users write: codes, their beginnings, names, twins, groups.

use std::fmt;

use crate::finding::Level;
use crate::rule::{RuleMeta, Shown};
use crate::rules::{RULES, all_rules};

/// What a user says about rules, each a code (`MVI3008`), a twin (`DL3008`), a name (`pin-apt-versions`), the
/// beginning of a code or twin (`DL3`), a group (`practice`) or `ALL`; cases do not matter.
///
/// What names a rule more exactly wins; where two are equally exact, ignoring does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Rules that run, and no others; those that are on by themselves when empty.
    pub select: Vec<String>,
    /// Rules that do not run.
    pub ignore: Vec<String>,
    /// Levels in place of the rules' own; the last of equally exact ones counts. A rule with a level is on.
    pub levels: Vec<(String, Level)>,
}

/// A name that is no rule's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule, twin or group is called `{0}`")]
pub struct UnknownRule(pub String);

/// [`Choices`] worked out for every rule.
#[derive(Clone, PartialEq, Eq)]
pub struct Selection {
    /// As [`RULES`]: off, or on with a level in place of its own.
    rules: Vec<Choice>,
    /// For codes of other programs.
    choices: Choices,
}

/// What becomes of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It does not run.
    Off,
    /// It runs, and its findings are as bad as it says.
    On,
    /// It runs, and its findings are this bad.
    Level(Level),
}

impl Choice {
    /// The level of a finding that would be of this level; `None` when it is not wanted.
    #[must_use]
    pub fn level(self, own: Level) -> Option<Level> {
        match self {
            Self::Off => None,
            Self::On => Some(own),
            Self::Level(level) => Some(level),
        }
    }
}

impl Default for Selection {
    fn default() -> Self {
        Choices::default().resolve()
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.choices, out)
    }
}

impl Choices {
    /// The first name among them that is no rule's.
    ///
    /// # Errors
    /// That name. Codes of the shape `DL1234` and `SC1234` are always known.
    pub fn check(&self) -> Result<(), UnknownRule> {
        let levels = self.levels.iter().map(|(name, _)| name);
        let unknown = self.select.iter().chain(&self.ignore).chain(levels).find(|name| !is_known(name));
        unknown.map_or(Ok(()), |name| Err(UnknownRule(name.clone())))
    }

    /// Works them out; names that are no rule's do nothing.
    #[must_use]
    pub fn resolve(&self) -> Selection {
        let rules = RULES.iter().map(|rule| self.of(&Names::of(rule.meta()))).collect();
        Selection { rules, choices: self.clone() }
    }

    fn of(&self, names: &Names<'_>) -> Choice {
        let most = |said: &[String]| said.iter().filter_map(|said| names.exactness(said)).max();
        let (select, ignore) = (most(&self.select), most(&self.ignore));
        let level = self
            .levels
            .iter()
            .filter_map(|(said, level)| Some((names.exactness(said)?, *level)))
            .max_by_key(|(exactness, _)| *exactness);
        let by_itself = self.select.is_empty() && (names.shown == Shown::Always || level.is_some());
        if !(by_itself || select.is_some()) || (ignore.is_some() && ignore >= select) {
            return Choice::Off;
        }
        level.map_or(Choice::On, |(_, level)| Choice::Level(level))
    }
}

impl Selection {
    /// What becomes of the rule at this place in [`RULES`].
    #[must_use]
    pub fn rule(&self, index: usize) -> Choice {
        self.rules.get(index).copied().unwrap_or(Choice::Off)
    }

    /// What becomes of a rule that has no place in [`RULES`].
    #[must_use]
    pub fn of(&self, meta: &RuleMeta) -> Choice {
        self.choices.of(&Names::of(meta))
    }

    /// What becomes of a code of another program, as `SC2086`.
    #[must_use]
    pub fn foreign(&self, code: &str) -> Choice {
        self.choices.of(&Names { codes: &[code], twins: &[], name: "", group: "", shown: Shown::Always })
    }
}

/// The rule a user means by a code, a twin or a name; cases do not matter.
#[must_use]
pub fn find_rule(name: &str) -> Option<&'static RuleMeta> {
    all_rules().find(|meta| Names::of(meta).exactness(name) == Some(Exactness::Whole))
}

/// Whether this names a rule, a group, or the beginning of codes, here or in a program whose findings are shown here.
#[must_use]
pub fn is_known(name: &str) -> bool {
    is_foreign(name) || all_rules().any(|meta| Names::of(meta).exactness(name).is_some())
}

/// `DL1234`, `SC1234`, or the beginning of one.
fn is_foreign(name: &str) -> bool {
    let is_code = |rest: &str| rest.len() <= 4 && rest.bytes().all(|byte| byte.is_ascii_digit());
    name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("DL") || start.eq_ignore_ascii_case("SC"))
        && name.get(2..).is_some_and(is_code)
}

/// How exactly something names a rule; the most exact is the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exactness {
    All,
    Group,
    Beginning(usize),
    Whole,
}

struct Names<'a> {
    codes: &'a [&'a str],
    twins: &'a [&'a str],
    name: &'a str,
    group: &'a str,
    shown: Shown,
}

impl<'a> Names<'a> {
    fn of(meta: &'a RuleMeta) -> Self {
        let codes = std::slice::from_ref(&meta.code);
        Self { codes, twins: meta.twins, name: meta.name, group: meta.group.name(), shown: meta.shown }
    }

    fn exactness(&self, said: &str) -> Option<Exactness> {
        let said = said.trim();
        let mut codes = self.codes.iter().chain(self.twins);
        if said.eq_ignore_ascii_case(self.name) || codes.clone().any(|code| said.eq_ignore_ascii_case(code)) {
            return (!said.is_empty()).then_some(Exactness::Whole);
        }
        let begins = |code: &str| code.get(..said.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(said));
        if said.len() >= 2 && codes.any(|code| begins(code)) {
            return Some(Exactness::Beginning(said.len()));
        }
        if said.eq_ignore_ascii_case(self.group) {
            return Some(Exactness::Group);
        }
        said.eq_ignore_ascii_case("ALL").then_some(Exactness::All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(select: &[&str], ignore: &[&str], levels: &[(&str, Level)], expected: Choice) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let levels = levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        let choices = Choices { select: owned(select), ignore: owned(ignore), levels };
        let names = Names {
            codes: &["MVI3008"],
            twins: &["DL3008"],
            name: "pin-apt-versions",
            group: "practice",
            shown: Shown::Always,
        };
        assert_eq!(choices.of(&names), expected, "{choices:?}");
    }

    #[test]
    fn a_rule_goes_by_many_names() {
        for name in ["MVI3008", "dl3008", "pin-apt-versions", "DL3", "MVI", "practice", "all", " DL3008 "] {
            check(&[name], &[], &[], Choice::On);
            check(&[], &[name], &[], Choice::Off);
            check(&[], &[], &[(name, Level::Style)], Choice::Level(Level::Style));
        }
        for name in ["DL3009", "DL30081", "D", "", "SC"] {
            check(&[name], &[], &[], Choice::Off);
            check(&[], &[name], &[], Choice::On);
        }
    }

    #[test]
    fn the_more_exact_name_wins_and_ignoring_wins_a_tie() {
        check(&["DL3008"], &["DL3"], &[], Choice::On);
        check(&["DL3"], &["DL3008"], &[], Choice::Off);
        check(&["DL3008"], &["MVI3008"], &[], Choice::Off);
        check(&["ALL"], &["practice"], &[], Choice::Off);
        check(&[], &[], &[("DL3008", Level::Error), ("DL3", Level::Style)], Choice::Level(Level::Error));
        check(&[], &["DL3008"], &[("DL3008", Level::Error)], Choice::Off);
    }

    #[test]
    fn rules_that_wait_to_be_asked_wait() {
        let names = Names { codes: &["MVI1001"], twins: &["DL1001"], name: "x", group: "y", shown: Shown::WhenAsked };
        let asked = Choices { levels: vec![("DL1001".into(), Level::Info)], ..Choices::default() };
        assert_eq!(Choices::default().of(&names), Choice::Off);
        assert_eq!(asked.of(&names), Choice::Level(Level::Info));
    }

    #[test]
    fn unknown_names_are_told() {
        let choices =
            Choices { ignore: vec!["DL3008".into(), "SC2086".into(), "nothing".into()], ..Choices::default() };
        assert_eq!(choices.check(), Err(UnknownRule("nothing".into())));
        assert_eq!(choices.resolve().foreign("SC2086"), Choice::Off);
        assert_eq!(choices.resolve().foreign("SC2046"), Choice::On);
    }
}
