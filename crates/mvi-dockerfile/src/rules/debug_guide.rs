//! REC-09: nobody says how to look into a running service.

use crate::finding::{Finding, Level};
use crate::law::View;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct DebugGuide;

static META: RuleMeta = RuleMeta {
    code: "REC-09",
    name: "debug-guide",
    level: Level::Style,
    group: Group::Recommendation,
    why: "A minimal image has no tools, and at three in the morning somebody needs them. If no Compose profile, runbook or \
          `kubectl debug` line says how to bring them beside the service, they are put into the image that night and stay \
          there.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "# nothing to look into\nFROM scratch\n",
    settings: |settings| settings.repository.has_debug_guide = Some(false),
    ..RuleMeta::PLAIN
};

impl Rule for DebugGuide {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.repository.has_debug_guide != Some(false) {
            return Vec::new();
        }
        let message = "nothing in the repository says how to look into the service that this builds";
        View::new(file, settings)
            .runtime()
            .filter(|stage| stage.instructions.len() > 1)
            .map(|stage| Finding::new(&META, stage.span, message))
            .into_iter()
            .collect()
    }
}
