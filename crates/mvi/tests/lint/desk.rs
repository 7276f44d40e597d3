//! A folder of its own for every test, and the program run there with an empty environment.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder with Dockerfiles.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// With these files; folders are made as needed.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            desk.write(name, text.as_bytes());
        }
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// `mvi lint` with these arguments, to be run in the folder on a day in 2026; no other program is found.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("mvi"));
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path());
        command.args(["lint", "--on", "2026-11-21"]).args(arguments);
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What it says on standard output, whatever it makes of the files.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        text(&self.run(arguments).stdout)
    }

    /// Runs it with something on standard input.
    pub(crate) fn feed(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Findings as `PATH:LINE CODE`.
    pub(crate) fn found(&self, arguments: &[&str]) -> Vec<String> {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        let output = self.run(&all);
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
        let files = report["files"].as_array().unwrap();
        let findings = files.iter().flat_map(|file| {
            let findings = file["findings"].as_array().unwrap();
            findings.iter().map(move |finding| {
                let (path, line) = (file["path"].as_str().unwrap(), &finding["start"]["line"]);
                format!("{path}:{line} {}", finding["code"].as_str().unwrap())
            })
        });
        findings.collect()
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The rules that [`FLAWED`] breaks, for tests that are about these and no others.
pub(crate) const THREE: &str = "--select=DL3008,DL3020,DL3025";
/// A file with an error that `--fix` repairs, a warning that `--unsafe-fixes` repairs, and one that nothing repairs.
pub(crate) const FLAWED: &str = "FROM debian:12.9\nRUN apt-get install -y curl\nADD app /app\nCMD sleep 60\n";
/// A file that keeps these.
pub(crate) const FINE: &str = "FROM debian:12.9\nCOPY app /app\nCMD [\"sleep\", \"60\"]\n";
