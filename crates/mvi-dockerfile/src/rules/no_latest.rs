//! MVI3007: bases that are `latest`.

use crate::finding::Finding;
use crate::reference::Reference;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::{Base, Stage};
use crate::syntax::Dockerfile;

pub(crate) struct NoLatest;

static META: RuleMeta = RuleMeta {
    code: "MVI3007",
    name: "no-latest",
    twins: &["DL3007"],
    why: "`latest` is no version but whatever was pushed last. Builds of the same file differ, caches keep an \
          old one, and going back is not possible. A tag of a release or a digest stays what it is.",
    bad: "FROM alpine:latest\n",
    good: "FROM alpine:3.21.3\n",
    ..RuleMeta::PLAIN
};

impl Rule for NoLatest {
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
    (reference.tag == Some("latest") && reference.digest.is_none())
        .then(|| Finding::new(&META, image.span, "`latest` is another image after every release"))
}
