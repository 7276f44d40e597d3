//! MVI3047: wget that draws its progress.

use crate::finding::{Finding, Level, Safety};
use crate::packages::{Call, behind, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct WgetProgress;

static META: RuleMeta = RuleMeta {
    code: "MVI3047",
    name: "wget-progress",
    twins: &["DL3047"],
    level: Level::Info,
    why: "wget draws a bar for people at a terminal. In the log of a build it becomes thousands of lines, \
          among which nobody finds the error. `--progress=dot:giga` tells as much in a few of them, `-q` \
          nothing.",
    bad: "FROM alpine:3.21.3\nRUN wget https://example.org/app\n",
    good: "FROM alpine:3.21.3\nRUN wget --progress=dot:giga https://example.org/app\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for WgetProgress {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| call.name == "wget" && !is_quiet(call)).filter_map(|call| finding(&call)).collect()
    }
}

const QUIET: &[&str] = &["progress", "q", "quiet", "o", "output-file", "a", "append-output", "no-verbose"];

fn is_quiet(call: &Call<'_>) -> bool {
    call.has_flag(QUIET) || call.has(&["-nv"])
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let finding = Finding::new(&META, call.span(), "wget fills the log with its progress");
    let name = call.command().and_then(|command| command.name.as_ref()).filter(|name| name.text == "wget");
    // Busybox knows no such option: behind its name nothing is repaired.
    let Some(name) = name else { return Some(finding) };
    Some(finding.fix(behind(name, " --progress=dot:giga", Safety::Unsafe)))
}
