//! What every runtime has to be able to do.

use std::io::PipeReader;
use std::path::Path;
use std::process::Command as Process;

use super::cgroup::Cgroup;
use super::error::ProbeError;
use super::isolation::{Level, Limits};
use super::spec::Command;
use crate::unpack::Account;

/// A container to be.
pub(super) struct Job<'a> {
    /// Its name, nobody else's.
    pub(super) id: String,
    pub(super) command: &'a Command,
    pub(super) account: &'a Account,
    /// Its root file system.
    pub(super) root: &'a Path,
    /// True when that is somebody else's folder, in which nothing may be made.
    pub(super) borrowed: bool,
    pub(super) level: Level,
    pub(super) limits: &'a Limits,
}

/// A container that was made and does not run yet.
pub(super) struct Created {
    /// Its first process, where it has one before it is started.
    pub(super) pid: Option<u32>,
    /// Its control group, once it has one.
    pub(super) cgroup: Option<Cgroup>,
    /// What it writes, where that does not come with the command that starts it.
    pub(super) streams: Vec<PipeReader>,
}

/// A runtime at work in the folder of a probe.
pub(super) trait Driver {
    /// Makes a container.
    fn create(&self, job: &Job<'_>) -> Result<Created, ProbeError>;
    /// The command that starts it.
    fn start(&self, id: &str) -> Process;
    /// True when that command lasts as long as the container, writes what it writes and ends as it ends.
    fn attaches(&self) -> bool;
    /// Its first process, where that is known only later; `None` while there is none.
    fn process(&self, id: &str) -> Option<u32>;
    /// The command that runs another program in it.
    fn exec(&self, id: &str, argv: &[String]) -> Process;
    /// Why the last command about it failed.
    fn complaint(&self, id: &str) -> Option<String>;
    /// Takes it away, whatever its state.
    fn remove(&self, id: &str) -> Result<(), ProbeError>;
}
