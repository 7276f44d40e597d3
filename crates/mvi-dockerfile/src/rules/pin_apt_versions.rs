//! MVI3008: packages of Debian and Ubuntu without a version.

use crate::finding::Finding;
use crate::packages::{APT, Call, calls, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct PinAptVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3008",
    name: "pin-apt-versions",
    twins: &["DL3008"],
    why: "`apt-get install NAME` takes whatever version the mirror has on the day of the build, so the same \
          Dockerfile gives different images. `NAME=VERSION` gives the same one, or fails when it is gone and \
          has to be looked at.",
    bad: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
    good: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10+deb12u8 && rm -rf /var/lib/apt/lists/*\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinAptVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| APT.installs(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let floating = APT.packages(call).filter(|word| !is_pinned(&written(word)));
    unpinned(&META, floating, "`NAME=VERSION` installs the same one every time")
}

/// A version, a release, a file.
fn is_pinned(package: &str) -> bool {
    package.contains(['=', '/']) || package.ends_with(".deb")
}
