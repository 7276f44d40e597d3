//! Runs `ShellCheck`, once for the scripts of many files.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use mvi_dockerfile::shellcheck::{Answer, EXCLUDED, reviews};
use mvi_dockerfile::{Dockerfile, Level};
use serde::Deserialize;

/// How long one run may take: a script takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longest answer that is read, bytes.
const LONGEST: u64 = 256 << 20;

/// The program, and what went wrong with it.
#[derive(Debug)]
pub(crate) struct Shellcheck {
    program: PathBuf,
    /// The first trouble of all runs.
    trouble: Mutex<Option<String>>,
}

#[derive(Deserialize)]
struct Reply {
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    file: String,
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    level: String,
    code: u32,
    message: String,
}

impl Shellcheck {
    /// The program at this path.
    #[must_use]
    pub(crate) fn new(program: PathBuf) -> Self {
        Self { program, trouble: Mutex::new(None) }
    }

    /// What went wrong first, if anything did.
    #[must_use]
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.lock().ok().and_then(|trouble| trouble.clone())
    }

    /// Its answers about each file: a list a script, or nothing when it failed.
    pub(super) fn ask<'f>(&self, files: impl Iterator<Item = &'f Dockerfile>) -> Vec<Option<Vec<Vec<Answer>>>> {
        let reviews: Vec<Vec<_>> = files.map(reviews).collect();
        let texts: Vec<&str> = reviews.iter().flatten().map(|review| review.text.as_str()).collect();
        let answers = match self.run(&texts) {
            Ok(answers) => answers,
            Err(error) => {
                if let Ok(mut trouble) = self.trouble.lock() {
                    trouble.get_or_insert_with(|| format!("{error:#}"));
                }
                return reviews.iter().map(|_| None).collect();
            }
        };
        let mut answers = answers.into_iter();
        reviews.iter().map(|reviews| Some(answers.by_ref().take(reviews.len()).collect())).collect()
    }

    fn run(&self, texts: &[&str]) -> anyhow::Result<Vec<Vec<Answer>>> {
        let mut answers: Vec<Vec<Answer>> = texts.iter().map(|_| Vec::new()).collect();
        if texts.is_empty() {
            return Ok(answers);
        }
        let folder = tempfile::tempdir().context("no folder for the scripts of RUN")?;
        for (number, text) in texts.iter().enumerate() {
            let path = folder.path().join(number.to_string());
            std::fs::write(path, text).context("cannot write a script of RUN for shellcheck")?;
        }
        let output = self.output(folder.path(), texts.len())?;
        let reply: Reply = serde_json::from_slice(&output).context("shellcheck does not answer in its json1")?;
        for comment in reply.comments {
            let number: Option<usize> = comment.file.parse().ok();
            let list = number
                .and_then(|number| answers.get_mut(number))
                .context("shellcheck names a file nobody asked about")?;
            list.push(comment.answer());
        }
        Ok(answers)
    }

    fn output(&self, folder: &Path, scripts: usize) -> anyhow::Result<Vec<u8>> {
        let excluded: Vec<String> = EXCLUDED.iter().map(ToString::to_string).collect();
        let mut child = Command::new(&self.program)
            .args(["--norc", "--format=json1", "--exclude", &excluded.join(",")])
            .args((0..scripts).map(|number| number.to_string()))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run `{}`", self.program.display()))?;
        let stdout = child.stdout.take().context("shellcheck has no output")?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(LONGEST).read_to_end(&mut bytes).map(|_| bytes);
            // The receiver is gone when patience is.
            let _ = sender.send(read);
        });
        let answer = receiver.recv_timeout(PATIENCE);
        if answer.is_err() {
            child.kill().context("shellcheck takes too long and cannot be stopped")?;
        }
        child.wait().context("cannot wait for shellcheck")?;
        answer.context("shellcheck takes too long")?.context("cannot read what shellcheck says")
    }
}

impl Comment {
    fn answer(self) -> Answer {
        Answer {
            code: self.code,
            level: match self.level.as_str() {
                "error" => Level::Error,
                "warning" => Level::Warning,
                "info" => Level::Info,
                _ => Level::Style,
            },
            message: self.message,
            start: (self.line, self.column),
            end: (self.end_line, self.end_column),
        }
    }
}
