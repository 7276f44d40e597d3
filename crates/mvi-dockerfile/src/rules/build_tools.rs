//! W-BUILD-TOOLS: compilers and headers in the image.

use crate::finding::{Finding, Level};
use crate::law::View;
use crate::law::prohibited::findings;
use crate::law::split::split;
use crate::law::tools::Purpose;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct BuildTools;

static META: RuleMeta = RuleMeta {
    code: "W-BUILD-TOOLS",
    name: "build-tools",
    level: Level::Warning,
    group: Group::Law,
    why: "A compiler in the image turns any hole that can write a file into one that can run anything: whoever gets in builds what is missing on the spot. Headers and build tools belong into a stage whose results are copied.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates gcc musl-dev\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

impl Rule for BuildTools {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let told = ("tools for building ship with the service", "HIGH");
        let mut found = findings(&META, file, settings, Purpose::Build, told);
        // Where they are needed to build, they are needed elsewhere.
        if let Some(first) = found.first_mut().filter(|finding| finding.fix.is_none()) {
            first.fix = split(file, &View::new(file, settings), settings);
        }
        found
    }
}
