//! MVI3020: `ADD` where `COPY` does.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction, Word};

pub(crate) struct CopyInsteadOfAdd;

static META: RuleMeta = RuleMeta {
    code: "MVI3020",
    name: "copy-instead-of-add",
    twins: &["DL3020"],
    level: Level::Error,
    why: "`ADD` unpacks archives and fetches from the network, depending on what the name looks like. For files and \
          folders of the build context `COPY` does the same and can do no more than that.",
    bad: "FROM alpine:3.21.3\nADD app /app\n",
    good: "FROM alpine:3.21.3\nCOPY app /app\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

/// What `ADD` unpacks, by its name (hadolint 2.15, `archiveFileFormatExtensions`).
pub(crate) const ARCHIVES: &[&str] = &[
    ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz", ".txz", ".xz",
];

impl Rule for CopyInsteadOfAdd {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(finding).collect()
    }
}

fn finding(instruction: &Instruction) -> Option<Finding> {
    let Body::Add { sources, .. } = &instruction.body else { return None };
    if sources.iter().all(|source| is_archive(source) || is_remote(source)) {
        return None;
    }
    let finding = Finding::new(&META, instruction.keyword_span, "COPY does for files and folders what ADD does");
    // Flags that COPY does not have, patterns and variables that may name an archive: not the same for certain.
    let is_plain =
        |source: &Word| !is_archive(source) && !is_git(source) && !source.text.contains(['*', '?', '[', '$']);
    let has_own_flag = ["checksum", "keep-git-dir", "unpack"].iter().any(|flag| instruction.flag(flag).is_some());
    if has_own_flag || sources.iter().any(is_remote) || instruction.keyword_span.is_empty() {
        return Some(finding);
    }
    let safety = if sources.iter().all(is_plain) { Safety::Safe } else { Safety::Unsafe };
    let edit = Edit { span: instruction.keyword_span, text: "COPY".into() };
    Some(finding.fix(Fix { title: "write COPY".into(), safety, edits: vec![edit] }))
}

fn is_archive(source: &Word) -> bool {
    ARCHIVES.iter().any(|end| source.text.ends_with(end))
}

fn is_remote(source: &Word) -> bool {
    ["https://", "http://"].iter().any(|start| source.text.starts_with(start))
}

/// A repository that BuildKit clones (Dockerfile reference, ADD).
fn is_git(source: &Word) -> bool {
    ["git@", "git://", "ssh://"].iter().any(|start| source.text.starts_with(start)) || source.text.contains(".git")
}
