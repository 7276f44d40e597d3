//! MVI3057: images without a check of their health.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta, Shown};
use crate::settings::LintSettings;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct HealthcheckMissing;

static META: RuleMeta = RuleMeta {
    code: "MVI3057",
    name: "healthcheck-missing",
    twins: &["DL3057"],
    why: "Without `HEALTHCHECK` Docker and Compose know that a program runs and not whether it answers. \
          Kubernetes has probes of its own and takes no notice, so this rule waits to be asked for.",
    bad: "FROM alpine:3.21.3\nCMD [\"sleep\", \"60\"]\n",
    good: "FROM alpine:3.21.3\nHEALTHCHECK CMD [\"true\"]\nCMD [\"sleep\", \"60\"]\n",
    shown: Shown::WhenAsked,
    ..RuleMeta::PLAIN
};

impl Rule for HealthcheckMissing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut checked = vec![false; file.stages().len()];
        let own = file.instructions().iter().filter(|one| matches!(one.body, Body::Healthcheck(_)));
        for stage in own.filter_map(|one| one.stage) {
            checked[stage] = true;
        }
        // A check is handed down to what is built on a stage, and a stage below one with a check needs none of its own.
        let mut below = checked.clone();
        for stage in file.stages().iter().rev() {
            if let (Base::Stage(base), true) = (&stage.base, below[stage.index]) {
                below[*base] = true;
            }
        }
        for stage in file.stages() {
            if let Base::Stage(base) = stage.base {
                checked[stage.index] |= checked[base];
            }
        }
        let missing = file.stages().iter().filter(|stage| !checked[stage.index] && !below[stage.index]);
        missing.map(|stage| Finding::new(&META, stage.span, "no HEALTHCHECK is set in this stage")).collect()
    }
}
