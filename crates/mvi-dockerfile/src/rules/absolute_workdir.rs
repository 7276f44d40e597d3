//! MVI3000: WORKDIR that is relative.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Word};

pub(crate) struct AbsoluteWorkdir;

static META: RuleMeta = RuleMeta {
    code: "MVI3000",
    name: "absolute-workdir",
    twins: &["DL3000", "WorkdirRelativePath"],
    level: Level::Error,
    why: "A relative `WORKDIR` starts from wherever the one before left off, or from what the base image \
          happens to say. Moving a line or changing the base then moves files; an absolute path says where \
          they are.",
    bad: "FROM alpine:3.21.3\nWORKDIR /srv\nWORKDIR app\n",
    good: "FROM alpine:3.21.3\nWORKDIR /srv\nWORKDIR /srv/app\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for AbsoluteWorkdir {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut findings = Vec::new();
        // The folder that holds, where the file itself says which.
        let mut folder: Option<String> = None;
        for instruction in file.instructions() {
            match &instruction.body {
                Body::From { .. } => folder = None,
                Body::Workdir(path) if is_absolute(&path.text) => {
                    folder = (path.text.starts_with('/') && !path.has_variables).then(|| path.text.clone());
                }
                Body::Workdir(path) => {
                    findings.push(finding(path, folder.as_deref()));
                    folder = folder.filter(|_| is_plain(path)).map(|folder| below(&folder, &path.text));
                    folder = folder.filter(|folder| folder.len() <= LONGEST);
                }
                _ => {}
            }
        }
        findings
    }
}

/// Bytes of a path that is still written down (`PATH_MAX` of Linux).
const LONGEST: usize = 4096;

/// From the root, of a drive, or by a variable that may hold either.
pub(crate) fn is_absolute(path: &str) -> bool {
    let mut start = path.chars();
    let is_drive = start.next().is_some_and(char::is_alphabetic) && start.next() == Some(':');
    path.starts_with(['/', '$']) || is_drive
}

/// A path without variables, quotes and steps upwards.
fn is_plain(path: &Word) -> bool {
    !path.has_variables && path.raw == path.text && path.text.split('/').all(|part| part != "..")
}

fn below(folder: &str, path: &str) -> String {
    let path = path.trim_start_matches("./");
    format!("{}/{}", folder.trim_end_matches('/'), if path == "." { "" } else { path })
}

fn finding(path: &Word, folder: Option<&str>) -> Finding {
    let finding = Finding::new(&META, path.span, format!("`{}` depends on the folder before it", path.text));
    let Some(folder) = folder.filter(|_| is_plain(path)) else { return finding };
    let text = below(folder, &path.text);
    let title = format!("write `{text}`");
    finding.fix(Fix { title, safety: Safety::Safe, edits: vec![Edit { span: path.span, text }] })
}
