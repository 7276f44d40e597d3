//! Templates built by buildah over small services, on local bases of the names that the standard has
//! (`tools/template-bases.sh`), and run: who they run as, whether they answer, and what their health checks say.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::PoisonError;
use std::time::Duration;

use mvi_dockerfile::template::{Bases, Request, class};
use serde_json::Value;

use super::builder::{BENCH, SLIM, TOOLS, buildah, config, podman, run};
use super::kitchen::{bases, request, v13, write};
use super::samples::{self, Sample};

/// A service of a class with its rendered files.
struct Site {
    folder: tempfile::TempDir,
    image: String,
    port: u16,
}

impl Site {
    fn new(id: &str, bases: Option<Bases>, sample: Sample) -> Self {
        let class = class(id).unwrap();
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let bases = bases.unwrap_or_else(|| v13(class));
        let folder = write(class, &Request { port: Some(port), ..request(class, bases) });
        // The buildah of Debian 12 does not know `RUN --network`; `build_closed` does what it means.
        let dockerfile = folder.path().join("Dockerfile");
        let text = fs::read_to_string(&dockerfile).unwrap();
        fs::write(dockerfile, text.replace("--network=none ", "")).unwrap();
        for (path, text) in sample {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { folder, image: format!("localhost/mvi-template/test-{id}-{port}"), port }
    }

    /// Builds as a builder that knows `RUN --network=none` would: dependencies with a network, all else without.
    fn build_closed(&self) -> String {
        if fs::read_to_string(self.folder.path().join("Dockerfile")).unwrap().contains(" AS deps") {
            self.build(Some("deps"));
        }
        self.bud(None, Command::new("unshare").arg("--net"))
    }

    fn build(&self, target: Option<&str>) -> String {
        self.bud(target, &mut Command::new("env"))
    }

    fn bud(&self, target: Option<&str>, within: &mut Command) -> String {
        let name = format!("{}:{}", self.image, target.unwrap_or("default"));
        let _bench = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
        let buildah = buildah();
        let command = within.arg(buildah.get_program()).args(buildah.get_args());
        command.args(["bud", "-q", "--isolation", "chroot", "--format", "docker", "--pull-never", "--layers"]);
        command.args(["-v", "/etc/ssl/certs:/etc/ssl/certs:ro", "-t", &name]);
        command.args(["--build-arg", "TARGETOS=linux", "--build-arg", "TARGETARCH=amd64"]);
        command.args(target.map_or(Vec::new(), |target| vec!["--target", target]));
        run(command.arg(self.folder.path()));
        name
    }

    /// Builds what is built by default, runs it, and looks at it: it is nobody, it answers, and its health check says so
    /// as long as it does. Returns what it answered.
    fn check(&self) -> String {
        self.check_image(&self.build_closed())
    }

    fn check_image(&self, image: &str) -> String {
        let config = config(image);
        assert_eq!(config["User"], "65534:65534");
        assert_eq!(config["Labels"]["org.opencontainers.image.title"], "portal");
        assert_eq!(config["Labels"]["org.opencontainers.image.version"], "1.4.0");
        assert!(config["Labels"]["org.opencontainers.image.base.name"].as_str().unwrap().contains(':'));
        assert_eq!(words(&config["Healthcheck"]["Test"])[0], "CMD", "a health check in exec form");
        assert!(!Container::run(image, self.port, &["--entrypoint", "sleep"], &["600"]).is_healthy());
        let service = Container::run(image, self.port, &[], &[]);
        let answer = service.ask(self.port);
        assert!(service.is_healthy(), "{answer}");
        answer
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _bench = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
        for target in ["default", "deps", "debug", "builder"] {
            let _ = buildah().args(["rmi", "-f", &format!("{}:{target}", self.image)]).output();
        }
    }
}

/// A running container, which is taken away at the end.
struct Container(String);

impl Container {
    /// Starts an image with the network of this machine, where `PORT` is free; with a read-only root, as it should run.
    fn run(image: &str, port: u16, options: &[&str], words: &[&str]) -> Self {
        let mut command = podman();
        command.args(["run", "-d", "--network", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "all"]);
        let output = run(command.arg(format!("--env=PORT={port}")).args(options).arg(image).args(words));
        Self(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    }

    fn is_healthy(&self) -> bool {
        podman().args(["healthcheck", "run", &self.0]).output().unwrap().status.success()
    }

    /// Asks for `/health` until somebody answers; a minute is an eternity here.
    fn ask(&self, port: u16) -> String {
        for _ in 0..300 {
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
                stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
                let mut answer = String::new();
                let _ = stream.read_to_string(&mut answer);
                if answer.lines().next().is_some_and(|line| line.contains(" 200 ")) {
                    return answer;
                }
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let log = podman().args(["logs", &self.0]).output().unwrap();
        panic!("nobody answered: {}", String::from_utf8_lossy(&[log.stdout, log.stderr].concat()));
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = podman().args(["rm", "-f", "-t", "0", &self.0]).output();
    }
}

/// Whether a command within an image ends well.
fn succeeds(image: &str, words: &[&str]) -> bool {
    let command = ["run", "--rm", "--network", "host", "--entrypoint", words[0], image];
    podman().args(command).args(&words[1..]).output().unwrap().status.success()
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_go_binary_is_static_and_answers() {
    let answer = Site::new("go", None, samples::GO).check();
    assert!(answer.contains("1.4.0 65534 "), "{answer}");
}

#[test]
fn a_go_binary_for_several_platforms_answers() {
    let answer = Site::new("go-multiarch", None, samples::GO).check();
    assert!(answer.contains("1.4.0 65534 "), "{answer}");
}

#[test]
fn a_go_binary_on_a_base_without_wget_asks_itself_and_its_debug_stage_has_tools() {
    let site = Site::new("go", Some(bases(TOOLS, SLIM, SLIM)), samples::GO);
    site.check();
    let debug = site.build(Some("debug"));
    let config = config(&debug);
    assert_eq!(config["User"], "65534:65534");
    assert_eq!(words(&config["Healthcheck"]["Test"]), ["NONE"]);
    assert!(succeeds(&debug, &["strace", "-V"]), "strace is there");
    assert!(!succeeds(&site.build(None), &["strace", "-V"]), "and only there");
}

#[test]
fn a_python_service_answers() {
    for id in ["python-service", "python-ml"] {
        let answer = Site::new(id, None, samples::PYTHON).check();
        assert!(answer.contains(" 65534\n"), "{answer}");
    }
}

#[test]
fn a_node_portal_answers() {
    let answer = Site::new("node-portal", None, samples::NODE).check();
    assert!(answer.contains("production 65534 172800000"), "{answer}");
}

#[test]
fn static_pages_are_served_packed() {
    let site = Site::new("static-web", None, samples::PAGES);
    assert!(site.check().contains("ok"));
    assert!(succeeds(&format!("{}:default", site.image), &["ls", "/site/index.html", "/site/index.html.gz"]));
}

#[test]
fn a_rust_binary_answers() {
    let answer = Site::new("rust", Some(bases(TOOLS, "alpine:3.21.8", SLIM)), samples::RUST).check();
    assert!(answer.contains("1.4.0 65534"), "{answer}");
}

#[test]
fn an_erlang_release_answers_and_its_node_is_pinged() {
    let site = Site::new("erlang-release", Some(bases(TOOLS, SLIM, SLIM)), samples::ERLANG);
    // Its runtime stage takes packages from the network.
    let answer = site.check_image(&site.build(None));
    assert!(answer.contains("erlang 65534"), "{answer}");
}

#[test]
fn the_health_check_of_the_resolver_tells_a_name_server_that_answers_from_one_that_does_not() {
    let site = Site::new("dns", None, &[]);
    let builder = site.build(Some("builder"));
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    let question = ["/healthcheck", &address];
    let answering = std::thread::spawn(move || {
        let mut buffer = [0; 512];
        let (length, asker) = server.recv_from(&mut buffer).unwrap();
        let answer = answer_of(&buffer[..length]);
        server.send_to(&answer, asker).unwrap();
    });
    assert!(succeeds(&builder, &question));
    answering.join().unwrap();
    assert!(!succeeds(&builder, &question), "nobody is there any more");
}

/// The answer to a question for an address: RFC 1035, 4.1. The name is pointed at, the address is 127.0.0.1.
fn answer_of(question: &[u8]) -> Vec<u8> {
    let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
    let mut answer = question[..end].to_vec();
    answer[2..12].copy_from_slice(&[0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
    answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 0, 1]);
    answer
}
