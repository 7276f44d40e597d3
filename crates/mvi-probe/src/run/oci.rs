//! runc and crun, on a bundle of ours (OCI runtime-spec 1.0.2, `runtime.md`): create, start, delete.

use std::fs;
use std::io::PipeReader;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

use super::cgroup::Cgroup;
use super::driver::{Created, Driver, Job};
use super::error::ProbeError;
use super::isolation::Level;
use super::runtime::Program;
use super::spec::{Frame, config};
use super::wait;

/// How long a command of the runtime may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the runtime keeps the state of our containers: a place of its own, so that those of others are not even seen.
pub(super) fn state(folder: &Path) -> PathBuf {
    folder.join("state")
}

/// The control group that those of a probe are in.
pub(super) fn group(id: &str) -> String {
    format!("/{id}")
}

/// runc or crun in the folder of a probe.
pub(super) struct Oci {
    program: Program,
    folder: PathBuf,
    /// Of the probe.
    id: String,
    swap: bool,
}

impl Oci {
    pub(super) fn new(program: Program, folder: &Path, id: &str) -> Self {
        // Without swap accounting version 1 has no such file, and a limit on it is an error.
        let memory = super::mountinfo::mounts();
        let one =
            memory.iter().find(|mount| mount.kind == "cgroup" && mount.options.split(',').any(|it| it == "memory"));
        let swap = one.is_none_or(|mount| mount.point.join("memory.memsw.limit_in_bytes").exists());
        Self { program, folder: folder.to_owned(), id: id.to_owned(), swap }
    }

    fn bundle(&self, id: &str) -> PathBuf {
        self.folder.join(format!("bundle-{id}"))
    }

    /// The layer that a container's root is, where it has one of its own.
    pub(super) fn layer(&self, id: &str) -> Option<PathBuf> {
        Some(self.bundle(id).join("root")).filter(|root| root.is_dir())
    }

    fn command(&self, id: &str) -> Process {
        let mut command = Process::new(&self.program.path);
        command.arg("--root").arg(state(&self.folder)).arg("--log").arg(self.bundle(id).join("log"));
        command.args(["--log-format", "json"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The root of a container: the image's as it is where nothing can be written in it, else a layer over it.
    fn root(&self, job: &Job<'_>, bundle: &Path) -> Result<PathBuf, ProbeError> {
        if job.level == Level::Strict && !job.borrowed {
            return Ok(job.root.to_owned());
        }
        let make = |name: &str| {
            let path = bundle.join(name);
            fs::create_dir(&path).map_err(ProbeError::system(format!("make `{}`", path.display()))).map(|()| path)
        };
        let (upper, work, merged) = (make("upper")?, make("work")?, make("root")?);
        let text = |path: &Path| match path.to_str() {
            Some(text) if !text.contains([',', ':', '\\']) => Ok(text.to_owned()),
            _ => Err(ProbeError::Path(path.to_owned())),
        };
        let options = format!("lowerdir={},upperdir={},workdir={}", text(job.root)?, text(&upper)?, text(&work)?);
        let options = std::ffi::CString::new(options).map_err(|_| ProbeError::Path(job.root.to_owned()))?;
        mount("overlay", &merged, "overlay", MountFlags::NODEV, options.as_c_str())
            .map_err(ProbeError::system("mount a layer over the image (--isolation strict does without)"))?;
        Ok(merged)
    }
}

impl Driver for Oci {
    fn create(&self, job: &Job<'_>) -> Result<Created, ProbeError> {
        let bundle = self.bundle(&job.id);
        fs::create_dir(&bundle).map_err(ProbeError::system(format!("make `{}`", bundle.display())))?;
        let root = self.root(job, &bundle)?;
        let cgroup = format!("{}/{}", group(&self.id), job.id);
        let frame = Frame { root: &root, cgroup: &cgroup, level: job.level, limits: job.limits, swap: self.swap };
        let document = config(job.command, job.account, &frame).to_string();
        fs::write(bundle.join("config.json"), document).map_err(ProbeError::system("write the bundle"))?;
        let pipe = || std::io::pipe().map_err(ProbeError::system("make a pipe"));
        let ((out, out_end), (err, err_end)) = (pipe()?, pipe()?);
        let pid_file = bundle.join("pid");
        let mut command = self.command(&job.id);
        command.args(["create", "--bundle"]).arg(&bundle).arg("--pid-file").arg(&pid_file).arg(&job.id);
        command.stdout(out_end).stderr(err_end);
        let what = format!("{} create", self.program.kind.name());
        let mut child = command.spawn().map_err(ProbeError::system(format!("run `{what}`")))?;
        // Our ends for writing go, so that the streams end with the container.
        drop(command);
        match wait::child(&mut child, PATIENCE) {
            None => Err(ProbeError::Hangs { what, seconds: PATIENCE.as_secs() }),
            Some(status) if status.success() => {
                let pid = fs::read_to_string(&pid_file).ok().and_then(|text| text.trim().parse().ok());
                Ok(Created { pid, cgroup: Some(Cgroup::at(&cgroup)), streams: streams(out, err) })
            }
            Some(status) => {
                let message = self.complaint(&job.id).unwrap_or_else(|| format!("it ended with {status}"));
                Err(ProbeError::Runtime { what, message })
            }
        }
    }

    fn start(&self, id: &str) -> Process {
        let mut command = self.command(id);
        command.args(["start", id]);
        command
    }

    fn attaches(&self) -> bool {
        false
    }

    fn process(&self, _: &str) -> Option<u32> {
        None
    }

    fn exec(&self, id: &str, argv: &[String]) -> Process {
        let mut command = self.command(id);
        command.args(["exec", id]).args(argv);
        command
    }

    fn complaint(&self, id: &str) -> Option<String> {
        let log = fs::read_to_string(self.bundle(id).join("log")).ok()?;
        let message = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            (line["level"] == "error").then(|| line["msg"].as_str().map(str::to_owned)).flatten()
        };
        log.lines().filter_map(message).next_back()
    }

    fn remove(&self, id: &str) -> Result<(), ProbeError> {
        let mut command = self.command(id);
        command.args(["delete", "--force", id]);
        let deleted = wait::said(&mut command, PATIENCE);
        let bundle = self.bundle(id);
        let merged = bundle.join("root");
        if !super::mountinfo::below(&merged).is_empty() {
            unmount(&merged, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW)
                .map_err(ProbeError::system("unmount a layer"))?;
        }
        // What is left of it the keeper takes away; a container that was never made is unknown and that is all right.
        let _ = fs::remove_dir_all(&bundle);
        match deleted {
            Err(ProbeError::Runtime { .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn streams(out: PipeReader, err: PipeReader) -> Vec<PipeReader> {
    vec![out, err]
}
