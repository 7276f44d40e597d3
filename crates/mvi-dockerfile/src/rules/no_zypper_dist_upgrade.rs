//! MVI3035: zypper that upgrades the distribution.

use crate::finding::Finding;
use crate::packages::{ZYPPER, calls};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct NoZypperDistUpgrade;

static META: RuleMeta = RuleMeta {
    code: "MVI3035",
    name: "no-zypper-dist-upgrade",
    twins: &["DL3035"],
    why: "`zypper dist-upgrade` makes another release of the system out of the one the base image has, with \
          vendors changed and packages removed as it sees fit. A newer base image does that once, for \
          everybody, and tested.",
    bad: "FROM opensuse/leap:15.6\nRUN zypper -n dist-upgrade\n",
    good: "FROM opensuse/leap:15.6\nRUN zypper -n patch\n",
    ..RuleMeta::PLAIN
};

impl Rule for NoZypperDistUpgrade {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let calls = calls(file).filter(|call| ZYPPER.is(call) && call.has(&["dist-upgrade", "dup"]));
        calls
            .map(|call| {
                Finding::new(&META, call.span(), "zypper upgrades to another release; a newer base image does that")
            })
            .collect()
    }
}
