//! W-PACKAGE-MANAGER: package managers in the image.

use crate::finding::{Finding, Level};
use crate::law::prohibited::findings;
use crate::law::tools::Purpose;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct PackageManager;

static META: RuleMeta = RuleMeta {
    code: "W-PACKAGE-MANAGER",
    name: "package-manager",
    level: Level::Info,
    group: Group::Law,
    why: "An image whose contents are decided when it is built needs nobody to install more. A package manager in it installs whatever whoever gets in asks for, and brings a tree of packages of its own to be patched.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates npm\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

impl Rule for PackageManager {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        findings(&META, file, settings, Purpose::Packages, ("package managers ship with the service", "MEDIUM"))
    }
}
