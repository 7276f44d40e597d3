//! MVI3066: users by name.

use std::collections::HashSet;

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::rules::env_refers_to_itself::references;
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct NumericUser;

static META: RuleMeta = RuleMeta {
    code: "MVI3066",
    name: "numeric-user",
    twins: &["DL3066"],
    level: Level::Info,
    why: "Only the image knows who `app` is. What looks from outside, as Kubernetes does for `runAsNonRoot`, \
          cannot tell a name from root, and files on volumes belong to numbers anyway.",
    bad: "FROM alpine:3.21.3\nUSER app\n",
    good: "FROM alpine:3.21.3\nUSER 10001\n",
    ..RuleMeta::PLAIN
};

impl Rule for NumericUser {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut declared: HashSet<&str> = HashSet::new();
        let mut findings = Vec::new();
        for instruction in file.instructions() {
            match &instruction.body {
                Body::Arg(definitions) => {
                    declared.extend(definitions.iter().map(|definition| definition.name.text.as_str()));
                }
                Body::User(user) if !is_number(&user.text) => {
                    // What an argument says is decided outside.
                    let is_given = user.has_variables && references(&user.text).any(|name| declared.contains(name));
                    let expanded = file.scope_at(instruction.index).expand(&user.raw);
                    if !is_given && !is_number(&expanded.text) {
                        findings.push(Finding::new(
                            &META,
                            user.span,
                            "a number tells everybody who this is, a name only the image",
                        ));
                    }
                }
                _ => {}
            }
        }
        findings
    }
}

/// Whether the user before the group is a number.
fn is_number(user: &str) -> bool {
    user.split(':').next().unwrap_or_default().bytes().all(|byte| byte.is_ascii_digit())
}
