//! What the kernel counts for a container: cgroups of either version (`cgroups(7)`, `Documentation/admin-guide/cgroup-v1`
//! and `cgroup-v2.rst` of Linux).

use std::fs;
use std::path::{Path, PathBuf};

use super::mountinfo::{Mount, mounts};

/// The control group of one container.
#[derive(Debug, Clone)]
pub(super) struct Cgroup {
    memory: Option<Counter>,
    cpu: Option<Counter>,
    pids: Option<Counter>,
    /// The group's folder in every hierarchy.
    folders: Vec<PathBuf>,
}

/// Where a controller counts.
#[derive(Debug, Clone)]
struct Counter {
    folder: PathBuf,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Counter {
    fn text(&self, one: &str, two: &str) -> Option<String> {
        let name = match self.version {
            Version::One => one,
            Version::Two => two,
        };
        fs::read_to_string(self.folder.join(name)).ok()
    }

    fn number(&self, one: &str, two: &str) -> Option<u64> {
        self.text(one, two)?.trim().parse().ok()
    }

    /// The value of a row of a file of names and numbers.
    fn row(&self, one: (&str, &str), two: (&str, &str)) -> Option<u64> {
        let text = self.text(one.0, two.0)?;
        let name = match self.version {
            Version::One => one.1,
            Version::Two => two.1,
        };
        let rows = text.lines().filter_map(|line| line.split_once(' '));
        rows.filter(|(found, _)| *found == name).find_map(|(_, value)| value.trim().parse().ok())
    }
}

/// A moment of a container's memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// Bytes charged.
    pub(super) charged: u64,
    /// Bytes of anonymous memory among them.
    pub(super) anonymous: u64,
    /// Bytes of files among them.
    pub(super) files: u64,
}

impl Cgroup {
    /// The group at `path` below the root of every hierarchy.
    pub(super) fn at(path: &str) -> Self {
        Self::gather(&mounts(), |_| Some(path.to_owned()))
    }

    /// The group that a process is in.
    pub(super) fn of_process(pid: u32) -> Self {
        let text = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
        let path_of = |mount: &Mount| {
            let mut rows = text.lines().filter_map(|line| {
                let mut parts = line.splitn(3, ':');
                Some((parts.next()?, parts.next()?, parts.next()?))
            });
            let fits = |controllers: &str| match mount.kind.as_str() {
                "cgroup2" => controllers.is_empty(),
                _ => !controllers.is_empty() && controllers.split(',').all(|name| has(&mount.options, name)),
            };
            let path = rows.find(|(_, controllers, _)| fits(controllers))?.2;
            let root = mount.root.to_str()?.trim_end_matches('/');
            path.strip_prefix(root).map(str::to_owned)
        };
        Self::gather(&mounts(), path_of)
    }

    fn gather(mounts: &[Mount], path_of: impl Fn(&Mount) -> Option<String>) -> Self {
        let mut group = Self { memory: None, cpu: None, pids: None, folders: Vec::new() };
        for mount in mounts.iter().filter(|mount| mount.kind == "cgroup") {
            let Some(path) = path_of(mount) else { continue };
            let folder = mount.point.join(path.trim_start_matches('/'));
            let counter = || Some(Counter { folder: folder.clone(), version: Version::One });
            if has(&mount.options, "memory") {
                group.memory = counter();
            }
            if has(&mount.options, "cpuacct") {
                group.cpu = counter();
            }
            if has(&mount.options, "pids") {
                group.pids = counter();
            }
            group.folders.push(folder);
        }
        for mount in mounts.iter().filter(|mount| mount.kind == "cgroup2") {
            let Some(path) = path_of(mount) else { continue };
            let folder = mount.point.join(path.trim_start_matches('/'));
            let counter = || Some(Counter { folder: folder.clone(), version: Version::Two });
            // A controller is in one hierarchy only; what version 1 has is not here.
            group.memory = group.memory.or_else(counter);
            group.cpu = group.cpu.or_else(counter);
            group.pids = group.pids.or_else(counter);
            group.folders.push(folder);
        }
        group
    }

    /// Starts the peak anew; false where the kernel cannot (version 2 before Linux 6.12), so that it also counts what
    /// made the container.
    pub(super) fn reset_peak(&self) -> bool {
        let Some(memory) = &self.memory else { return false };
        match memory.version {
            Version::One => fs::write(memory.folder.join("memory.max_usage_in_bytes"), "0").is_ok(),
            // A reset holds for the one who did it and has the file open, which a peak that is read later is not.
            Version::Two => false,
        }
    }

