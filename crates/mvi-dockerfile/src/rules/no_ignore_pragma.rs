//! MVI1001: comments that ignore findings, for those who want none.

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta, Shown};
use crate::settings::LintSettings;
use crate::suppress::{Pragmas, Reach, Terms};
use crate::syntax::Dockerfile;

pub(crate) struct NoIgnorePragma;

static META: RuleMeta = RuleMeta {
    code: "MVI1001",
    name: "no-ignore-pragma",
    twins: &["DL1001"],
    level: Level::Info,
    why: "A comment `# hadolint ignore=` has no end and no reason, so nobody ever takes it away. Where exceptions are to \
          be agreed upon, `# mvi: ignore[CODE] until=DAY reason=WHY` says both.",
    bad: "# hadolint ignore=DL3007\nFROM alpine:latest\n",
    good: "# mvi: ignore[DL3007] until=2099-01-01 reason=the newest one is tested every night\nFROM alpine:latest\n",
    shown: Shown::WhenAsked,
    beside: &["MVI3057"],
    ..RuleMeta::PLAIN
};

impl Rule for NoIgnorePragma {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let pragmas = Pragmas::read(file).pragmas.into_iter();
        let theirs = pragmas.filter(|pragma| pragma.terms == Terms::Hadolint && pragma.reach == Reach::Instruction);
        theirs
            .map(|pragma| Finding::new(&META, pragma.span, "a comment ignores findings without end or reason"))
            .collect()
    }
}
