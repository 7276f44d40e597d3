//! MVI3006: bases without a tag.

use crate::finding::Finding;
use crate::reference::Reference;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::{Base, Stage};
use crate::syntax::Dockerfile;

pub(crate) struct TaggedBase;

static META: RuleMeta = RuleMeta {
    code: "MVI3006",
    name: "tagged-base",
    twins: &["DL3006"],
    why: "`FROM alpine` means `alpine:latest`, which is another image after every release. Nobody can tell \
          later what a build was made from, and an update comes when nobody wants it.",
    bad: "FROM alpine\n",
    good: "FROM alpine:3.21.3\n",
    ..RuleMeta::PLAIN
};

impl Rule for TaggedBase {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.stages().iter().filter_map(finding).collect()
    }
}

fn finding(stage: &Stage) -> Option<Finding> {
    let Base::Image(image) = &stage.base else { return None };
    let reference = Reference::of(&image.text);
    let is_open = reference.tag.is_none() && reference.digest.is_none() && !image.text.is_empty();
    // What a variable holds is decided elsewhere.
    let is_variable = reference.registry.is_none() && reference.name.starts_with('$');
    (is_open && !is_variable)
        .then(|| Finding::new(&META, image.span, format!("`{}` has no tag and no digest", image.text)))
}
