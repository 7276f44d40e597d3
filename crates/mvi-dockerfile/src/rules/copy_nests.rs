//! W-COPY-NESTS: a folder copied into itself by name.

use std::collections::BTreeSet;

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::installs::program;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{ShellWord, SimpleCommand};
use crate::span::Span;
use crate::syntax::{Dockerfile, Keyword};

pub(crate) struct CopyNests;

static META: RuleMeta = RuleMeta {
    code: "W-COPY-NESTS",
    name: "copy-nests",
    group: Group::Law,
    why: "`cp -r build/app /opt/app` makes `/opt/app` when it is not there, and `/opt/app/app` when it is. With `mkdir -p` \
          before it, everything is one level too deep, and the entrypoint names a file that is not there.",
    bad: "FROM alpine:3.21.3\nRUN mkdir -p /opt/app && cp -r build/rel/app /opt/app\n",
    good: "FROM alpine:3.21.3\nRUN mkdir -p /opt/app && cp -r build/rel/app/. /opt/app\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for CopyNests {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut found = Vec::new();
        for stage in file.stages() {
            let mut made: BTreeSet<&str> = BTreeSet::new();
            let runs = file.instructions().get(stage.instructions.clone()).unwrap_or_default().iter();
            for script in runs.filter(|one| one.keyword == Keyword::Run).flat_map(|run| file.scripts(run)) {
                for command in script.commands.iter().filter(|command| !command.in_condition && !command.in_function) {
                    found.extend(finding(command, &made));
                    note(command, &mut made);
                }
            }
        }
        found
    }
}

/// Keeps account of folders that are there for certain.
fn note<'a>(command: &'a SimpleCommand, made: &mut BTreeSet<&'a str>) {
    match program(command) {
        Some(("mkdir", words)) => {
            let folders = words.iter().filter(|word| word.is_static && word.text.starts_with('/'));
            made.extend(folders.map(|word| word.text.trim_end_matches('/')));
        }
        Some(("rm" | "rmdir" | "mv", words)) => {
            for word in words {
                made.remove(word.text.trim_end_matches('/'));
            }
        }
        _ => {}
    }
}

fn finding(command: &SimpleCommand, made: &BTreeSet<&str>) -> Option<Finding> {
    let (name, words) = program(command)?;
    let is_deep = |word: &ShellWord| {
        let short = word.text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        short.is_some_and(|rest| rest.contains(['r', 'R', 'a']))
            || matches!(word.text.as_str(), "--recursive" | "--archive")
    };
    let stays = |word: &ShellWord| matches!(word.text.as_str(), "-T" | "--no-target-directory" | "-t");
    if name != "cp" || !words.iter().any(is_deep) || words.iter().any(stays) {
        return None;
    }
    let paths: Vec<&ShellWord> = words.iter().filter(|word| !word.text.starts_with('-')).collect();
    let [source, target] = paths.as_slice() else { return None };
    let folder = target.text.trim_end_matches('/');
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let is_same = last(source.text.trim_end_matches('/')) == last(folder) && !source.text.ends_with("/.");
    if !is_same || !made.contains(folder) || !source.is_static || source.text.ends_with('*') {
        return None;
    }
    let message = format!("`{folder}` is there already, so this makes `{folder}/{}`", last(folder));
    let finding = Finding::new(&META, command.span, message);
    if source.raw.contains(['"', '\'', '\\']) {
        return Some(finding);
    }
    let text = if source.raw.ends_with('/') { "." } else { "/." };
    let edits = vec![Edit { span: Span::at(source.span.end), text: text.into() }];
    Some(finding.fix(Fix { title: "copy what is in it".into(), safety: Safety::Unsafe, edits }))
}
