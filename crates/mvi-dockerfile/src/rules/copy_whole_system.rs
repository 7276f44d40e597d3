//! MVI3067: whole file systems that are copied.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct CopyWholeSystem;

static META: RuleMeta = RuleMeta {
    code: "MVI3067",
    name: "copy-whole-system",
    twins: &["DL3067"],
    why: "`COPY --from=STAGE / /` brings everything over that the stage was made to leave behind: tools, \
          caches, sources. It is one more copy of the base as well. Name what the program needs.",
    bad: "FROM alpine:3.21.3 AS build\nRUN touch /app\n\nFROM scratch\nCOPY --from=build / /\n",
    good: "FROM alpine:3.21.3 AS build\nRUN touch /app\n\nFROM scratch\nCOPY --from=build /app /app\n",
    ..RuleMeta::PLAIN
};

impl Rule for CopyWholeSystem {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(finding).collect()
    }
}

fn finding(instruction: &Instruction) -> Option<Finding> {
    let Body::Copy { sources, destination, from: Some(_) } = &instruction.body else { return None };
    let source = sources.iter().find(|source| source.text == "/").filter(|_| destination.text == "/")?;
    Some(Finding::new(&META, source.span.join(destination.span), "this copies all of another stage"))
}
