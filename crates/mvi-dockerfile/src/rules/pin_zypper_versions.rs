//! MVI3037: packages of SUSE without a version.

use crate::finding::Finding;
use crate::packages::{Call, ZYPPER, calls, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct PinZypperVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3037",
    name: "pin-zypper-versions",
    twins: &["DL3037"],
    why: "`zypper install NAME` takes the version the repository has today, so that two builds of one file \
          differ. `NAME=VERSION` gives the same package or fails where somebody sees it.",
    bad: "FROM opensuse/leap:15.6\nRUN zypper install -y jq && zypper clean\n",
    good: "FROM opensuse/leap:15.6\nRUN zypper install -y jq=1.6-3.3.1 && zypper clean\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinZypperVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| ZYPPER.installs(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let floating = ZYPPER.packages(call).filter(|word| !is_pinned(&written(word)));
    unpinned(&META, floating, "`NAME=VERSION` installs the same one every time")
}

/// A version, a limit of versions, a file.
fn is_pinned(package: &str) -> bool {
    package.contains(['=', '<', '>']) || package.ends_with(".rpm")
}
