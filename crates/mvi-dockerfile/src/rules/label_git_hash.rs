//! MVI3055: labels that should be commits.

use crate::finding::Finding;
use crate::labels::of_kind;
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelGitHash;

static META: RuleMeta = RuleMeta {
    code: "MVI3055",
    name: "label-git-hash",
    twins: &["DL3055"],
    why: "A commit is found by its hash, whole or cut to seven digits. A branch or a version is something else \
          the day after.",
    bad: "FROM alpine:3.21.3\nLABEL commit=\"main\"\n",
    good: "FROM alpine:3.21.3\nLABEL commit=\"8f936c5\"\n",
    settings: |settings| {
        settings.label_schema.insert("commit".into(), LabelKind::GitHash);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelGitHash {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        of_kind(&META, file, settings, LabelKind::GitHash, is_hash)
    }
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 7 | 40) && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}
