//! The builder and the runtime that tests use, over local images that are made once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

/// What templates build with.
pub(crate) const TOOLS: &str = "localhost/mvi-template/tools:12.0.0-slim";
/// A small Debian.
pub(crate) const SLIM: &str = "localhost/mvi-template/debian:12.0.0-slim";

/// Where bases and builds are; made once.
fn store() -> &'static Path {
    static STORE: OnceLock<PathBuf> = OnceLock::new();
    STORE.get_or_init(|| {
        let folder =
            std::env::var_os("MVI_TEMPLATES").map_or_else(|| std::env::temp_dir().join("mvi-templates"), PathBuf::from);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/template-bases.sh");
        let status = Command::new("bash").arg(script).arg(&folder).status().unwrap();
        assert!(status.success(), "tools/template-bases.sh makes the bases; it needs root, mmdebstrap and buildah");
        // One run at a time; what an interrupted one has left is taken away.
        let lock = fs::File::create(folder.join("tests.lock")).unwrap();
        rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
        std::mem::forget(lock);
        let tidy = |words: &[&str]| {
            let mut command = Command::new("buildah");
            command.arg("--root").arg(folder.join("store")).arg("--runroot").arg(folder.join("run"));
            command.args(words).output().unwrap();
        };
        tidy(&["rm", "-a"]);
        tidy(&["rmi", "--prune"]);
        folder
    })
}

/// Buildah over those images.
pub(crate) fn buildah() -> Command {
    let mut command = Command::new("buildah");
    command.arg("--root").arg(store().join("store")).arg("--runroot").arg(store().join("run"));
    command
}

/// Held while images are made or taken away: builds share layers, which must not vanish beneath them.
pub(crate) static BENCH: Mutex<()> = Mutex::new(());

/// Runs a command that has to end well.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{}\n{text}", String::from_utf8_lossy(&output.stdout));
    output
}

/// Podman over the same images; its limits are those that a container may have here.
pub(crate) fn podman() -> Command {
    static CONFIGURATION: OnceLock<PathBuf> = OnceLock::new();
    let configuration = CONFIGURATION.get_or_init(|| {
        let path = store().join("containers.conf");
        let text = "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1000:1000\"]\n[engine]\n\
                    runtime = \"runc\"\ncgroup_manager = \"cgroupfs\"\n";
        fs::write(&path, text).unwrap();
        path
    });
    let mut command = Command::new("podman");
    command.env("CONTAINERS_CONF", configuration);
    command.arg("--root").arg(store().join("store")).arg("--runroot").arg(store().join("run"));
    command
}

/// The configuration of an image.
pub(crate) fn config(image: &str) -> Value {
    let output = run(buildah().args(["inspect", "--type", "image", image]));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["Docker"]["config"].clone()
}
