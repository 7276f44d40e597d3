//! MVI3052: labels that should be URLs.

use crate::finding::Finding;
use crate::labels::{is_url, of_kind};
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelUrl;

static META: RuleMeta = RuleMeta {
    code: "MVI3052",
    name: "label-url",
    twins: &["DL3052"],
    why: "A label that leads to a page or a repository is there to be followed, by people and by programs that \
          open nothing else.",
    bad: "FROM alpine:3.21.3\nLABEL source=\"our wiki\"\n",
    good: "FROM alpine:3.21.3\nLABEL source=\"https://example.org/source\"\n",
    settings: |settings| {
        settings.label_schema.insert("source".into(), LabelKind::Url);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelUrl {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        of_kind(&META, file, settings, LabelKind::Url, is_url)
    }
}
