//! The processes below this one, as `/proc` has them (proc(5)), and their end.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

/// Every process below this one, however deep. Orphans are among them where this process adopts them.
pub(super) fn below() -> Vec<Pid> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for item in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = item.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = fs::read_to_string(item.path().join("stat")) else { continue };
        if let Some(parent) = parent_of(&stat) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = Vec::new();
    let mut pending = vec![std::process::id()];
    while let Some(id) = pending.pop() {
        for child in children.remove(&id).unwrap_or_default() {
            found.extend(i32::try_from(child).ok().and_then(Pid::from_raw));
            pending.push(child);
        }
    }
    found
}

/// The parent in a line of `stat`: the second word behind the name, which may hold anything.
fn parent_of(stat: &str) -> Option<u32> {
    stat.get(stat.rfind(')')? + 1..)?.split_whitespace().nth(1)?.parse().ok()
}

/// True when another process of that program runs: not below this one, and not on a storage of its own.
pub(super) fn runs_elsewhere(program: &str) -> bool {
    let (ours, own) = (below(), storage_of("self"));
    fs::read_dir("/proc").into_iter().flatten().flatten().any(|item| {
        let id = item.file_name().to_str().and_then(|name| name.parse::<i32>().ok()).and_then(Pid::from_raw);
        let Some(id) = id.filter(|id| !ours.contains(id)) else { return false };
        let name = fs::read_to_string(item.path().join("comm")).unwrap_or_default();
        let is_other = id.as_raw_nonzero().get().unsigned_abs() != std::process::id() && name.trim_end() == program;
        is_other && (own.is_none() || own == storage_of(&id.as_raw_nonzero().to_string()).or(own.clone()))
    })
}

/// The storage that a process was told to use, empty for the usual one; nothing where nobody may ask. What it uses by
/// options of its own is not seen, so it counts as the same.
fn storage_of(process: &str) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"CONTAINERS_STORAGE_CONF=";
    let environment = fs::read(format!("/proc/{process}/environ")).ok()?;
    let mut variables = environment.split(|byte| *byte == 0);
    Some(variables.find_map(|one| one.strip_prefix(NAME)).unwrap_or_default().to_vec())
}

/// Kills all processes below this one until none is left, at most for `patience`.
pub(super) fn kill_below(patience: Duration) -> bool {
    let began = Instant::now();
    loop {
        let left = below();
        if left.is_empty() {
            return true;
        }
        for process in left {
            // One that is gone in between needs no more killing.
            let _ = kill_process(process, Signal::KILL);
        }
        reap();
        if began.elapsed() > patience {
            return below().is_empty();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Takes leave of every child that has ended; gives how each did.
pub(super) fn reap() -> Vec<(Pid, End)> {
    let mut ended = Vec::new();
    while let Ok(Some((process, status))) = wait(WaitOptions::NOHANG) {
        let end = match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => End::Code(code),
            (None, Some(signal)) => End::Signal(signal),
            (None, None) => continue,
        };
        ended.push((process, end));
    }
    ended
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By itself.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

#[cfg(test)]
mod tests {
    use super::parent_of;

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent_of("12 (a) b) S 34 12 12 0"), Some(34));
        assert_eq!(parent_of("12 (sh) R 1 12"), Some(1));
        assert_eq!(parent_of("12 (sh"), None);
        assert_eq!(parent_of(""), None);
    }
}
