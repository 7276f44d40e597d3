//! MVI5004: keywords in different cases.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Instruction, Keyword};

pub(crate) struct ConsistentInstructionCasing;

static META: RuleMeta = RuleMeta {
    code: "MVI5004",
    name: "consistent-instruction-casing",
    twins: &["ConsistentInstructionCasing"],
    group: Group::Build,
    why: "Keywords may be written in any case, and a file that mixes them is harder to skim and to search: a `run` \
          between many `RUN` looks like an argument of the line before. The way most of them are written is the way for \
          all of them.",
    bad: "FROM alpine:3.21.3\nrun echo hello\nENV A=b\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\nENV A=b\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for ConsistentInstructionCasing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        // As BuildKit counts: what stands before the first stage does not take part.
        let counted =
            || file.instructions().iter().filter(|one| one.stage.is_some() && one.keyword != Keyword::Unknown);
        let written = |one: &Instruction| one.keyword_span.of(file.text());
        let lower = counted().filter(|one| !written(one).bytes().any(|byte| byte.is_ascii_uppercase())).count();
        let upper = counted().filter(|one| !written(one).bytes().any(|byte| byte.is_ascii_lowercase())).count();
        let cased = |one: &Instruction| match lower > upper {
            true => one.keyword.name().to_ascii_lowercase(),
            false => one.keyword.name().to_owned(),
        };
        let is_cased = |one: &Instruction| match lower > upper {
            true => written(one) == cased(one),
            false => written(one) == one.keyword.name(),
        };
        counted()
            .filter(|one| !one.keyword_span.is_empty() && !is_cased(one))
            .map(|one| {
                let message = format!("`{}` is written in another case than most keywords", written(one));
                let edit = Edit { span: one.keyword_span, text: cased(one) };
                let title = format!("write `{}`", cased(one));
                Finding::new(&META, one.keyword_span, message).fix(Fix {
                    title,
                    safety: Safety::Safe,
                    edits: vec![edit],
                })
            })
            .collect()
    }
}
