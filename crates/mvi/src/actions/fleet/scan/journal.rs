//! The journal of a scan: what there is to read, and what of it is done; one JSON document a line, beside the store.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kubernetes::Workloads;

/// What there is to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// `mvi-fleet-scan-plan/1`.
    pub schema: String,
    /// When the scan was begun.
    pub begun: Timestamp,
    /// The places, each one location.
    pub places: Vec<String>,
    /// Who runs what, where a cluster is scanned.
    pub workloads: Option<Workloads>,
}

/// One line behind the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// A place is done.
    Done {
        /// Which.
        place: usize,
        /// The images that were there.
        digests: Vec<String>,
    },
    /// All is done.
    End,
}

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// It cannot be read or written.
    #[error("cannot {what} the journal `{path}`")]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is none to go on with.
    #[error("no scan was stopped before its end; name what to scan")]
    Nothing,
    /// It is none.
    #[error("`{path}` is no journal of a scan; scan anew")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// A scan that is under way.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    plan: Plan,
    done: BTreeMap<usize, Vec<String>>,
}

impl Journal {
    /// Begins a new scan; the journal of the one before is gone then.
    ///
    /// # Errors
    /// [`JournalError::File`].
    pub(crate) fn begin(path: &Path, plan: Plan) -> Result<Self, JournalError> {
        let failed = |source| JournalError::File { what: "write", path: path.to_owned(), source };
        // Two scans may begin at once; each writes a file of its own, and the later one is the last.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        write(draft.as_file_mut(), &plan).and_then(|()| draft.as_file().sync_all()).map_err(failed)?;
        let file = draft.persist(path).map_err(|error| failed(error.error))?;
        Ok(Self { path: path.to_owned(), file, plan, done: BTreeMap::new() })
    }

    /// Goes on with the scan that was stopped last. What its last line says may have been cut off in writing.
    ///
    /// # Errors
    /// [`JournalError`].
    pub(crate) fn resume(path: &Path) -> Result<Self, JournalError> {
        let failed = |what| move |source| JournalError::File { what, path: path.to_owned(), source };
        let read = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(JournalError::Nothing),
            other => other.map_err(failed("read"))?,
        };
        let mut lines = BufReader::new(read).lines();
        let foreign = || JournalError::Foreign { path: path.to_owned() };
        let first = lines.next().ok_or_else(foreign)?.map_err(failed("read"))?;
        let plan: Plan = serde_json::from_str(&first).map_err(|_| foreign())?;
        let mut done = BTreeMap::new();
        for line in lines {
            match serde_json::from_str(&line.map_err(failed("read"))?) {
                Ok(Line::Done { place, digests }) => {
                    done.insert(place, digests);
                }
                Ok(Line::End) => return Err(JournalError::Nothing),
                // Cut off in writing by what stopped the scan.
                Err(_) => {}
            }
        }
        let mut file = OpenOptions::new().append(true).open(path).map_err(failed("write"))?;
        // A line that was cut off ends here, so that the next one is whole.
        writeln!(file).map_err(failed("write"))?;
        Ok(Self { path: path.to_owned(), file, plan, done })
    }

    /// What there is to read.
    #[must_use]
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether a place needs no more reading.
    #[must_use]
    pub(crate) fn is_done(&self, place: usize) -> bool {
        self.done.contains_key(&place)
    }

    /// The images that were found at a place.
    #[must_use]
    pub(crate) fn digests(&self, place: usize) -> &[String] {
        self.done.get(&place).map(Vec::as_slice).unwrap_or_default()
    }

    /// Writes down that a place is done.
    ///
    /// # Errors
    /// [`JournalError::File`].
    pub(crate) fn done(&mut self, place: usize, digests: Vec<String>) -> Result<(), JournalError> {
        self.line(&Line::Done { place, digests: digests.clone() })?;
        self.done.insert(place, digests);
        Ok(())
    }

    /// Writes down that all is done: there is nothing to go on with.
    ///
    /// # Errors
    /// [`JournalError::File`].
    pub(crate) fn end(&mut self) -> Result<(), JournalError> {
        if (0..self.plan.places.len()).all(|place| self.is_done(place)) {
            self.line(&Line::End)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<(), JournalError> {
        write(&mut self.file, line).map_err(|source| JournalError::File {
            what: "write",
            path: self.path.clone(),
            source,
        })
    }
}

/// One line in one piece.
fn write(file: &mut File, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot write its file should stop
mod tests {
    use super::*;

    fn plan() -> Plan {
        let places = vec!["a".to_owned(), "b".to_owned()];
        Plan { schema: "mvi-fleet-scan-plan/1".into(), begun: Timestamp::UNIX_EPOCH, places, workloads: None }
    }

    #[test]
    fn a_scan_is_gone_on_with_whatever_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.db.scan");
        assert!(matches!(Journal::resume(&path), Err(JournalError::Nothing)));
        let mut journal = Journal::begin(&path, plan()).unwrap();
        journal.done(1, vec!["sha256:x".into()]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], br#"{"done":{"pla"#].concat()).unwrap();
        let mut journal = Journal::resume(&path).unwrap();
        assert_eq!((journal.is_done(0), journal.digests(1)), (false, &["sha256:x".to_owned()][..]));
        journal.done(0, Vec::new()).unwrap();
        journal.end().unwrap();
        assert!(matches!(Journal::resume(&path), Err(JournalError::Nothing)));
        std::fs::write(&path, "something else").unwrap();
        assert!(matches!(Journal::resume(&path), Err(JournalError::Foreign { .. })));
    }
}
