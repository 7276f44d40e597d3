//! MVI3013: Python packages without a version.

use crate::finding::Finding;
use crate::packages::{Call, PIP, calls, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct PinPipVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3013",
    name: "pin-pip-versions",
    twins: &["DL3013"],
    why: "`pip install NAME` takes the newest release of the day. A release of a package, or of anything it \
          depends on, then changes or breaks images nobody touched. `NAME==VERSION`, a requirements file or a \
          file of constraints decides it once.",
    bad: "FROM python:3.13.2-slim\nRUN pip install --no-cache-dir flask\n",
    good: "FROM python:3.13.2-slim\nRUN pip install --no-cache-dir flask==3.1.0\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinPipVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(Call::is_pip_install).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let from_file = call.has(&["--requirement", "-r", "."]) || call.has_flag(&["constraint", "c"]);
    if from_file {
        return None;
    }
    let floating = PIP.packages_behind(call).filter(|word| !is_pinned(&written(word)));
    unpinned(&META, floating, "`NAME==VERSION` installs the same one every time")
}

/// A version or a limit of versions, a commit or tag of a repository, a file, a folder.
fn is_pinned(package: &str) -> bool {
    let is_repository = is_repository(package);
    has_operator(package)
        || is_repository && package.contains('@')
        || [".whl", ".tar.gz"].iter().any(|end| package.ends_with(end))
        || !is_repository && package.contains('/')
}

/// An operator of versions (PEP 440, version specifiers).
fn has_operator(package: &str) -> bool {
    ["==", "<", ">", "!=", "~="].iter().any(|operator| package.contains(operator))
}

/// A repository of sources: `git+https://…` and the like (pip, "VCS Support").
fn is_repository(package: &str) -> bool {
    ["git", "hg", "svn", "bzr"].iter().any(|kind| {
        let Some(rest) = package.strip_prefix(kind) else { return false };
        *kind == "git" || *kind == "svn" || rest.starts_with('+')
    })
}
