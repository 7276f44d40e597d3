//! The journal of a spiral: a line for every piece of work that is done, chained by digests, on the disk before the next
//! begins; and the lock that keeps two runs apart.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mvi_image::{Algorithm, Digest};
use serde::Serialize;

use super::entry::Entry;

/// Longest journal that is read, bytes.
const LONGEST: u64 = 64 << 20;
/// Its name.
pub(super) const NAME: &str = "journal";

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// It cannot be read or written.
    #[error("cannot {what} the spiral's journal `{path}`")]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another run is at work.
    #[error("another run of mvi is at work in `{folder}`; wait for it, or name another folder: --work DIR")]
    Busy {
        /// The spiral's folder.
        folder: PathBuf,
    },
    /// A line is not what was written.
    #[error("line {line} of `{path}` is not as it was written; begin anew: mvi spiral run --fresh")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Line {
    /// When it was written.
    pub at: Timestamp,
    /// What was done.
    pub entry: Entry,
    /// sha256 of the line before's `sum`, a newline, and time and entry as they are written; hex.
    pub sum: String,
}

/// A journal that is written.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    lines: Vec<Line>,
    /// Held as long as the journal is.
    _lock: File,
}

impl Journal {
    /// Takes the lock of a folder, and reads what is there; a last line that was cut off is dropped.
    ///
    /// # Errors
    /// Every kind of [`JournalError`].
    pub(crate) fn open(folder: &Path) -> Result<Self, JournalError> {
        let lock = lock(folder)?;
        let path = folder.join(NAME);
        let failed = |what| {
            let path = path.clone();
            move |source| JournalError::File { what, path, source }
        };
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(failed("open"))?;
        let (lines, whole) = parse(&mut file, &path)?;
        file.set_len(whole).and_then(|()| file.seek(SeekFrom::Start(whole))).map_err(failed("write"))?;
        Ok(Self { path, file, lines, _lock: lock })
    }

    /// What was done so far.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Writes down what was done; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`JournalError::File`].
    pub(crate) fn write(&mut self, at: Timestamp, entry: Entry) -> Result<(), JournalError> {
        let failed = |source| JournalError::File { what: "write", path: self.path.clone(), source };
        let told = format!("{at} {}", serde_json::to_string(&entry).map_err(|error| failed(error.into()))?);
        let sum = sum(self.lines.last().map(|line| line.sum.as_str()), &told);
        let written = self.file.write_all(format!("{sum} {told}\n").as_bytes());
        written.and_then(|()| self.file.sync_data()).map_err(failed)?;
        self.lines.push(Line { at, entry, sum });
        Ok(())
    }

    /// Puts the journal aside under the id of its cycle, and begins an empty one.
    ///
    /// # Errors
    /// [`JournalError::File`].
    pub(crate) fn begin_anew(self, id: &str) -> Result<Self, JournalError> {
        let failed = |source| JournalError::File { what: "put aside", path: self.path.clone(), source };
        fs::rename(&self.path, self.path.with_file_name(format!("journal-{id}"))).map_err(failed)?;
        let opened = OpenOptions::new().read(true).write(true).create_new(true).open(&self.path);
        Ok(Self { file: opened.map_err(failed)?, lines: Vec::new(), ..self })
    }

    /// Reads a journal without a word to whoever writes it; nothing where there is none.
    ///
    /// # Errors
    /// [`JournalError::File`], [`JournalError::Damaged`].
    pub(crate) fn read(folder: &Path) -> Result<Vec<Line>, JournalError> {
        let path = folder.join(NAME);
        match File::open(&path) {
            Ok(mut file) => Ok(parse(&mut file, &path)?.0),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(JournalError::File { what: "read", path, source }),
        }
    }
}

fn lock(folder: &Path) -> Result<File, JournalError> {
    let path = folder.join("lock");
    let failed = |source| JournalError::File { what: "lock", path: path.clone(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::Busy { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Whole lines, and how many bytes they are.
fn parse(file: &mut File, path: &Path) -> Result<(Vec<Line>, u64), JournalError> {
    let mut bytes = Vec::new();
    let read = file.take(LONGEST).read_to_end(&mut bytes);
    read.map_err(|source| JournalError::File { what: "read", path: path.to_owned(), source })?;
    let (mut lines, mut whole): (Vec<Line>, usize) = (Vec::new(), 0);
    for text in bytes.split_inclusive(|byte| *byte == b'\n') {
        let damaged = || JournalError::Damaged { path: path.to_owned(), line: lines.len() + 1 };
        if text.last() != Some(&b'\n') {
            break;
        }
        let before = lines.last().map(|line| line.sum.as_str());
        let line = line(&text[..text.len() - 1], before).ok_or_else(damaged)?;
        whole += text.len();
        lines.push(line);
    }
    Ok((lines, whole as u64))
}

/// `SUM TIME JSON`: the sum is over the text as it stands, as numbers may be read otherwise than they were written.
fn line(text: &[u8], before: Option<&str>) -> Option<Line> {
    let (found, told) = std::str::from_utf8(text).ok()?.split_once(' ')?;
    let (at, entry) = told.split_once(' ')?;
    let line = Line { at: at.parse().ok()?, entry: serde_json::from_str(entry).ok()?, sum: found.to_owned() };
    (sum(before, told) == found).then_some(line)
}

fn sum(before: Option<&str>, told: &str) -> String {
    let text = format!("{}\n{told}", before.unwrap_or_default());
    Digest::of(Algorithm::Sha256, text.as_bytes()).hex().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot write its file should stop
mod tests {
    use super::super::entry::State;
    use super::*;

    fn entries(lines: &[Line]) -> Vec<&Entry> {
        lines.iter().map(|line| &line.entry).collect()
    }

    #[test]
    fn a_line_that_was_cut_off_is_dropped_and_one_that_was_altered_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (probed, measured) = (Entry::Reached { state: State::Probed }, Entry::Reached { state: State::Measured });
        let mut journal = Journal::open(folder.path()).unwrap();
        assert!(matches!(Journal::open(folder.path()), Err(JournalError::Busy { .. })), "one run at a time");
        journal.write(Timestamp::UNIX_EPOCH, probed.clone()).unwrap();
        journal.write(Timestamp::UNIX_EPOCH, measured.clone()).unwrap();
        drop(journal);
        let path = folder.path().join(NAME);
        let whole = fs::read(&path).unwrap();
        for cut in 1..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let kept = Journal::read(folder.path()).unwrap().len();
            assert_eq!(kept, whole[..cut].iter().filter(|byte| **byte == b'\n').count(), "cut at {cut}");
        }
        fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        assert_eq!(entries(journal.lines()), [&probed]);
        journal.write(Timestamp::UNIX_EPOCH, measured.clone()).unwrap();
        drop(journal);
        assert_eq!(fs::read(&path).unwrap(), whole, "as if nothing had happened");
        let altered = String::from_utf8(whole).unwrap().replacen("probed", "sealed", 1);
        fs::write(&path, altered).unwrap();
        assert!(matches!(Journal::read(folder.path()), Err(JournalError::Damaged { line: 1, .. })));
    }
}
