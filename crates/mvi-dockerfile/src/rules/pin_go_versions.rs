//! MVI3062: Go programs without a version.

use crate::finding::Finding;
use crate::packages::{calls_of, runs, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::ShellWord;
use crate::syntax::{Dockerfile, Instruction};

pub(crate) struct PinGoVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3062",
    name: "pin-go-versions",
    twins: &["DL3062"],
    why: "`go install PATH` without `@VERSION`, or with `@latest`, builds what the module's newest tag is \
          today. The tool that checks or generates code is then another one in every build.",
    bad: "FROM golang:1.24.1-alpine\nRUN go install golang.org/x/tools/cmd/stringer@latest\n",
    good: "FROM golang:1.24.1-alpine\nRUN go install golang.org/x/tools/cmd/stringer@v0.31.0\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinGoVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        runs(file).flat_map(|run| in_run(file, run)).collect()
    }
}

/// As hadolint, what is installed counts only where nothing that is run has a package.
fn in_run(file: &Dockerfile, run: &Instruction) -> Vec<Finding> {
    let go = || calls_of(file, run).filter(|call| call.name == "go");
    let mut any_run = false;
    let mut findings = Vec::new();
    for call in go().filter(|call| call.has(&["run"])) {
        // What follows the package is for the program.
        let packages: Vec<&ShellWord> = call.operands(&[]).take(2).filter(|word| word.text != "run").collect();
        any_run |= !packages.is_empty();
        findings.extend(finding(packages.into_iter()));
    }
    if any_run {
        return findings;
    }
    let orders = ["install", "get", "tool"];
    let installs = go().filter(|call| call.has(&orders[..2]));
    installs
        .filter_map(|call| finding(call.operands(&[]).filter(|word| !orders.contains(&word.text.as_str()))))
        .collect()
}

fn finding<'a>(packages: impl Iterator<Item = &'a ShellWord>) -> Option<Finding> {
    let floating = packages.filter(|word| !is_pinned(&written(word)));
    unpinned(&META, floating, "`PATH@VERSION` builds the same one every time")
}

/// A version that is no moving tag, or the module of this folder.
fn is_pinned(package: &str) -> bool {
    let moves = package.ends_with("@latest") || package.ends_with("@none");
    package.starts_with(['.', '/']) || package.contains('@') && !moves
}
