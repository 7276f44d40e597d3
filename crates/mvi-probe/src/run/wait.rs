//! Waiting with an end: for processes, and for whichever of several things comes first.

use std::io::Read;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal};

use super::error::ProbeError;

/// Waits until one of `fds` can be read or is closed, at most until `until`; says which.
pub(super) fn any(fds: &[BorrowedFd<'_>], until: Instant) -> Vec<bool> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let timeout =
            Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX), tv_nsec: left.subsec_nanos().into() };
        let mut polled: Vec<PollFd<'_>> = fds.iter().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
        match poll(&mut polled, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => {}
            _ => return polled.iter().map(|fd| !fd.revents().is_empty()).collect(),
        }
    }
}

/// A handle on a process, that cannot come to mean another one.
pub(super) fn handle(pid: u32) -> Option<OwnedFd> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

/// Waits for a child at most so long and kills it then; `None` where it had to be.
pub(super) fn child(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    use std::os::fd::AsFd as _;
    let until = Instant::now() + patience;
    if let Some(handle) = handle(child.id()) {
        any(&[handle.as_fd()], until);
    }
    match child.try_wait() {
        Ok(Some(status)) => Some(status),
        _ => {
            // Whatever these say, the child is gone then.
            let _ = child.kill();
            let _ = child.wait();
            None
        }
    }
}

/// How a process ended that is ours by adoption; `None` while it runs, and where it is nobody's we may ask for.
pub(super) fn status(pid: u32) -> Option<i32> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    let (_, status) = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG).ok()??;
    status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal))
}

/// Ends a process.
pub(super) fn kill(handle: &OwnedFd) {
    // One that is gone by now is what is wanted.
    let _ = pidfd_send_signal(handle, Signal::KILL);
}

/// Bytes of what a command says that are kept of either stream.
const SAID: u64 = 1 << 20;

/// Runs a command of the runtime; what it wrote to its standard output.
pub(super) fn said(command: &mut std::process::Command, patience: Duration) -> Result<String, ProbeError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let name = program.rsplit('/').next().unwrap_or_default();
    let verb = command.get_args().map(std::ffi::OsStr::to_string_lossy).find(|word| !word.starts_with(['-', '/']));
    let what = format!("{name} {}", verb.unwrap_or_default());
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(ProbeError::system(format!("run `{what}`")))?;
    let read = |stream: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(stream) = stream {
                // What was read until an error is what there is.
                let _ = stream.take(SAID).read_to_end(&mut bytes);
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let out = read(child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>));
    let err = read(child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>));
    let status = self::child(&mut child, patience);
    let seconds = patience.as_secs();
    let Some(status) = status else { return Err(ProbeError::Hangs { what, seconds }) };
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if status.success() {
        return Ok(out);
    }
    let lines: Vec<&str> = err.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let message = lines.last().map_or_else(|| format!("it ended with {status}"), |line| (*line).to_owned());
    Err(ProbeError::Runtime { what, message })
}
