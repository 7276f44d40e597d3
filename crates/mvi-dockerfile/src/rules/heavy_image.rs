//! T2: an image that was heavy when it was built last.

use crate::finding::Finding;
use crate::law::View;
use crate::law::exception::{LABEL, names};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::{LastSize, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct HeavyImage;

static META: RuleMeta = RuleMeta {
    code: "T2",
    name: "heavy-image",
    group: Group::Law,
    why: "Above a size the standard wants a change request: every node pulls it, every roll-out waits for it, and the \
          score of the whole fleet falls. What it weighed when it was built last is what it will weigh again, unless \
          somebody takes something away.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nLABEL mvi.io/crq=CRQ-2026-0001\nRUN echo hello\n",
    settings: |settings| {
        let permitted_by = vec!["CRQ-2026-0001".to_owned()];
        settings.last_size = Some(LastSize { mb: 517.0, limit_mb: 500.0, permitted_by });
    },
    ..RuleMeta::PLAIN
};

impl Rule for HeavyImage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let Some(size) = settings.last_size.as_ref().filter(|size| size.mb > size.limit_mb) else { return Vec::new() };
        let view = View::new(file, settings);
        if size.permitted_by.iter().any(|crq| names(&view, crq)) {
            return Vec::new();
        }
        let message =
            format!("built last, this had {:.0} MB, and above {:.0} MB it needs a CRQ", size.mb, size.limit_mb);
        let note = format!("a request in force is named by LABEL {LABEL}=CRQ-…");
        view.runtime().map(|runtime| Finding::new(&META, runtime.span, message).note(note)).into_iter().collect()
    }
}
