//! MVI3061: instructions before the first FROM.

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Keyword};

pub(crate) struct FromFirst;

static META: RuleMeta = RuleMeta {
    code: "MVI3061",
    name: "from-first",
    twins: &["DL3061"],
    level: Level::Error,
    why: "An image begins with `FROM`. Only `ARG` may stand before it, for use in `FROM` itself; anything else \
          has no image to work on, and builders refuse it.",
    bad: "RUN true\nFROM alpine:3.21.3\n",
    good: "FROM alpine:3.21.3\nRUN true\n",
    ..RuleMeta::PLAIN
};

impl Rule for FromFirst {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let early = file.instructions().iter().take_while(|instruction| instruction.stage.is_none());
        let misplaced = early.filter(|instruction| !matches!(instruction.keyword, Keyword::Arg | Keyword::Unknown));
        misplaced
            .map(|one| {
                Finding::new(&META, one.keyword_span, format!("{} stands before the first FROM", one.keyword.name()))
            })
            .collect()
    }
}
