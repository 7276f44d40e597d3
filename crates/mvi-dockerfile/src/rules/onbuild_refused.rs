//! MVI3043: ONBUILD of what cannot be put off.

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Instruction, Keyword};

pub(crate) struct OnbuildRefused;

static META: RuleMeta = RuleMeta {
    code: "MVI3043",
    name: "onbuild-refused",
    twins: &["DL3043"],
    level: Level::Error,
    why: "`ONBUILD` puts an instruction off until another image is built on this one. `FROM`, `MAINTAINER` and \
          a second `ONBUILD` have no meaning there, and builders refuse them.",
    bad: "FROM alpine:3.21.3\nONBUILD MAINTAINER Ada\n",
    good: "FROM alpine:3.21.3\nONBUILD RUN true\n",
    beside: &["MVI4000"],
    ..RuleMeta::PLAIN
};

impl Rule for OnbuildRefused {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    if instruction.keyword != Keyword::Onbuild {
        return None;
    }
    let word = instruction.arguments.of(file.text()).split_whitespace().next()?;
    let keyword = Keyword::parse(word);
    let is_refused = matches!(keyword, Keyword::Onbuild | Keyword::From | Keyword::Maintainer);
    is_refused.then(|| Finding::new(&META, instruction.arguments, format!("{} cannot be put off", keyword.name())))
}
