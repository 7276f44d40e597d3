//! Debian's docker-registry on a port of its own, and skopeo that pushes to it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::layout::Layout;

/// A running registry; it ends with the test, by its own process id.
pub(crate) struct Distribution {
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    pub(crate) folder: tempfile::TempDir,
    process: Child,
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until somebody listens.
pub(crate) fn wait_for(host: &str) {
    let begun = Instant::now();
    while TcpStream::connect(host).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "nobody listens at {host}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts a registry with this configuration, in which `FOLDER` stands for the folder.
fn start(folder: &Path, config: &str) -> Child {
    fs::write(folder.join("config.yml"), config.replace("FOLDER", &folder.to_string_lossy())).unwrap();
    let log = File::create(folder.join("log")).unwrap();
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(folder.join("config.yml")).stdin(Stdio::null());
    command.stdout(log.try_clone().unwrap()).stderr(log);
    command.spawn().expect("docker-registry can be run (tools/set-up.sh installs it)")
}

/// What one line of the log says of an answer: method, path, status, bytes of body.
fn answer(line: &Value) -> (String, String, u64, u64) {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| line[name].as_u64().unwrap_or_default();
    let (status, written) = (number("http.response.status"), number("http.response.written"));
    (text("http.request.method"), text("http.request.uri"), status, written)
}

impl Distribution {
    /// One that lets everybody in.
    pub(crate) fn anonymous() -> Self {
        Self::new(|_| String::new(), "")
    }

    /// One with a further part of its configuration, made from its folder, and further `http` settings.
    pub(crate) fn new(more: impl FnOnce(&Path) -> String, http: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let more = more(folder.path());
        // Another process may take the port first; then the registry ends, and the next port is tried.
        for _ in 0..5 {
            let host = format!("127.0.0.1:{}", free_port());
            let config = format!(
                "version: 0.1\nlog: {{level: debug, formatter: json}}\n\
                 storage: {{inmemory: {{}}, delete: {{enabled: true}}}}\n\
                 http: {{addr: '{host}', secret: x{http}}}\n{more}\n"
            );
            let mut process = start(folder.path(), &config);
            wait_for(&host);
            if process.try_wait().unwrap().is_none() {
                return Self { host, folder, process };
            }
        }
        panic!("docker-registry does not start");
    }

    /// Pushes an image; `more` are further options of skopeo.
    pub(crate) fn push(&self, layout: &Layout, name: &str, more: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        layout.write(folder.path());
        let status = Command::new("skopeo")
            .args(["copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false"])
            .args(more)
            .arg(format!("oci:{}:image", folder.path().display()))
            .arg(format!("docker://{}/{name}", self.host))
            .output()
            .expect("skopeo can be run (tools/set-up.sh installs it)");
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    }

    /// The requests it answered: method, path, status, bytes of body. A line is written after the answer it tells
    /// of, so whoever has an answer waits here until every request that was begun has its line.
    pub(crate) fn log(&self) -> Vec<(String, String, u64, u64)> {
        let begun = Instant::now();
        loop {
            let text = fs::read_to_string(self.log_path()).unwrap();
            let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let saying = |word: &str| -> BTreeSet<&str> {
                let said = lines.iter().filter(|line| line["msg"].as_str().is_some_and(|text| text.starts_with(word)));
                said.filter_map(|line| line["http.request.id"].as_str()).collect()
            };
            if saying("authorizing request").is_subset(&saying("response completed")) {
                return lines.iter().filter(|line| line["msg"] == "response completed").map(answer).collect();
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "a request has no end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Distribution {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