    /// Most bytes that were charged at once.
    pub(super) fn peak(&self) -> Option<u64> {
        self.memory.as_ref()?.number("memory.max_usage_in_bytes", "memory.peak")
    }

    /// The memory of this moment.
    pub(super) fn memory(&self) -> Option<Memory> {
        let memory = self.memory.as_ref()?;
        Some(Memory {
            charged: memory.number("memory.usage_in_bytes", "memory.current")?,
            anonymous: memory.row(("memory.stat", "total_rss"), ("memory.stat", "anon"))?,
            files: memory.row(("memory.stat", "total_cache"), ("memory.stat", "file"))?,
        })
    }

    /// Processor time used so far, ns.
    pub(super) fn cpu_ns(&self) -> Option<u64> {
        let cpu = self.cpu.as_ref()?;
        match cpu.version {
            Version::One => cpu.number("cpuacct.usage", ""),
            Version::Two => cpu.row(("", ""), ("cpu.stat", "usage_usec")).map(|micros| micros * 1000),
        }
    }

    /// Processes that the kernel killed as the memory was at its limit.
    pub(super) fn oom_kills(&self) -> u64 {
        let row = |memory: &Counter| memory.row(("memory.oom_control", "oom_kill"), ("memory.events", "oom_kill"));
        self.memory.as_ref().and_then(row).unwrap_or(0)
    }

    /// Processes that were refused as there were too many.
    pub(super) fn refused(&self) -> u64 {
        self.pids.as_ref().and_then(|pids| pids.row(("pids.events", "max"), ("pids.events", "max"))).unwrap_or(0)
    }

    /// Processes of the group.
    pub(super) fn processes(&self) -> Vec<u32> {
        let one = self.pids.as_ref().or(self.memory.as_ref()).map(|counter| counter.folder.clone());
        one.as_deref().map(processes).unwrap_or_default()
    }
}

fn has(options: &str, name: &str) -> bool {
    options.split(',').any(|option| option == name)
}

/// The processes in a group's folder.
fn processes(folder: &Path) -> Vec<u32> {
    let text = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

/// Kills what is left in the groups below `path` and removes them; false while some are still there.
pub(super) fn remove(path: &str) -> bool {
    let mut is_gone = true;
    for folder in Cgroup::at(path).folders {
        is_gone &= remove_folder(&folder);
    }
    is_gone
}

fn remove_folder(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return true };
    for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        remove_folder(&entry.path());
    }
    for pid in processes(folder) {
        let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
        // One that is gone by now is what is wanted.
        let _ = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::KILL));
    }
    fs::remove_dir(folder).is_ok() || !folder.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(kind: &str, point: &Path, options: &str) -> Mount {
        Mount { root: "/".into(), point: point.into(), kind: kind.into(), options: options.into() }
    }

    #[test]
    fn counters_of_both_versions_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("v1/m/g/memory.max_usage_in_bytes", "500\n");
        write("v1/m/g/memory.usage_in_bytes", "400\n");
        write("v1/m/g/memory.stat", "cache 1\ntotal_cache 100\ntotal_rss 300\n");
        write("v1/m/g/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        write("v1/c/g/cpuacct.usage", "7000000\n");
        write("v2/g/memory.peak", "50\n");
        write("v2/g/memory.current", "40\n");
        write("v2/g/memory.stat", "anon 30\nfile 10\n");
        write("v2/g/memory.events", "low 0\noom 1\noom_kill 1\n");
        write("v2/g/cpu.stat", "usage_usec 9\nuser_usec 5\n");
        write("v2/g/pids.events", "max 3\n");
        let at = |mounts: &[Mount]| Cgroup::gather(mounts, |_| Some("/g".into()));
        let one = [
            mount("cgroup", &folder.path().join("v1/m"), "rw,memory"),
            mount("cgroup", &folder.path().join("v1/c"), "rw,cpuacct,cpu"),
        ];
        let two = [mount("cgroup2", &folder.path().join("v2"), "rw")];
        let hybrid: Vec<Mount> = two.iter().chain(&one).cloned().collect();
        for (mounts, peak, charged, cpu, kills) in
            [(&one[..], 500, 400, 7_000_000, 2), (&two[..], 50, 40, 9000, 1), (&hybrid[..], 500, 400, 7_000_000, 2)]
        {
            let group = at(mounts);
            assert_eq!((group.peak(), group.cpu_ns(), group.oom_kills()), (Some(peak), Some(cpu), kills));
            assert_eq!(group.memory().map(|memory| memory.charged), Some(charged));
        }
        assert_eq!((at(&two).refused(), at(&one).refused()), (3, 0));
        assert_eq!(at(&[]).peak(), None);
    }
}
