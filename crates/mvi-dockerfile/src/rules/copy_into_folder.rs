//! MVI3021: several files copied onto one.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct CopyIntoFolder;

static META: RuleMeta = RuleMeta {
    code: "MVI3021",
    name: "copy-into-folder",
    twins: &["DL3021"],
    level: Level::Error,
    why: "With more than one source the destination has to be a folder, and the builder knows that only by the \
          slash at its end. Without it the build fails, on some builders only once a pattern matches two \
          files.",
    bad: "FROM alpine:3.21.3\nCOPY go.mod go.sum /src\n",
    good: "FROM alpine:3.21.3\nCOPY go.mod go.sum /src/\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for CopyIntoFolder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::Copy { sources, destination, .. } = &instruction.body else { return None };
    let is_several = sources.len() + instruction.heredocs.len() > 1;
    let expanded = file.scope_at(instruction.index).expand(&destination.raw);
    if !is_several || destination.text.ends_with('/') || expanded.text.ends_with('/') {
        return None;
    }
    let message = "with several sources the destination ends with a slash";
    let finding = Finding::new(&META, destination.span, message);
    if destination.raw != destination.text {
        return Some(finding);
    }
    let edit = Edit { span: Span::at(destination.span.end), text: "/".into() };
    Some(finding.fix(Fix { title: "add the slash".into(), safety: Safety::Safe, edits: vec![edit] }))
}
