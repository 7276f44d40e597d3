//! A process between this program and a builder, which outlives both by a moment.
//!
//! It adopts every process that the builder leaves behind, and holds the reading end of a pipe. When the pipe ends,
//! because a build has to stop or because whoever asked for it died, in whatever way, it ends the builder with all that
//! runs below it, removes the working containers that the build left, and its folder. A builder that ends by itself is
//! left alone: what it keeps running is its own affair.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getpid, getppid, kill_process, set_child_subreaper};
use serde::{Deserialize, Serialize};

use super::builder::{Builder, answer, command};
use super::processes::{End, kill_below, reap, runs_elsewhere};
use super::request::Order;
use crate::own_folder::{hold, remove};

/// How long a builder may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(5);
/// How long its processes may take to vanish when they are killed.
const KILLING: Duration = Duration::from_secs(10);
/// How often it is looked whether something ended.
const TICK: Duration = Duration::from_millis(5);

/// How a guarded command ended. Told through a file in its folder, so that nothing else can be taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Guarded {
    /// Its exit code; none where it was killed.
    pub code: Option<i32>,
    /// The signal that killed it.
    pub signal: Option<i32>,
    /// Microseconds from its start to its end.
    pub micros: u64,
    /// Working containers that the build left and that were removed.
    pub removed: Vec<String>,
    /// Working containers that came while it ran and were left, as another build may be at work in them.
    pub left: Vec<String>,
    /// Processes that could not be killed.
    pub immortal: bool,
}

/// The file that tells it.
pub(super) const TOLD: &str = "ended.json";

/// Runs a command as a child of this process, which must have no other business, until it ends or `alive` does.
///
/// `folder` is where the end is told. Where the parent, a process id, is gone by then, nobody else removes the folder,
/// and it goes.
///
/// # Errors
/// A command that cannot be started, and a folder that cannot be written.
pub fn guard(
    builder: &dyn Builder,
    order: &Order,
    (folder, parent): (&Path, u32),
    alive: impl Read + Send + 'static,
) -> io::Result<Guarded> {
    set_child_subreaper(Some(getpid()))?;
    // Nobody may take the folder away from under a builder that is being ended.
    let _held = hold(folder)?;
    let before = containers(builder);
    let stop = watch(alive);
    let began = Instant::now();
    let child = command(order).env("TMPDIR", folder).spawn()?;
    let child = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::Other)?;
    let mut ended = await_end(child, None, || stop.load(Ordering::Acquire));
    let mut guarded = Guarded::default();
    if ended.is_none() {
        // Asked politely, builders take their working containers away.
        let _ = kill_process(child, Signal::TERM);
        ended = await_end(child, Some(GRACE), || false);
    }
    guarded.micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    match ended {
        Some(End::Code(code)) => guarded.code = Some(code),
        Some(End::Signal(signal)) => guarded.signal = Some(signal),
        None => {}
    }
    let was_stopped = stop.load(Ordering::Acquire);
    if was_stopped || guarded.code.is_none() {
        guarded.immortal = !kill_below(KILLING);
        clear(builder, order, &before, &mut guarded);
    }
    if getppid().is_none_or(|now| now.as_raw_nonzero().get().unsigned_abs() != parent) {
        remove(folder);
        return Ok(guarded);
    }
    let told = serde_json::to_vec(&guarded).map_err(io::Error::from);
    told.and_then(|told| fs::write(folder.join(TOLD), told))?;
    Ok(guarded)
}

/// Notices the end of the pipe.
fn watch(mut alive: impl Read + Send + 'static) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    std::thread::spawn(move || {
        // Nothing is ever written to it: whatever comes, it is the end.
        let _ = io::copy(&mut alive, &mut io::sink());
        told.store(true, Ordering::Release);
    });
    stop
}

/// Waits for a child's end, and for those of all that were adopted; nothing when it had to be stopped.
fn await_end(child: Pid, patience: Option<Duration>, is_over: impl Fn() -> bool) -> Option<End> {
    let began = Instant::now();
    loop {
        if let Some((_, end)) = reap().into_iter().find(|(process, _)| *process == child) {
            return Some(end);
        }
        if is_over() || patience.is_some_and(|patience| began.elapsed() > patience) {
            return None;
        }
        std::thread::sleep(TICK);
    }
}

/// The containers there are; none where the builder cannot say.
fn containers(builder: &dyn Builder) -> BTreeSet<String> {
    let listed = answer(&builder.containers()).unwrap_or_default();
    listed.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Removes containers that came during the build. While another one runs, they may be that one's, and stay.
fn clear(builder: &dyn Builder, order: &Order, before: &BTreeSet<String>, guarded: &mut Guarded) {
    let came: Vec<String> = containers(builder).difference(before).cloned().collect();
    if came.is_empty() {
        return;
    }
    let program = order.program.to_string_lossy();
    for container in came {
        let removed = !runs_elsewhere(&program) && answer(&builder.discard(&container)).is_ok();
        if removed { guarded.removed.push(container) } else { guarded.left.push(container) }
    }
    // A service may be removing them itself just now.
    let began = Instant::now();
    while !guarded.left.is_empty() && began.elapsed() < GRACE {
        let still = containers(builder);
        guarded.left.retain(|container| still.contains(container));
        std::thread::sleep(10 * TICK);
    }
}
