//! REC-05: images that nothing scans.

use crate::finding::{Finding, Level};
use crate::law::automation::{all_but, missing};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct ImageScan;

static META: RuleMeta = RuleMeta {
    code: "REC-05",
    name: "image-scan",
    level: Level::Info,
    group: Group::Recommendation,
    why: "A hole that is known on the day of the build is found by a scan on that day, or by somebody else later. A step that stops the pipeline costs a minute and is the only place where every image passes by.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "# nothing to build\nFROM scratch\n",
    settings: |settings| all_but(settings, |automation| automation.scans = Some(false)),
    ..RuleMeta::PLAIN
};

impl Rule for ImageScan {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        missing(&META, file, settings, |automation| automation.scans, "no step scans the image that is built here")
    }
}
