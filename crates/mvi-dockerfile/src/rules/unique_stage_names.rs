//! MVI3024: stages that share a name.

use std::collections::HashSet;

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct UniqueStageNames;

static META: RuleMeta = RuleMeta {
    code: "MVI3024",
    name: "unique-stage-names",
    twins: &["DL3024", "DuplicateStageName"],
    level: Level::Error,
    why: "Of two stages with one name the later one hides the other: `COPY --from` and `--target` then mean \
          another stage than the one somebody looked at.",
    bad: "FROM alpine:3.21.3 AS build\nFROM alpine:3.21.3 AS build\n",
    good: "FROM alpine:3.21.3 AS build\nFROM alpine:3.21.3 AS run\n",
    ..RuleMeta::PLAIN
};

impl Rule for UniqueStageNames {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut names = HashSet::new();
        let named = file.stages().iter().filter_map(|stage| stage.name.as_ref());
        let again = named.filter(|name| !names.insert(name.text.to_ascii_lowercase()));
        again
            .map(|name| Finding::new(&META, name.span, format!("another stage is called `{}` already", name.text)))
            .collect()
    }
}
