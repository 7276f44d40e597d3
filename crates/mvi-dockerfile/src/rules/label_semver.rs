//! MVI3056: labels that should be semantic versions.

use crate::finding::Finding;
use crate::labels::{is_version, of_kind};
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelSemver;

static META: RuleMeta = RuleMeta {
    code: "MVI3056",
    name: "label-semver",
    twins: &["DL3056"],
    why: "Three numbers can be compared: which image is newer, and whether it may break something. Of `1.2` or \
          `v1.2.3` one program says this and another that.",
    bad: "FROM alpine:3.21.3\nLABEL version=\"1.2\"\n",
    good: "FROM alpine:3.21.3\nLABEL version=\"1.2.3\"\n",
    settings: |settings| {
        settings.label_schema.insert("version".into(), LabelKind::SemVer);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelSemver {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        of_kind(&META, file, settings, LabelKind::SemVer, is_version)
    }
}
