//! MVI3063: stages with a name that means something else.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct ReservedStageName;

static META: RuleMeta = RuleMeta {
    code: "MVI3063",
    name: "reserved-stage-name",
    twins: &["DL3063", "ReservedStageName"],
    why: "`scratch` is the empty base and `context` the folder that is built. A stage of that name cannot be \
          told from them where it is used.",
    bad: "FROM alpine:3.21.3 AS context\n",
    good: "FROM alpine:3.21.3 AS sources\n",
    ..RuleMeta::PLAIN
};

impl Rule for ReservedStageName {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let names = file.stages().iter().filter_map(|stage| stage.name.as_ref());
        let reserved = names.filter(|name| matches!(name.text.as_str(), "scratch" | "context"));
        reserved
            .map(|name| Finding::new(&META, name.span, format!("`{}` means something else already", name.text)))
            .collect()
    }
}
