//! W-DEV-SHIPPED: runtimes and libraries for writing programs in the image.

use crate::finding::{Finding, Level};
use crate::law::prohibited::findings;
use crate::law::tools::Purpose;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct DevShipped;

static META: RuleMeta = RuleMeta {
    code: "W-DEV-SHIPPED",
    name: "dev-shipped",
    level: Level::Warning,
    group: Group::Law,
    why: "A runtime of a language that the program is not written in, or the parts of one that are only needed to write, is attack surface without a use, and drags its own dependencies along.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates elixir\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

impl Rule for DevShipped {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        findings(
            &META,
            file,
            settings,
            Purpose::Development,
            ("what programs are written with ships with the service", "MEDIUM"),
        )
    }
}
