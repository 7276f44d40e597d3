//! MVI3004: sudo in a RUN.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::packages::{Call, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::Dockerfile;

pub(crate) struct NoSudo;

static META: RuleMeta = RuleMeta {
    code: "MVI3004",
    name: "no-sudo",
    twins: &["DL3004"],
    level: Level::Error,
    why: "`sudo` in a build is either not needed, as builds are root unless `USER` says otherwise, or hides \
          that the user was changed too early. It also stays in the image, ready for whoever gets in. `USER` \
          says who works.",
    bad: "FROM alpine:3.21.3\nRUN sudo touch /ready\n",
    good: "FROM alpine:3.21.3\nRUN touch /ready\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for NoSudo {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| call.name == "sudo").map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Finding {
    let finding = Finding::new(&META, call.span(), "USER says who works in a build; sudo is not needed for it");
    let name = call.command().and_then(|command| command.name.as_ref()).filter(|name| name.raw == "sudo");
    let next = call.words.first().filter(|next| next.raw == next.text && !next.text.starts_with('-'));
    let (Some(name), Some(next)) = (name, next.filter(|next| !next.text.contains('='))) else { return finding };
    let edit = Edit { span: Span::new(name.span.start, next.span.start), text: String::new() };
    // It is right only where the user is root already.
    finding.fix(Fix { title: "leave sudo away".into(), safety: Safety::Unsafe, edits: vec![edit] })
}
