//! One file: read, judged, repaired and written back.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::sync::Arc;

use anyhow::Context as _;
use mvi_dockerfile::shellcheck::{Answer, has_reviews, reviews};
use mvi_dockerfile::{Dockerfile, Finding, Foreign, LintSettings, check, repair, settle};

use super::find::Target;
use super::note::note;
use super::run::{LintJob, Mend};
use crate::actions::whole::replace;
use crate::report::lint::{LintedFile, UnreadFile};

/// Longest file that is read, bytes; BuildKit's own frontend stops far below.
const LONGEST: u64 = 128 << 20;

/// What became of a file.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was linted.
    Linted(Linted),
    /// It cannot be read or written.
    Unread(UnreadFile),
}

/// A file that was linted.
#[derive(Debug)]
pub(crate) struct Linted {
    /// What is told of it; after repairs, what is left.
    pub file: LintedFile,
    /// Its bytes before and after, where repairs change it.
    pub change: Option<(Vec<u8>, Vec<u8>)>,
    /// Its bytes as they are now, of standard input only.
    pub stdin: Option<Vec<u8>>,
    /// Whether there is a script that `ShellCheck` could have looked at.
    pub has_scripts: bool,
}

/// A file that was read and parsed, and waits for `ShellCheck`.
pub(super) struct Opened {
    pub(super) path: String,
    pub(super) file: Dockerfile,
    change: Option<(Vec<u8>, Vec<u8>)>,
    fixed: usize,
    is_stdin: bool,
    pub(super) settings: Arc<LintSettings>,
}

impl Opened {
    /// Reads a file and repairs it as far as it is wanted.
    pub(super) fn open(target: &Target, job: &LintJob<'_>) -> Result<Self, UnreadFile> {
        let path = target.path(job.stdin_path);
        let unread = |error: anyhow::Error| UnreadFile { path: path.clone(), message: format!("{error:#}") };
        let bytes = read(target).map_err(unread)?;
        let settings = job.settings_for(target);
        let (bytes, change, fixed) = match job.mend {
            Mend::Nothing => (bytes, None, 0),
            Mend::Write(safety) | Mend::Show(safety) => {
                let repaired = repair(&bytes, &settings, safety);
                if let (true, Mend::Write(_), Target::File(path)) = (repaired.bytes != bytes, job.mend, target) {
                    let written = replace(path, &repaired.bytes).context("cannot write the repaired file");
                    written.map_err(unread)?;
                }
                let change = (repaired.bytes != bytes).then(|| (bytes, repaired.bytes.clone()));
                (repaired.bytes, change, repaired.made.len())
            }
        };
        let is_stdin = *target == Target::Stdin;
        Ok(Self { file: Dockerfile::parse(&bytes), path, change, fixed, is_stdin, settings })
    }

    /// Judges it; `answers` are of `ShellCheck`, one list a script, none when it was not asked.
    pub(super) fn finish(self, answers: Option<&[Vec<Answer>]>, job: &LintJob<'_>) -> Linted {
        let told = judge(&self.file, &self.settings, answers);
        let has_scripts = has_reviews(&self.file);
        let mut findings = note(&self.path, self.file.text(), self.file.lines(), told);
        let all = findings.len();
        if let Some(baseline) = job.baseline {
            findings.retain(|finding| !baseline.knows(&self.path, finding));
        }
        let known = all - findings.len();
        let source: Arc<str> = if findings.is_empty() { "".into() } else { self.file.text().into() };
        let stdin = self.is_stdin.then(|| self.file.print());
        let file = LintedFile { path: self.path, findings, known, fixed: self.fixed, source };
        Linted { file, change: self.change, stdin, has_scripts }
    }
}

/// The findings of a file; `answers` are of `ShellCheck`, one list a script, none when it was not asked.
pub(super) fn judge(file: &Dockerfile, settings: &LintSettings, answers: Option<&[Vec<Answer>]>) -> Vec<Finding> {
    let mut found = check(file, settings);
    let Some(answers) = answers else { return settle(file, settings, found, Foreign::NotAsked) };
    for (review, answers) in reviews(file).iter().zip(answers) {
        found.extend(answers.iter().filter_map(|answer| review.finding(answer)));
    }
    settle(file, settings, found, Foreign::Asked)
}

pub(super) fn read(target: &Target) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match target {
        Target::Stdin => io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)?,
        Target::File(path) | Target::Yaml(path) => {
            // A pipe or device would be waited for, or never end.
            let metadata = fs::metadata(path)?;
            anyhow::ensure!(metadata.is_file(), "not a file");
            // One byte more, so that the end is seen without another buffer.
            bytes.reserve_exact(metadata.len().min(LONGEST) as usize + 1);
            File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?
        }
    };
    anyhow::ensure!(bytes.len() as u64 <= LONGEST, "larger than {LONGEST} bytes: this is no Dockerfile");
    Ok(bytes)
}
