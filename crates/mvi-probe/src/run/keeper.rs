//! The folder that everything of a probe is in, and the process beside it that takes all of it away when the probe ends,
//! however it ends: it waits on a pipe that the kernel closes with the probe, even when that is killed.

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use super::clean::{Note, clean};
use super::error::ProbeError;
use super::runtime::Program;
use super::wait;
use crate::own_folder::{OwnFolder, abandoned, is_one};

/// How names of folders of probes begin.
const PREFIX: &str = "mvi-probe-";
/// What a probe writes to its keeper when it ends well.
const DONE: u8 = b'.';
/// How long a keeper may take to clean up.
const PATIENCE: Duration = Duration::from_secs(120);

/// The folder of one probe. Dropped, it is taken away with all that was made for it.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    id: String,
    keeper: Option<(Child, ChildStdin)>,
}

impl Place {
    /// Makes a folder below `parent` that only this user may enter, and starts its keeper: `keeper` is a command that
    /// calls [`keep`] with the path it finds as its last argument.
    ///
    /// # Errors
    /// A folder that cannot be made, and a keeper that cannot be started.
    pub fn open(parent: &Path, mut keeper: Command) -> Result<Self, ProbeError> {
        let made = OwnFolder::take(parent, PREFIX);
        let made = made.map_err(ProbeError::system(format!("make a folder in `{}`", parent.display())))?;
        let path = fs::canonicalize(made.path()).map_err(ProbeError::system("find the folder that was made"))?;
        let lock = made.lock().map_err(ProbeError::system("share the lock of the folder that was made"))?;
        // A group of its own, so that an interrupt from the keyboard ends the probe and not who cleans up after it. The
        // lock is passed on as its output: it is held as long as either of the two lives.
        keeper.arg(&path).process_group(0).stdin(Stdio::piped()).stdout(lock).stderr(Stdio::null());
        let mut child = keeper.spawn().map_err(ProbeError::system("start the process that cleans up"))?;
        let pipe = child.stdin.take().ok_or_else(|| ProbeError::Left("no way to tell who cleans up".into()))?;
        // From here on the keeper takes the folder away.
        made.leave();
        let id = path.file_name().and_then(|name| name.to_str()).unwrap_or(PREFIX).to_ascii_lowercase();
        Ok(Self { folder: path, id: id.replace(['.', '_'], "-"), keeper: Some((child, pipe)) })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What everything of it is called.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// A folder in it, made now.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn make(&self, name: &str) -> Result<PathBuf, ProbeError> {
        let path = self.folder.join(name);
        fs::create_dir(&path).map_err(ProbeError::system(format!("make `{}`", path.display())))?;
        Ok(path)
    }

    /// Notes which runtime is going to make containers, before it makes any.
    pub(super) fn note(&self, program: &Program) -> Result<(), ProbeError> {
        Note { program: program.clone(), id: self.id.clone() }.write(&self.folder)
    }

    /// Takes everything away.
    ///
    /// # Errors
    /// What is still there.
    pub fn close(mut self) -> Result<(), ProbeError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), ProbeError> {
        let Some((mut child, mut pipe)) = self.keeper.take() else { return Ok(()) };
        // A keeper that is gone cannot be told; what it leaves is cleaned below.
        let _ = pipe.write_all(&[DONE]);
        drop(pipe);
        wait::child(&mut child, PATIENCE);
        if !self.folder.exists() {
            return Ok(());
        }
        clean(&self.folder).map_err(ProbeError::Left)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Who wants to know calls `close`.
        let _ = self.end();
    }
}

/// True for a folder of a probe that nobody else can have made or written in: what stands in it is going to be believed.
fn is_ours(folder: &Path) -> bool {
    let is_named = folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
    let is_private = folder.symlink_metadata().is_ok_and(|metadata| {
        let own = rustix::process::geteuid().as_raw();
        metadata.is_dir() && metadata.uid() == own && metadata.mode() & 0o077 == 0
    });
    is_named && is_private
}

/// Waits until whoever holds the other end of `pipe` is done or dead, then takes away the folder of a probe and all that
/// was made for it.
///
/// # Errors
/// What is still there, and a folder that is none of a probe.
pub fn keep(folder: &Path, pipe: &mut dyn Read) -> Result<(), ProbeError> {
    if !is_ours(folder) || !folder.is_absolute() || !is_one(folder) {
        return Err(ProbeError::Left(format!("`{}` is no folder of a probe", folder.display())));
    }
    // Out of reach of the terminal; who leads a group already may not, and is out of reach as well.
    let _ = rustix::process::setsid();
    let mut said = Vec::new();
    // An error is an end like any other.
    let _ = pipe.read_to_end(&mut said);
    let mut result = clean(folder);
    if !said.contains(&DONE) {
        // What was under way when the probe was killed may only now be done.
        for _ in 0..4 {
            std::thread::sleep(Duration::from_millis(250));
            result = clean(folder);
        }
    }
    result.map_err(ProbeError::Left)
}

/// Takes away what probes below `parent` left that nobody looks after any more, as their keeper was killed too. Returns
/// how many there were.
pub fn sweep(parent: &Path) -> usize {
    let cleaned = |(folder, _lock): (PathBuf, File)| {
        let folder = Some(folder).filter(|path| is_ours(path)).and_then(|path| fs::canonicalize(path).ok())?;
        clean(&folder).ok()
    };
    abandoned(parent, PREFIX).filter_map(cleaned).count()
}
