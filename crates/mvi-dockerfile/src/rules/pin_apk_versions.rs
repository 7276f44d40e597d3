//! MVI3018: packages of Alpine without a version.

use crate::finding::Finding;
use crate::packages::{APK, Call, calls, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct PinApkVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3018",
    name: "pin-apk-versions",
    twins: &["DL3018"],
    why: "`apk add NAME` installs the version the branch has today; tomorrow's build of the same file gives \
          another image. `NAME=VERSION` or `NAME~VERSION` keeps it. Alpine drops old versions from its \
          mirrors, so a pin that fails is the notice that an update is due.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache jq\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache jq=1.7.1-r0\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinApkVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| APK.installs(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let floating = APK.packages(call).filter(|word| !is_pinned(&written(word)));
    unpinned(&META, floating, "`NAME=VERSION` installs the same one every time, `NAME~VERSION` one of that branch")
}

/// A version, a limit of versions, a file.
fn is_pinned(package: &str) -> bool {
    package.contains(['=', '~', '<', '>']) || package.ends_with(".apk")
}
