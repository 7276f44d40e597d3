//! MVI3050: labels the schema does not know.

use crate::finding::{Finding, Level};
use crate::labels::labels;
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelSuperfluous;

static META: RuleMeta = RuleMeta {
    code: "MVI3050",
    name: "label-superfluous",
    twins: &["DL3050"],
    level: Level::Info,
    why: "With a strict schema every label has a meaning somebody agreed upon. Another one is a misspelt one, \
          or the beginning of a second vocabulary.",
    bad: "FROM alpine:3.21.3\nLABEL owner=\"platform\" ower=\"platform\"\n",
    good: "FROM alpine:3.21.3\nLABEL owner=\"platform\"\n",
    settings: |settings| {
        settings.strict_labels = true;
        settings.label_schema.insert("owner".into(), LabelKind::Text);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelSuperfluous {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if !settings.strict_labels {
            return Vec::new();
        }
        let named = labels(file).filter_map(|label| Some((label.name?, label.pair)));
        named
            .filter(|(name, _)| !settings.label_schema.contains_key(name))
            .map(|(name, pair)| Finding::new(&META, pair.key.span, format!("the schema knows no label `{name}`")))
            .collect()
    }
}
