//! Taking away everything that was made for a probe: commands under way, containers, control groups, mounts, folders.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::mount::{UnmountFlags, unmount};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use super::error::ProbeError;
use super::runtime::{Kind, Program};
use super::{cgroup, engine, mountinfo, oci, wait};

/// The file that says what has to be taken away.
const NOTE: &str = "note.json";
/// Rounds of cleaning before giving up, and the time between them.
const ROUNDS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(100);
/// How long one command of a runtime may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is needed to clean up after a probe.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) program: Program,
    /// What containers, control groups and labels of the probe begin with.
    pub(super) id: String,
}

impl Note {
    /// Writes it whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), ProbeError> {
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.persist(folder.join(NOTE)).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(ProbeError::system::<std::io::Error>("note what has to be cleaned up"))
    }

    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(NOTE)).ok()?).ok()
    }
}

/// Takes away all that belongs to `folder` and the folder itself; says what is left.
pub(super) fn clean(folder: &Path) -> Result<(), String> {
    let note = Note::read(folder);
    let mut left = String::new();
    for round in 0..ROUNDS {
        if round > 0 {
            std::thread::sleep(PAUSE);
        }
        end_commands(folder);
        if let Some(note) = &note {
            let containers = remove_containers(folder, note);
            if !cgroup::remove(&oci::group(&note.id)) {
                left = format!("the control group {}", oci::group(&note.id));
                continue;
            }
            if let Err(error) = containers {
                left = error.to_string();
                continue;
            }
        }
        for point in mountinfo::below(folder) {
            // What is in use goes when its last user does.
            let _ = unmount(&point, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW);
        }
        if !mountinfo::below(folder).is_empty() {
            left = format!("mounts below {}", folder.display());
            continue;
        }
        match fs::remove_dir_all(folder) {
            Err(error) if folder.exists() => left = format!("{}: {error}", folder.display()),
            _ => return Ok(()),
        }
    }
    Err(left)
}

/// Kills commands of runtimes that are still at work in the folder; they name it in their arguments.
fn end_commands(folder: &Path) {
    let Some(name) = folder.to_str() else { return };
    let Ok(entries) = fs::read_dir("/proc") else { return };
    let own = std::process::id();
    for entry in entries.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(line) = fs::read(entry.path().join("cmdline")) else { continue };
        let mut words = line.split(|byte| *byte == 0);
        let program = words.next().unwrap_or_default();
        let is_runtime =
            ["runc", "crun", "podman", "docker", "conmon"].iter().any(|kind| program.ends_with(kind.as_bytes()));
        let is_ours = words.any(|word| String::from_utf8_lossy(word).contains(name));
        if pid != own && is_runtime && is_ours {
            let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
            // One that is gone by now is what is wanted.
            let _ = pid.map(|pid| kill_process(pid, Signal::KILL));
        }
    }
}

fn remove_containers(folder: &Path, note: &Note) -> Result<(), ProbeError> {
    match note.program.kind {
        Kind::Runc | Kind::Crun => {
            let state = oci::state(folder);
            for entry in fs::read_dir(&state).into_iter().flatten().flatten() {
                let mut command = Command::new(&note.program.path);
                command.arg("--root").arg(&state).args(["delete", "--force"]).arg(entry.file_name());
                // A container that was only half made is unknown to the runtime; its processes and groups go below.
                let _ = wait::said(&mut command, PATIENCE);
            }
            Ok(())
        }
        Kind::Podman | Kind::Docker => engine::remove_all(&note.program, folder, &note.id),
    }
}
