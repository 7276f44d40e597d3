//! MVI3022: COPY from a stage that is not there.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct CopyFromKnownStage;

static META: RuleMeta = RuleMeta {
    code: "MVI3022",
    name: "copy-from-known-stage",
    twins: &["DL3022"],
    why: "A `--from` that names no stage of the file is taken for an image of a registry. A misspelt stage \
          then fetches whatever has that name on Docker Hub, or fails at the very end of a build.",
    bad: "FROM alpine:3.21.3\nCOPY --from=biuld /app /app\n",
    good: "FROM alpine:3.21.3 AS build\nRUN touch /app\n\nFROM alpine:3.21.3\nCOPY --from=build /app /app\n",
    ..RuleMeta::PLAIN
};

impl Rule for CopyFromKnownStage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::Copy { from: Some(from), .. } = &instruction.body else { return None };
    // The stage it is in counts as well: taking files from there is another rule's matter.
    let stages = instruction.stage.map_or(0, |stage| stage + 1);
    let is_known = from.text.contains(':') || file.stage_meant(&from.text, stages).is_some();
    let message = || format!("no stage before this one is called `{}`", from.text);
    (!is_known).then(|| Finding::new(&META, from.span, message()))
}
