//! MVI3058: labels that should be addresses for mail.

use crate::finding::Finding;
use crate::labels::{is_email, of_kind};
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelEmail;

static META: RuleMeta = RuleMeta {
    code: "MVI3058",
    name: "label-email",
    twins: &["DL3058"],
    why: "An address that is none is noticed on the day when somebody has to be told.",
    bad: "FROM alpine:3.21.3\nLABEL contact=\"the platform team\"\n",
    good: "FROM alpine:3.21.3\nLABEL contact=\"platform@example.org\"\n",
    settings: |settings| {
        settings.label_schema.insert("contact".into(), LabelKind::Email);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelEmail {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        of_kind(&META, file, settings, LabelKind::Email, is_email)
    }
}
