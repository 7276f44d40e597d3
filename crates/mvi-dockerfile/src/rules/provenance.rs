//! REC-14: images of which nobody can tell where they come from.

use crate::finding::{Finding, Level};
use crate::law::automation::{all_but, missing};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct Provenance;

static META: RuleMeta = RuleMeta {
    code: "REC-14",
    name: "provenance",
    level: Level::Style,
    group: Group::Recommendation,
    why: "An attestation of origin (SLSA) ties the image to the commit, the builder and the bases it was made of. Without one, an image that is running can be traced to its source only by trust in tags and labels.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "# nothing to build\nFROM scratch\n",
    settings: |settings| all_but(settings, |automation| automation.attests_origin = Some(false)),
    ..RuleMeta::PLAIN
};

impl Rule for Provenance {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        missing(
            &META,
            file,
            settings,
            |automation| automation.attests_origin,
            "nothing says where the image that is built here comes from",
        )
    }
}
