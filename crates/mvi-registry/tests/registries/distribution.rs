//! Debian's docker-registry on a port of its own, and skopeo that pushes to it.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
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

impl Distribution {
    /// One that lets everybody in.
    pub(crate) fn anonymous() -> Self {
        Self::new(|_| String::new(), "")
    }

    /// One with a further part of its configuration, made from its folder, and further `http` settings.
    pub(crate) fn new(more: impl FnOnce(&std::path::Path) -> String, http: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = format!("127.0.0.1:{}", free_port());
        let more = more(folder.path());
        let config = format!(
            "version: 0.1\nlog: {{level: info, formatter: json}}\n\
             storage: {{inmemory: {{}}, delete: {{enabled: true}}}}\n\
             http: {{addr: '{host}', secret: x{http}}}\n{more}\n"
        );
        let http_folder = folder.path().to_string_lossy().into_owned();
        fs::write(folder.path().join("config.yml"), config.replace("FOLDER", &http_folder)).unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(folder.path().join("config.yml"))
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .expect("docker-registry can be run (tools/set-up.sh installs it)");
        wait_for(&host);
        Self { host, folder, process }
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

    /// The requests it answered: method, path, status, bytes of body.
    pub(crate) fn log(&self) -> Vec<(String, String, u64, u64)> {
        let text = fs::read_to_string(self.log_path()).unwrap();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let answered = lines.filter(|line| line["msg"] == "response completed");
        answered
            .map(|line| {
                let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
                let number = |name: &str| line[name].as_u64().unwrap_or_default();
                (
                    text("http.request.method"),
                    text("http.request.uri"),
                    number("http.response.status"),
                    number("http.response.written"),
                )
            })
            .collect()
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
