//! REC-08: images without a list of what is in them.

use crate::finding::{Finding, Level};
use crate::law::automation::{all_but, missing};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct ContentsList;

static META: RuleMeta = RuleMeta {
    code: "REC-08",
    name: "contents-list",
    level: Level::Info,
    group: Group::Recommendation,
    why: "When an advisory comes, the question is which images have the package. A list of contents (SPDX, CycloneDX) that is attached to the image answers it in seconds and for images that nobody can build again.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "# nothing to build\nFROM scratch\n",
    settings: |settings| all_but(settings, |automation| automation.lists_contents = Some(false)),
    ..RuleMeta::PLAIN
};

impl Rule for ContentsList {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        missing(
            &META,
            file,
            settings,
            |automation| automation.lists_contents,
            "nothing lists what is in the image that is built here",
        )
    }
}
