//! MVI5001: names of stages in capitals.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct StageNameCasing;

static META: RuleMeta = RuleMeta {
    code: "MVI5001",
    name: "stage-name-casing",
    twins: &["StageNameCasing"],
    group: Group::Build,
    why: "The builder knows stages by their names in lower case. A name with capitals looks like one thing in the file \
          and like another in its output, and people take two spellings for two stages.",
    bad: "FROM alpine:3.21.3 AS Tools\nRUN echo hello\n",
    good: "FROM alpine:3.21.3 AS tools\nRUN echo hello\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for StageNameCasing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let aliases = file.instructions().iter().filter_map(|instruction| match &instruction.body {
            Body::From { alias, .. } => alias.as_ref(),
            _ => None,
        });
        aliases
            .filter(|alias| alias.text.chars().any(char::is_uppercase))
            .map(|alias| {
                let finding = Finding::new(&META, alias.span, format!("the stage name `{}` has capitals", alias.text));
                // References are read in any case, so that nothing else has to change.
                let edit = Edit { span: alias.span, text: alias.raw.to_lowercase() };
                finding.fix(Fix { title: "write it in lower case".into(), safety: Safety::Safe, edits: vec![edit] })
            })
            .collect()
    }
}
