//! REC-13: images that nobody signs.

use crate::finding::{Finding, Level};
use crate::law::automation::{all_but, missing};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct Signature;

static META: RuleMeta = RuleMeta {
    code: "REC-13",
    name: "signature",
    level: Level::Style,
    group: Group::Recommendation,
    why: "Without a signature, whoever can write to the registry decides what runs: a tag says nothing about who built what it points to. Admission can only ask for signatures that are made.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "# nothing to build\nFROM scratch\n",
    settings: |settings| all_but(settings, |automation| automation.signs = Some(false)),
    ..RuleMeta::PLAIN
};

impl Rule for Signature {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        missing(&META, file, settings, |automation| automation.signs, "nothing signs the image that is built here")
    }
}
