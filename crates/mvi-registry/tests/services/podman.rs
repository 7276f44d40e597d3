//! Podman with a storage of its own, filled by buildah's and skopeo's way of storing, and its service.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use mvi_image::{HeadersOnly, Image, Limits, OpenOptions, PlatformChoice, Quiet, ScanOptions, ScannedLayer, scan};
use mvi_registry::{RegistryError, RegistryOptions};

/// A storage, and a service once it is started; both end with the test.
pub(crate) struct Podman {
    pub(crate) folder: tempfile::TempDir,
    driver: &'static str,
    service: Option<Child>,
}

impl Podman {
    pub(crate) fn new(driver: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=1000:1000\"]\nnetns=\"none\"\n\
                        [engine]\nruntime=\"runc\"\ncgroup_manager=\"cgroupfs\"\nevents_logger=\"none\"\n";
        fs::write(folder.path().join("containers.conf"), settings).unwrap();
        fs::write(folder.path().join("policy.json"), r#"{"default":[{"type":"insecureAcceptAnything"}]}"#).unwrap();
        Self { folder, driver, service: None }
    }

    /// The root of the storage.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("podman.sock")
    }

    pub(crate) fn options(&self) -> RegistryOptions {
        RegistryOptions { sockets: vec![self.socket()], storages: vec![self.root()], ..Default::default() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("podman");
        command.env("CONTAINERS_CONF", self.folder.path().join("containers.conf"));
        command.arg("--root").arg(self.root()).arg("--runroot").arg(self.folder.path().join("run"));
        command.args(["--storage-driver", self.driver]).stdin(Stdio::null());
        command
    }

    /// Builds an image of a Dockerfile from nothing; the files are its context.
    pub(crate) fn build(&self, name: &str, dockerfile: &str, files: &[(&str, &str)]) {
        let context = tempfile::tempdir().unwrap();
        for (path, content) in files {
            fs::write(context.path().join(path), content).unwrap();
        }
        self.build_in(name, dockerfile, context.path());
    }

    /// The same with a folder as its context.
    pub(crate) fn build_in(&self, name: &str, dockerfile: &str, context: &Path) {
        fs::write(context.join("Dockerfile"), dockerfile).unwrap();
        let mut command = Command::new("buildah");
        command.env("CONTAINERS_CONF", self.folder.path().join("containers.conf"));
        command.arg("--root").arg(self.root()).arg("--runroot").arg(self.folder.path().join("run"));
        command.args(["--storage-driver", self.driver, "bud", "--quiet", "--layers", "--isolation", "chroot"]);
        command.arg("--signature-policy").arg(self.folder.path().join("policy.json"));
        finished(command.args(["-t", name]).arg(context).stdin(Stdio::null()).output().unwrap());
    }

    /// Starts the service.
    pub(crate) fn serve(&mut self) {
        let address = format!("unix://{}", self.socket().display());
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let mut command = self.command();
        command.args(["system", "service", "--time=0", &address]).stdout(Stdio::null()).stderr(log);
        self.service = Some(command.spawn().unwrap());
        let begun = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the service does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        if let Some(mut service) = self.service.take() {
            let _ = service.kill();
            let _ = service.wait();
        }
        // The storage's folder may be mounted on itself.
        let _ = Command::new("umount").arg(self.root().join(self.driver)).stderr(Stdio::null()).status();
    }
}

fn finished(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Opens with what a function wants to know.
pub(crate) fn open(
    with: impl FnOnce(&OpenOptions<'_>) -> Result<Vec<Image>, RegistryError>,
) -> Result<Vec<Image>, RegistryError> {
    open_for(PlatformChoice::All, with)
}

/// The same for a platform.
pub(crate) fn open_for(
    platform: PlatformChoice,
    with: impl FnOnce(&OpenOptions<'_>) -> Result<Vec<Image>, RegistryError>,
) -> Result<Vec<Image>, RegistryError> {
    let limits = Limits::default();
    with(&OpenOptions { platform, verify: true, limits: &limits, collector: &HeadersOnly })
}

/// Reads every layer, digests checked.
pub(crate) fn read(image: &Image) -> Vec<ScannedLayer> {
    let limits = Limits::default();
    let options = ScanOptions {
        collector: &HeadersOnly,
        limits: &limits,
        verify: true,
        estimate: true,
        jobs: 2,
        cache: None,
        progress: &Quiet,
    };
    scan(image, &options).unwrap()
}

/// An image of three layers, the last of which replaces a file of the first.
pub(crate) const DOCKERFILE: &str = "FROM scratch\nCOPY a /etc/a\nCOPY b c /srv/\nCOPY b /etc/a\nCMD [\"/etc/a\"]\n";
pub(crate) const FILES: &[(&str, &str)] = &[("a", "first"), ("b", "second one"), ("c", "third")];
