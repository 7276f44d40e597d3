//! MVI5003: empty lines inside an instruction.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Dockerfile, ProblemKind};

pub(crate) struct NoEmptyContinuation;

static META: RuleMeta = RuleMeta {
    code: "MVI5003",
    name: "no-empty-continuation",
    twins: &["NoEmptyContinuation"],
    group: Group::Build,
    why: "A line ends with `\\` and the next one is empty. The builder still skips such lines and warns that it will \
          not do so for ever; people read the empty line as the end of the instruction.",
    bad: "FROM alpine:3.21.3\nRUN echo a && \\\n\n    echo b\n",
    good: "FROM alpine:3.21.3\nRUN echo a && \\\n    echo b\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for NoEmptyContinuation {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let empty = file.problems().iter().filter(|problem| problem.kind == ProblemKind::EmptyContinuation);
        empty.map(|problem| finding(file, problem.span)).collect()
    }
}

fn finding(file: &Dockerfile, span: Span) -> Finding {
    let finding = Finding::new(&META, span, "an empty line follows a line that goes on");
    let index = file.instructions().partition_point(|instruction| instruction.span.end < span.start);
    let Some(instruction) = file.instructions().get(index) else { return finding };
    // All of them at once: the builder tells of an instruction's empty lines only once.
    let mut edits = Vec::new();
    let mut at = span.start;
    let until = instruction.arguments.end;
    for line in Span::new(at, until).of(file.text()).split_inclusive('\n') {
        let next = at + line.len() as u32;
        if line.ends_with('\n') && line.trim().is_empty() {
            edits.push(Edit { span: Span::new(at, next), text: String::new() });
        }
        at = next;
    }
    if edits.is_empty() {
        return finding;
    }
    finding.fix(Fix { title: "take the empty lines out".into(), safety: Safety::Safe, edits })
}
