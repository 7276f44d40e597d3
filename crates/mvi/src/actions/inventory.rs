//! Taking stock of a repository: its files, its history as far as git has it, and the report.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use jiff::Timestamp;
use mvi_dockerfile::Dockerfile;
use mvi_dockerfile::inventory::{Commit, Known, Role, consolidate, role, take_stock};

use super::gather::gather;
use crate::report::inventory::InventoryReport;

/// How long git may look through the history.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most of its answer that is read, bytes.
const LONGEST: u64 = 64 << 20;

/// Takes stock of the repository in a folder; `git` is the program, where there is one.
pub(crate) fn inventory(root: &Path, git: Option<&Path>) -> InventoryReport {
    let gathered = gather(root, |path| role(path).is_some());
    let commits = git.and_then(|git| commits(git, root)).unwrap_or_default();
    let inventory = take_stock(&gathered.files, &commits);
    let parts: Vec<&str> = inventory
        .plans
        .iter()
        .flat_map(|plan| plan.steps.iter().map(|step| step.path.as_str()).chain([plan.into.as_str()]))
        .collect();
    let dockerfiles = gathered.files.iter().filter(|file| role(&file.path) == Some(Role::Dockerfile));
    let known: Vec<Known> = dockerfiles
        .filter(|file| parts.contains(&file.path.as_str()))
        .map(|file| Known { path: file.path.clone(), file: Dockerfile::parse(&file.bytes) })
        .collect();
    let merged = inventory.plans.iter().map(|plan| {
        let merged = consolidate(&known, plan);
        merged.map(|merged| (merged.text, merged.remarks)).unwrap_or_default()
    });
    let merged = merged.collect();
    InventoryReport::new(&inventory, merged, gathered.unread)
}

/// The last commits of all Dockerfiles; nothing without a history that can be read in time.
fn commits(git: &Path, root: &Path) -> Option<BTreeMap<String, Commit>> {
    let mut child = Command::new(git)
        // A repository's own settings may name programs to run; none of these may.
        .args(["-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "core.pager=cat"])
        .args(["log", "-z", "--relative", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv"])
        .args(["--no-show-signature", "--no-mailmap", "--format=%x01%H%x02%cI%x02%s", "--"])
        .args([":(icase,glob)**/*dockerfile*", ":(icase,glob)**/*containerfile*"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(LONGEST).read_to_end(&mut bytes).map(|_| bytes);
        // The receiver is gone when patience is.
        let _ = sender.send(read);
    });
    let answer = receiver.recv_timeout(PATIENCE).ok().and_then(Result::ok);
    // What is still running is not needed any more; what has ended cannot be stopped.
    let _ = child.kill();
    let _ = child.wait();
    Some(read_log(&String::from_utf8_lossy(&answer?)))
}

/// The newest commit of each path in a log, the newest first.
fn read_log(log: &str) -> BTreeMap<String, Commit> {
    let mut newest = BTreeMap::new();
    let mut current: Option<Commit> = None;
    for record in log.split('\0') {
        let record = record.trim_start_matches('\n');
        if let Some(header) = record.strip_prefix('\u{1}') {
            let mut parts = header.splitn(3, '\u{2}');
            let (id, at, subject) = (parts.next(), parts.next(), parts.next());
            current = id.zip(at.and_then(|at| at.parse::<Timestamp>().ok())).map(|(id, at)| Commit {
                id: id.to_owned(),
                at,
                subject: subject.unwrap_or_default().trim_end().to_owned(),
            });
        } else if let (false, Some(commit)) = (record.is_empty(), &current) {
            newest.entry(record.to_owned()).or_insert_with(|| commit.clone());
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_commit_of_a_path_counts() {
        let log = "\u{1}b2\u{2}2026-02-02T10:00:00+01:00\u{2}Two\0\nDockerfile\0a/Dockerfile\0\u{1}a1\u{2}2026-01-01T00:00:00Z\u{2}One\0\nDockerfile\0x\0";
        let read = read_log(log);
        let told: Vec<_> = read.iter().map(|(path, commit)| format!("{path} {} {}", commit.id, commit.at)).collect();
        assert_eq!(
            told,
            ["Dockerfile b2 2026-02-02T09:00:00Z", "a/Dockerfile b2 2026-02-02T09:00:00Z", "x a1 2026-01-01T00:00:00Z"]
        );
        assert!(read_log("nonsense\0\u{1}\u{2}\u{2}\0x").is_empty());
    }
}
