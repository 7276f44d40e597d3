//! MVI3065: FROM with the platform it has anyway.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Flag, Instruction};

pub(crate) struct RedundantPlatform;

static META: RuleMeta = RuleMeta {
    code: "MVI3065",
    name: "redundant-platform",
    twins: &["DL3065", "RedundantTargetPlatform"],
    why: "`--platform=$TARGETPLATFORM` is what `FROM` does without being told. It looks like a decision and is \
          none.",
    bad: "FROM --platform=$TARGETPLATFORM alpine:3.21.3\n",
    good: "FROM alpine:3.21.3\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for RedundantPlatform {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::From { platform: Some(platform), .. } = &instruction.body else { return None };
    if !matches!(platform.text.as_str(), "$TARGETPLATFORM" | "${TARGETPLATFORM}") {
        return None;
    }
    let flag = instruction.flag("platform")?;
    let finding = Finding::new(&META, flag.span, "this is the platform a stage has anyway");
    Some(finding.fix(without(file, flag, "leave it away", Safety::Safe)))
}

/// The repair that takes a flag away, with the blanks behind it.
pub(crate) fn without(file: &Dockerfile, flag: &Flag, title: &str, safety: Safety) -> Fix {
    let behind = file.text().get(flag.span.end as usize..).unwrap_or_default();
    let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    let edit = Edit { span: Span::new(flag.span.start, flag.span.end + blanks as u32), text: String::new() };
    Fix { title: title.to_owned(), safety, edits: vec![edit] }
}
