//! MVI3016: Node packages without a version.

use crate::finding::Finding;
use crate::packages::{Call, NPM, calls, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct PinNpmVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3016",
    name: "pin-npm-versions",
    twins: &["DL3016"],
    why: "`npm install NAME` takes what the tag `latest` means today. A tool that is installed globally in a \
          Dockerfile has no lock file that would remember which one worked; `NAME@VERSION` does.",
    bad: "FROM node:22.14.0-alpine\nRUN npm install -g typescript\n",
    good: "FROM node:22.14.0-alpine\nRUN npm install -g typescript@5.8.2\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinNpmVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| NPM.installs(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let is_install = call.operands(NPM.valued).next().is_some_and(|first| NPM.install.contains(&first.text.as_str()));
    let floating = NPM.packages_behind(call).filter(|word| is_install && !is_pinned(&written(word)));
    unpinned(&META, floating, "`NAME@VERSION` installs the same one every time")
}

/// A version or tag, a commit of a repository, an archive, a folder (npm-install(1)).
fn is_pinned(package: &str) -> bool {
    if ["git://", "git+ssh://", "git+http://", "git+https://"].iter().any(|start| package.starts_with(start)) {
        return package.contains('#');
    }
    let is_archive = [".tar", ".tar.gz", ".tgz"].iter().any(|end| package.ends_with(end));
    let is_folder = ["/", "./", "../", "~/"].iter().any(|start| package.starts_with(start));
    // The first `@` of `@scope/name` begins a scope.
    is_archive || is_folder || package.strip_prefix('@').unwrap_or(package).contains('@')
}
