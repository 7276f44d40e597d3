//! MVI3023: COPY from the stage it is in.

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct CopyFromItself;

static META: RuleMeta = RuleMeta {
    code: "MVI3023",
    name: "copy-from-itself",
    twins: &["DL3023"],
    level: Level::Error,
    why: "A stage cannot take files from itself: it is not finished. Builders refuse that, or look for an \
          image of that name.",
    bad: "FROM alpine:3.21.3 AS build\nCOPY --from=build /app /srv/app\n",
    good: "FROM alpine:3.21.3 AS build\nRUN cp /app /srv/app\n",
    ..RuleMeta::PLAIN
};

impl Rule for CopyFromItself {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::Copy { from: Some(from), .. } = &instruction.body else { return None };
    let stage = file.stages().get(instruction.stage?)?;
    let is_own = stage.name.as_ref().is_some_and(|name| name.text.eq_ignore_ascii_case(&from.text));
    let message = || format!("`{}` is the stage this is in", from.text);
    is_own.then(|| Finding::new(&META, from.span, message()))
}
