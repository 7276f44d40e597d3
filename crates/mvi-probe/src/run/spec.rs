//! What a container runs, and the `config.json` that says so (OCI runtime-spec 1.0.2, `config.md`, `config-linux.md`).

use std::path::Path;

use mvi_image::Image;
use serde_json::{Value, json};

use super::error::ProbeError;
use super::isolation::{Level, Limits};
use crate::unpack::Account;

/// Where programs are looked for when the image does not say.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What Docker gives, without `CAP_NET_RAW`, `CAP_MKNOD` and `CAP_AUDIT_WRITE`.
pub(super) const CAPABILITIES: &[&str] = &[
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];

/// Folders that a container may write in at every level.
pub(super) const TEMPORARY: &[&str] = &["/tmp", "/run", "/var/tmp"];

/// What a container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments.
    pub args: Vec<String>,
    /// `NAME=value` pairs.
    pub env: Vec<String>,
    /// The folder it starts in.
    pub cwd: String,
    /// As the image has it: `NAME`, `UID`, either with `:GROUP`, or empty.
    pub user: String,
    /// Paths that the image declares as volumes.
    pub volumes: Vec<String>,
}

impl Command {
    /// What a container of `image` runs: its entrypoint and command, or `argv` in place of both where it is not empty.
    ///
    /// # Errors
    /// An image without either, where `argv` is empty.
    pub fn of(image: &Image, argv: &[String]) -> Result<Self, ProbeError> {
        let config = &image.config.config;
        let args = if argv.is_empty() { image.argv() } else { argv.to_vec() };
        if args.first().is_none_or(String::is_empty) {
            return Err(ProbeError::NoCommand { image: image.source.clone() });
        }
        let mut env = config.env.clone();
        if !env.iter().any(|pair| pair.starts_with("PATH=")) {
            env.insert(0, PATH.to_owned());
        }
        let cwd = if config.working_dir.starts_with('/') { config.working_dir.clone() } else { "/".to_owned() };
        Ok(Self { args, env, cwd, user: config.user.clone(), volumes: config.volumes.keys().cloned().collect() })
    }
}

/// Everything else that a container is.
pub(super) struct Frame<'a> {
    pub(super) root: &'a Path,
    /// Of every hierarchy.
    pub(super) cgroup: &'a str,
    pub(super) level: Level,
    pub(super) limits: &'a Limits,
    /// True on a kernel that counts swap.
    pub(super) swap: bool,
}

/// The `config.json` of a container: no network but loopback, no new privileges, name spaces of its own.
pub(super) fn config(command: &Command, account: &Account, frame: &Frame<'_>) -> Value {
    let mut env = command.env.clone();
    if !env.iter().any(|pair| pair.starts_with("HOME=")) {
        env.push(format!("HOME={}", account.home));
    }
    let given: &[&str] = match frame.level {
        Level::Strict => &[],
        Level::Relaxed => CAPABILITIES,
    };
    // Whoever is not root has what root may hand over, and nothing by itself, as with Docker.
    let own: &[&str] = if account.uid == 0 { given } else { &[] };
    json!({
        "ociVersion": "1.0.2",
        "hostname": "probe",
        "process": {
            "terminal": false,
            "user": { "uid": account.uid, "gid": account.gid, "additionalGids": account.groups },
            "args": command.args,
            "env": env,
            "cwd": command.cwd,
            "noNewPrivileges": true,
            "capabilities": { "bounding": given, "effective": own, "permitted": own, "inheritable": [], "ambient": [] },
        },
        "root": { "path": frame.root, "readonly": frame.level == Level::Strict },
        "mounts": mounts(command, frame.level),
        "linux": {
            "cgroupsPath": frame.cgroup,
            "resources": resources(frame),
            "sysctl": { "net.ipv4.ip_unprivileged_port_start": "0" },
            "namespaces": [
                { "type": "pid" }, { "type": "mount" }, { "type": "ipc" }, { "type": "uts" }, { "type": "network" }
            ],
            "maskedPaths": [
                "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"
            ],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    })
}

fn resources(frame: &Frame<'_>) -> Value {
    let limits = frame.limits;
    let mut memory = json!({ "limit": limits.memory_bytes });
    if frame.swap {
        memory["swap"] = json!(limits.memory_bytes);
    }
    let mut resources = json!({ "memory": memory, "pids": { "limit": limits.pids } });
    if let Some(cpus) = limits.cpus {
        resources["cpu"] = json!({ "period": 100_000, "quota": (cpus * 100_000.0).round() as i64 });
    }
    resources
}

fn mounts(command: &Command, level: Level) -> Vec<Value> {
    let mount = |destination: &str, kind: &str, options: &[&str]| json!({ "destination": destination, "type": kind, "source": kind, "options": options });
    let mut mounts = vec![
        mount("/proc", "proc", &["nosuid", "noexec", "nodev"]),
        mount("/dev", "tmpfs", &["nosuid", "strictatime", "mode=755", "size=65536k"]),
        mount("/dev/pts", "devpts", &["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
        mount("/dev/shm", "tmpfs", &["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
        mount("/sys", "sysfs", &["nosuid", "noexec", "nodev", "ro"]),
    ];
    if level == Level::Strict {
        let free = |path: &str| mount(path, "tmpfs", &["nosuid", "nodev", "mode=1777", "tmpcopyup"]);
        mounts.extend(TEMPORARY.iter().map(|path| free(path)));
        mounts.extend(volumes(command).map(free));
    }
    mounts
}

/// Volumes that can be mounted: not the root, not what is mounted anyway.
pub(super) fn volumes(command: &Command) -> impl Iterator<Item = &str> {
    let taken = |path: &str| {
        TEMPORARY.contains(&path) || ["/proc", "/dev", "/sys"].iter().any(|own| Path::new(path).starts_with(own))
    };
    let volumes = command.volumes.iter().map(|path| path.trim_end_matches('/'));
    volumes.filter(move |path| path.starts_with('/') && !path.contains("/..") && !taken(path))
}
