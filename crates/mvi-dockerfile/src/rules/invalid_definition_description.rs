//! MVI5011: comments right before a stage or argument that do not describe it.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta, Shown};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Body, Comment, Dockerfile, Instruction};

pub(crate) struct InvalidDefinitionDescription;

pub(crate) static META: RuleMeta = RuleMeta {
    code: "MVI5011",
    name: "invalid-definition-description",
    twins: &["InvalidDefinitionDescription"],
    group: Group::Build,
    why: "`docker build --call=outline` shows the comment right before `FROM … AS name` or `ARG name` as its description, \
          if it begins with the name. Other comments there look like descriptions and are none; an empty line says so.",
    bad: "# where everything begins\nFROM alpine:3.21.3 AS base\n",
    good: "# base is where everything begins\nFROM alpine:3.21.3 AS base\n",
    fixes: Fixes::Safe,
    shown: Shown::WhenAsked,
    beside: &["MVI3057"],
    ..RuleMeta::PLAIN
};

impl Rule for InvalidDefinitionDescription {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let names: Vec<&str> = match &instruction.body {
        Body::From { alias: Some(alias), .. } => vec![&alias.text],
        Body::Arg(definitions) => definitions.iter().map(|definition| definition.name.text.as_str()).collect(),
        _ => return None,
    };
    let comment = comment_before(file, instruction)?;
    let first = comment.text.split(' ').next().unwrap_or_default();
    let example = names.first()?;
    if names.contains(&first) || is_for_machines(&comment.text) {
        return None;
    }
    let message = format!("this comment reads as the description of `{example}` and does not begin with that name");
    let edit = Edit { span: Span::at(instruction.span.start), text: newline(file).into() };
    let fix = Fix { title: "put an empty line between".into(), safety: Safety::Safe, edits: vec![edit] };
    Some(Finding::new(&META, comment.span, message).fix(fix))
}

/// The comment on the line before an instruction.
fn comment_before<'a>(file: &'a Dockerfile, instruction: &Instruction) -> Option<&'a Comment> {
    let index = file.comments().partition_point(|comment| comment.span.end <= instruction.span.start);
    let comment = file.comments().get(index.checked_sub(1)?)?;
    let line = |offset| file.position(offset).line;
    (line(comment.span.start) + 1 == line(instruction.span.start)).then_some(comment)
}

/// Whether a comment speaks to a program: `hadolint ignore=…`.
fn is_for_machines(text: &str) -> bool {
    ["hadolint", "mvi:", "check=", "shellcheck", "checkov:", "syntax="].iter().any(|start| text.starts_with(start))
}

fn newline(file: &Dockerfile) -> &'static str {
    if file.text().contains("\r\n") { "\r\n" } else { "\n" }
}
