//! W-DOCS-SHIPPED: documentation in the image.

use crate::finding::{Finding, Level};
use crate::law::prohibited::findings;
use crate::law::tools::Purpose;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct DocsShipped;

static META: RuleMeta = RuleMeta {
    code: "W-DOCS-SHIPPED",
    name: "docs-shipped",
    level: Level::Info,
    group: Group::Law,
    why: "Nobody reads a manual inside a container. Documentation is bytes that every machine pulls, and a list of versions for whoever looks for a hole.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates mandoc\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

impl Rule for DocsShipped {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        findings(&META, file, settings, Purpose::Documentation, ("documentation ships with the service", "LOW"))
    }
}
