//! podman and docker, by their command lines: podman on a root file system of ours and in a storage of its own, docker on
//! an image imported from one. What they count they count with the same kernel, so the same groups are read; but they
//! take a container's group away when it ends, and start it themselves; `docs/probe.md` says what that costs.

use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use super::driver::{Created, Driver, Job};
use super::error::ProbeError;
use super::isolation::Level;
use super::runtime::{Kind, Program};
use super::spec::{CAPABILITIES, TEMPORARY, volumes};
use super::wait;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The label of containers and images of a probe.
const LABEL: &str = "mvi.probe";

/// podman or docker in the folder of a probe.
pub(super) struct Engine {
    program: Program,
    folder: PathBuf,
    /// Of the probe.
    id: String,
}

/// Where podman keeps what it makes for us. podman refuses long paths beside it, so names are short.
fn storage(folder: &Path) -> PathBuf {
    folder.join("s")
}

/// A command of the engine; podman works in a storage that goes with the folder.
fn command(program: &Program, folder: &Path) -> Process {
    let mut command = Process::new(&program.path);
    if program.kind == Kind::Podman {
        command.arg("--root").arg(storage(folder)).arg("--runroot").arg(folder.join("r"));
    }
    command
}

/// Takes away all containers and images of a probe.
pub(super) fn remove_all(program: &Program, folder: &Path, id: &str) -> Result<(), ProbeError> {
    if program.kind == Kind::Podman && !storage(folder).exists() {
        return Ok(());
    }
    let label = format!("label={LABEL}={id}");
    let list = |words: &[&str]| wait::said(command(program, folder).args(words).args(["--filter", &label]), PATIENCE);
    let containers = list(&["ps", "--all", "--quiet"])?;
    if !containers.trim().is_empty() {
        let mut remove = command(program, folder);
        wait::said(remove.args(["rm", "--force", "--volumes"]).args(containers.split_whitespace()), PATIENCE)?;
    }
    if program.kind == Kind::Docker {
        let images = list(&["images", "--quiet"])?;
        if !images.trim().is_empty() {
            let mut remove = command(program, folder);
            wait::said(remove.args(["rmi", "--force"]).args(images.split_whitespace()), PATIENCE)?;
        }
    }
    Ok(())
}

impl Engine {
    pub(super) fn new(program: Program, folder: &Path, id: &str) -> Self {
        Self { program, folder: folder.to_owned(), id: id.to_owned() }
    }

    fn command(&self) -> Process {
        command(&self.program, &self.folder)
    }

    /// The name of the image that stands for a root file system.
    fn image(&self, root: &Path) -> String {
        let name = root
            .components()
            .next_back()
            .map_or_else(String::new, |name| name.as_os_str().to_string_lossy().into_owned());
        let above = root
            .parent()
            .and_then(Path::file_name)
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        format!("{}-{above}-{name}", self.id).to_ascii_lowercase()
    }

    /// Has docker import a root file system, unless it did.
    fn import(&self, root: &Path) -> Result<String, ProbeError> {
        let name = self.image(root);
        if wait::said(self.command().args(["image", "inspect", "--format", "{{.Id}}", &name]), PATIENCE).is_ok() {
            return Ok(name);
        }
        let mut import = self.command();
        import.args(["import", "--change", &format!("LABEL {LABEL}={}", self.id), "-", &name]);
        import.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = import.spawn().map_err(ProbeError::system("run `docker import`"))?;
        let written = child.stdin.take().map_or(Ok(()), |stdin| {
            let mut tar = tar::Builder::new(stdin);
            tar.follow_symlinks(false);
            tar.append_dir_all(".", root)?;
            tar.into_inner().map(drop)
        });
        let status = wait::child(&mut child, PATIENCE);
        written.map_err(ProbeError::system("give the image to docker"))?;
        match status.is_some_and(|status| status.success()) {
            true => Ok(name),
            false => {
                Err(ProbeError::Runtime { what: "docker import".into(), message: "it did not take the image".into() })
            }
        }
    }

    fn isolation(job: &Job<'_>) -> Vec<String> {
        let mut words: Vec<String> =
            ["--network=none", "--security-opt=no-new-privileges", "--cap-drop=ALL"].map(str::to_owned).into();
        words.push("--log-driver=none".into());
        let limits = job.limits;
        words.push(format!("--pids-limit={}", limits.pids));
        words.push(format!("--memory={0}b", limits.memory_bytes));
        words.push(format!("--memory-swap={0}b", limits.memory_bytes));
        words.extend(limits.cpus.map(|cpus| format!("--cpus={cpus}")));
        match job.level {
            Level::Strict => {
                words.push("--read-only".into());
                let free = TEMPORARY.iter().copied().chain(volumes(job.command));
                words.extend(free.map(|path| format!("--tmpfs={path}:rw,mode=1777")));
            }
            Level::Relaxed => words.extend(CAPABILITIES.iter().map(|name| format!("--cap-add={name}"))),
        }
        words
    }
}

impl Driver for Engine {
    fn create(&self, job: &Job<'_>) -> Result<Created, ProbeError> {
        let mut create = self.command();
        create.args(["create", "--name", &job.id, "--label", &format!("{LABEL}={}", self.id)]);
        create.args(Self::isolation(job));
        let account = job.account;
        create.arg(format!("--user={}:{}", account.uid, account.gid)).arg(format!("--workdir={}", job.command.cwd));
        create.args(account.groups.iter().map(|group| format!("--group-add={group}")));
        create.args(job.command.env.iter().map(|pair| format!("--env={pair}")));
        match self.program.kind {
            Kind::Docker => {
                let image = self.import(job.root)?;
                let (first, rest) = job.command.args.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
                create.args(["--entrypoint", first, &image]).args(rest);
            }
            Kind::Runc | Kind::Crun | Kind::Podman => {
                // `:O` lays a layer over it that goes with the container.
                let over = if job.level == Level::Relaxed || job.borrowed { ":O" } else { "" };
                let mut root = job.root.as_os_str().to_owned();
                root.push(over);
                create.arg("--rootfs").arg(root).args(&job.command.args);
            }
        }
        wait::said(&mut create, PATIENCE)?;
        Ok(Created { pid: None, cgroup: None, streams: Vec::new() })
    }

    fn start(&self, id: &str) -> Process {
        let mut command = self.command();
        command.args(["start", "--attach", id]).stdin(Stdio::null());
        command
    }

    fn attaches(&self) -> bool {
        true
    }

    fn process(&self, id: &str) -> Option<u32> {
        let said = wait::said(self.command().args(["inspect", "--format", "{{.State.Pid}}", id]), PATIENCE).ok()?;
        said.trim().parse().ok().filter(|pid| *pid > 0)
    }

    fn exec(&self, id: &str, argv: &[String]) -> Process {
        let mut command = self.command();
        command.args(["exec", id]).args(argv).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn complaint(&self, _: &str) -> Option<String> {
        None
    }

    fn remove(&self, id: &str) -> Result<(), ProbeError> {
        wait::said(self.command().args(["rm", "--force", "--volumes", id]), PATIENCE).map(|_| ())
    }
}
