//! MVI3053: labels that should be times.

use crate::finding::Finding;
use crate::labels::{is_time, of_kind};
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelTime;

static META: RuleMeta = RuleMeta {
    code: "MVI3053",
    name: "label-time",
    twins: &["DL3053"],
    why: "Times are compared by programs. One form of them, that of RFC 3339, has its zone with it and sorts \
          as it reads.",
    bad: "FROM alpine:3.21.3\nLABEL created=\"yesterday\"\n",
    good: "FROM alpine:3.21.3\nLABEL created=\"2026-11-21T09:30:00Z\"\n",
    settings: |settings| {
        settings.label_schema.insert("created".into(), LabelKind::Time);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelTime {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        of_kind(&META, file, settings, LabelKind::Time, is_time)
    }
}
