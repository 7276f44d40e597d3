//! MVI3051: labels without a value.

use crate::finding::Finding;
use crate::labels::labels;
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelEmpty;

static META: RuleMeta = RuleMeta {
    code: "MVI3051",
    name: "label-empty",
    twins: &["DL3051"],
    why: "A label the schema asks for and that says nothing is as good as none, but looks as if somebody had \
          thought of it.",
    bad: "FROM alpine:3.21.3\nLABEL owner=\"\"\n",
    good: "FROM alpine:3.21.3\nLABEL owner=\"platform\"\n",
    settings: |settings| {
        settings.label_schema.insert("owner".into(), LabelKind::Text);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelEmpty {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let empty = labels(file).filter(|label| label.value.as_deref() == Some(""));
        let named = empty.filter_map(|label| Some((label.name?, label.pair)));
        named
            .filter(|(name, _)| settings.label_schema.contains_key(name))
            .map(|(name, pair)| Finding::new(&META, pair.span, format!("the label `{name}` is empty")))
            .collect()
    }
}
