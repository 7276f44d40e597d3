//! A real docker service, private to the test: builds by both builders that are in it, and a spiral with each.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Desk, text};
use crate::spiral::{DOCKERFILE, asked_of, candidate, desk, report};

/// A service that ends with the test.
struct Service {
    process: Child,
    desk: Desk,
}

impl Service {
    /// Starts it in a desk's folder; nothing where there is none, or no right to start one.
    fn start(desk: Desk) -> Option<Self> {
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
        if !(is_root && has("/usr/sbin/dockerd") && has("/usr/bin/docker")) {
            eprintln!("skipped: needs root and docker");
            return None;
        }
        fs::create_dir(desk.path("docker")).unwrap();
        let place = |name: &str| desk.path("docker").join(name).display().to_string();
        let log = fs::File::create(place("log")).unwrap();
        let process = Command::new("/usr/sbin/dockerd")
            .args(["--data-root", &place("data"), "--exec-root", &place("exec"), "--pidfile", &place("pid")])
            .args(["-H", &format!("unix://{}", place("socket")), "--storage-driver", "overlay2"])
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
            .args(["--default-ulimit", "nofile=1024:1024", "--exec-opt", "native.cgroupdriver=cgroupfs"])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut service = Self { process, desk };
        let began = Instant::now();
        while !service.docker(&["version"]).output().unwrap().status.success() {
            let is_over = service.process.try_wait().unwrap().is_some() || began.elapsed() > Duration::from_secs(60);
            if is_over {
                let said = fs::read_to_string(service.desk.path("docker/log")).unwrap_or_default();
                panic!("docker's service does not come up:\n{said}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(service)
    }

    fn within<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        // Debian's client before any other: it brings BuildKit with it.
        let path = format!("/usr/bin:{}", std::env::var("PATH").unwrap_or_default());
        command.env("PATH", path).env("TMPDIR", self.desk.path("tmp")).env("HOME", self.desk.path("tmp"));
        command.env("DOCKER_HOST", format!("unix://{}", self.desk.path("docker/socket").display()))
    }

    fn docker(&self, words: &[&str]) -> Command {
        let mut command = Command::new("/usr/bin/docker");
        self.within(&mut command).args(words).stdin(Stdio::null());
        command
    }

    /// Images and containers in its storage, and folders of ours.
    fn left(&self) -> [usize; 3] {
        let count = |words: &[&str]| text(&self.docker(words).output().unwrap().stdout).lines().count();
        let folders = fs::read_dir(self.desk.path("tmp")).unwrap().flatten();
        let ours = folders.filter(|item| item.file_name().to_string_lossy().starts_with("mvi-"));
        [count(&["images", "--all", "--quiet"]), count(&["ps", "--all", "--quiet"]), ours.count()]
    }

    /// Whether the client that is there knows a builder: from version 23 on BuildKit is in a plugin.
    fn knows(&self, builder: &str) -> bool {
        let list = self.within(&mut self.desk.command(&["build", "--list"])).output().unwrap();
        let is_here = |line: &str| line.starts_with(builder) && !line.contains(" no:");
        text(&list.stdout).lines().any(is_here)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Asked to end, it takes its mounts and containerd away.
        let id = self.process.id().to_string();
        let _ = Command::new("kill").arg(&id).status();
        let began = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) && began.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn docker_builds_and_spins_and_its_storage_is_as_it_was() {
    let Some(service) = desk(DOCKERFILE).and_then(Service::start) else { return };
    let desk = &service.desk;
    let mut spun = 0;
    for builder in ["docker", "buildkit"] {
        if !service.knows(builder) {
            eprintln!("skipped: {builder} is not here");
            continue;
        }
        desk.write("api/Empty", b"FROM scratch\nCOPY www /srv/www\n");
        let built = ["build", "api", "--builder", builder, "--file", "api/Empty", "-o", "oci:out", "--format", "json"];
        let output = service.within(&mut desk.command(&built)).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let built: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&built["builder"]["name"], &built["image"]["layers"]), (&builder.into(), &1.into()), "{built:#}");
        service.docker(&["rmi", built["image"]["id"].as_str().unwrap_or_default()]).output().unwrap();
        let words = asked_of(builder, &["--fresh", "--", "--network", "none"]);
        let told = report(&service.within(&mut desk.command(&words)).output().unwrap(), 0);
        assert_eq!(
            (&told["state"], &told["decision"]["chosen"]),
            (&"REGISTERED".into(), &"alpine:3.21".into()),
            "{told:#}"
        );
        assert_eq!(
            candidate(&told, "gcr.io/distroless/static-debian12")["stands"],
            "failed",
            "there is no shell in it"
        );
        assert_eq!(told["rebuild"]["different"], serde_json::json!([]));
        assert_eq!(service.left(), [0; 3], "{builder}");
        spun += 1;
    }
    assert!(spun > 0, "docker builds by the one or the other");
    assert!(desk.says(&["rom", "verify"]).contains(&format!("{spun} hold, 0 broken")));
}
