//! MVI3010: archives that are copied and then unpacked.

use std::collections::HashMap;

use crate::finding::{Finding, Level};
use crate::packages::{Call, calls_of};
use crate::rule::{Rule, RuleMeta};
use crate::rules::copy_instead_of_add::ARCHIVES;
use crate::settings::LintSettings;
use crate::shell::ShellWord;
use crate::stages::Stage;
use crate::syntax::{Body, Dockerfile, Word};

pub(crate) struct AddForArchives;

static META: RuleMeta = RuleMeta {
    code: "MVI3010",
    name: "add-for-archives",
    twins: &["DL3010"],
    level: Level::Info,
    why: "An archive that is copied stays in its layer for ever, though a later `RUN` unpacks and deletes it. \
          `ADD` unpacks a local archive while it copies it, and the archive itself never gets in.",
    bad: "FROM alpine:3.21.3\nCOPY app.tar.gz /tmp/app.tar.gz\nRUN tar -xzf /tmp/app.tar.gz -C /srv\n",
    good: "FROM alpine:3.21.3\nADD app.tar.gz /srv/\n",
    ..RuleMeta::PLAIN
};

impl Rule for AddForArchives {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.stages().iter().flat_map(|stage| in_stage(file, stage)).collect()
    }
}

/// What unpacks whatever it is given.
const UNPACKERS: &[&str] = &["unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz", "uncompress", "zcat", "gzcat"];

fn in_stage(file: &Dockerfile, stage: &Stage) -> Vec<Finding> {
    // Archives that are copied from the context and were not unpacked yet, by the name under which they arrive.
    let mut copied: HashMap<&str, Vec<&Word>> = HashMap::new();
    let mut findings = Vec::new();
    for instruction in file.instructions().get(stage.instructions.clone()).unwrap_or_default() {
        match &instruction.body {
            Body::Copy { sources, destination, from: None } if is_archive(&destination.text) => {
                copied.entry(base(&destination.text)).or_default().extend(sources.first());
            }
            Body::Copy { sources, from: None, .. } => {
                for source in sources.iter().filter(|source| is_archive(&source.text)) {
                    copied.entry(base(&source.text)).or_default().push(source);
                }
            }
            Body::Run(_) if !copied.is_empty() => {
                let unpacked = calls_of(file, instruction).filter(unpacks).flat_map(|call| call.words);
                let unpacked = unpacked.filter(|word| !word.text.starts_with('-'));
                let archives = unpacked.filter_map(|word| copied.remove(base(&word.text))).flatten();
                findings.extend(
                    archives
                        .map(|source| Finding::new(&META, source.span, "ADD unpacks this archive while it copies it")),
                );
            }
            _ => {}
        }
    }
    findings
}

fn unpacks(call: &Call<'_>) -> bool {
    let extracts = |word: &ShellWord| {
        matches!(word.text.as_str(), "--extract" | "--get") || word.text.starts_with('-') && word.text.contains('x')
    };
    UNPACKERS.contains(&call.name) || call.name == "tar" && call.words.iter().any(extracts)
}

fn is_archive(path: &str) -> bool {
    ARCHIVES.iter().any(|end| path.ends_with(end))
}

fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}
