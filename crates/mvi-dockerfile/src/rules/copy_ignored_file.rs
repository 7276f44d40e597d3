//! MVI5010: copies of files that `.dockerignore` keeps out.

use crate::finding::Finding;
use crate::patterns::IgnorePatterns;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction, Word};

pub(crate) struct CopyIgnoredFile;

static META: RuleMeta = RuleMeta {
    code: "MVI5010",
    name: "copy-ignored-file",
    twins: &["CopyIgnoredFile"],
    group: Group::Build,
    why: "What `.dockerignore` names never reaches the builder. An instruction that copies it fails, with a message that \
          the file is not there although it is.",
    bad: "FROM alpine:3.21.3\nCOPY ./tmp/hello.txt /hello.txt\n",
    good: "FROM alpine:3.21.3\nCOPY ./files/hello.txt /hello.txt\n",
    settings: |settings| settings.ignored = Some(IgnorePatterns::parse("tmp\n")),
    ..RuleMeta::PLAIN
};

impl Rule for CopyIgnoredFile {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        // A line that takes something back in makes it a guess what is left.
        let Some(ignored) = settings.ignored.as_ref().filter(|ignored| !ignored.has_exceptions()) else {
            return Vec::new();
        };
        let all = file.instructions().iter();
        all.flat_map(|instruction| sources(instruction).map(move |source| (instruction, source)))
            .filter_map(|(instruction, source)| {
                let path = file.scope_at(instruction.index).expand(&source.raw);
                let is_known =
                    path.unknown.is_empty() && path.malformed.is_none() && !path.text.contains(['*', '?', '[']);
                let told = is_known && !is_remote(&path.text) && ignored.keeps_out(&path.text);
                told.then(|| Finding::new(&META, source.span, format!("`.dockerignore` keeps `{}` out", path.text)))
            })
            .collect()
    }
}

/// What an instruction takes from the context of the build.
fn sources(instruction: &Instruction) -> impl Iterator<Item = &Word> {
    let sources = match &instruction.body {
        Body::Copy { sources, from: None, .. } | Body::Add { sources, .. } => sources.as_slice(),
        _ => &[],
    };
    sources.iter()
}

fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@")
}
