//! A folder for a test, images in it, and what is left on the machine afterwards.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mvi_image::{
    FileTree, HeadersOnly, Image, Limits as ReadLimits, Location, OpenOptions, Platform, PlatformChoice, Quiet,
    ScanOptions, merge, open, scan,
};
use mvi_probe::run::{
    Command, Isolation, Kind, Level, Limits, Outcome, Place, Plan, Progress, Ready, Subject, find, measure,
};
use mvi_probe::unpack::{Common, unpack, unpack_beside};

use crate::archive::{Config, Members};
use crate::entry::{Entry, dir, file, layer, symlink};

/// Applets that images of tests have.
const APPLETS: &[&str] =
    &["sh", "true", "false", "sleep", "cat", "httpd", "nc", "id", "touch", "echo", "yes", "tail", "dd", "ls", "kill"];

static BUSYBOX: LazyLock<Vec<u8>> = LazyLock::new(|| fs::read("/bin/busybox").expect("busybox-static is installed"));

/// Tests that count what is there take turns.
static TURN: Mutex<()> = Mutex::new(());

/// Waits for the turn of a test.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The layer of busybox.
pub(crate) fn busybox() -> Vec<Entry> {
    let mut entries = vec![dir("bin"), dir("etc"), dir("www"), file("bin/busybox", BUSYBOX.as_slice()).mode(0o755)];
    entries.extend(APPLETS.iter().map(|applet| symlink(&format!("bin/{applet}"), "busybox")));
    entries.push(file("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"));
    entries.push(file("www/index.html", "hello\n"));
    entries
}

/// An image of these layers, opened and merged.
pub(crate) fn image(folder: &Path, layers: &[Vec<Entry>], config: &Config<'_>) -> (Image, FileTree) {
    let layers: Vec<Vec<u8>> = layers.iter().map(|entries| layer(entries)).collect();
    let path = folder.join("image.tar");
    fs::write(&path, Members::docker(&layers, &["test:1"], config).tar()).unwrap();
    let limits = ReadLimits::default();
    let options = OpenOptions {
        platform: PlatformChoice::Prefer(Platform::host()),
        verify: true,
        limits: &limits,
        collector: &HeadersOnly,
    };
    let image = open(&Location::parse(path.to_str().unwrap()).unwrap(), &options).unwrap().pop().unwrap();
    let layers = scan(&image, &scan_options(&limits)).unwrap();
    let tree = merge(layers.iter().map(|layer| Arc::clone(&layer.facts)).collect());
    (image, tree)
}

pub(crate) fn scan_options(limits: &ReadLimits) -> ScanOptions<'_> {
    ScanOptions {
        collector: &HeadersOnly,
        limits,
        verify: true,
        estimate: false,
        jobs: 1,
        cache: None,
        progress: &Quiet,
    }
}

/// The program that keeps, built beside the tests.
pub(crate) fn keeper() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    folder.join("examples/keeper")
}

/// What is on the machine that a probe could leave: control groups, mounts, processes and folders of probes.
pub(crate) fn left(parent: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // One folder a hierarchy with version 1, none with version 2.
    let above = fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten().map(|entry| entry.path());
    for folder in above.chain([PathBuf::from("/sys/fs/cgroup")]) {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with("mvi-probe-") {
                found.insert(entry.path().display().to_string());
            }
        }
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    found.extend(mounts.lines().filter(|line| line.contains(parent.to_str().unwrap())).map(str::to_owned));
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(parent.to_str().unwrap()) && line.contains("mvi-probe-") {
            found.insert(line);
        }
    }
    found.extend(
        fs::read_dir(parent)
            .unwrap()
            .flatten()
            .map(|entry| entry.path().display().to_string())
            .filter(|path| path.contains("mvi-probe-")),
    );
    found
}

/// What is there that was not before. Control groups of other probes on the machine come and go: what is only theirs is
/// gone at one of several looks.
pub(crate) fn new_since(before: &BTreeSet<String>, parent: &Path) -> BTreeSet<String> {
    let look = || left(parent).difference(before).cloned().collect::<BTreeSet<String>>();
    let mut found = look();
    for _ in 0..100 {
        if found.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        let now = look();
        found.retain(|one| now.contains(one));
    }
    found
}

/// How a test runs its image.
pub(crate) struct Try<'a> {
    pub(crate) argv: &'a [&'a str],
    pub(crate) ready: &'a str,
    pub(crate) user: &'a str,
    pub(crate) runtime: Kind,
    pub(crate) isolation: Isolation,
    pub(crate) seconds: f64,
    pub(crate) memory: u64,
    pub(crate) pids: u32,
    pub(crate) runs: usize,
}

impl Default for Try<'_> {
    fn default() -> Self {
        Self {
            argv: &["/bin/true"],
            ready: "exit",
            user: "",
            runtime: Kind::Runc,
            isolation: Isolation::Only(Level::Strict),
            seconds: 60.0,
            memory: 200_000_000,
            pids: 64,
            runs: 1,
        }
    }
}

struct Silent;

impl Progress for Silent {
    fn advance(&mut self, _: usize, _: usize) {}
}

impl Try<'_> {
    /// Runs busybox so in a folder of the test's own, and holds that nothing is left.
    pub(crate) fn run(&self) -> Outcome {
        let parent = tempfile::tempdir().unwrap();
        let before = left(parent.path());
        let outcome = self.run_in(parent.path());
        assert_eq!(new_since(&before, parent.path()), BTreeSet::new(), "nothing is left behind");
        outcome
    }

    /// The same without counting.
    pub(crate) fn run_in(&self, parent: &Path) -> Outcome {
        let place = Place::open(parent, Process::new(keeper())).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let (image, tree) = image(scratch.path(), &[busybox()], &Config::default());
        let root = place.make("a").unwrap();
        unpack(&image, &tree, &scan_options(&ReadLimits::default()), &root).unwrap();
        let argv: Vec<String> = self.argv.iter().map(|word| (*word).to_owned()).collect();
        let mut command = Command::of(&image, &argv).unwrap();
        self.user.clone_into(&mut command.user);
        let ready = Ready::parse(self.ready, &image.config.config).unwrap();
        let subjects = [Subject { root, borrowed: false, command, ready }];
        let outcome =
            measure(&place, find(Some(self.runtime), "".as_ref()).unwrap(), &subjects, &self.plan(), &mut Silent);
        place.close().unwrap();
        outcome.unwrap()
    }

    /// Two such images side by side, with the files that they have in common there once.
    pub(crate) fn run_two(&self) -> Outcome {
        let parent = tempfile::tempdir().unwrap();
        let before = left(parent.path());
        let place = Place::open(parent.path(), Process::new(keeper())).unwrap();
        let (common, limits) = (Common::default(), ReadLimits::default());
        let subject = |name: &str| {
            let scratch = tempfile::tempdir().unwrap();
            let (image, tree) = image(scratch.path(), &[busybox()], &Config::default());
            let root = place.make(name).unwrap();
            unpack_beside(&image, &tree, &scan_options(&limits), &root, &common).unwrap();
            let argv: Vec<String> = self.argv.iter().map(|word| (*word).to_owned()).collect();
            let ready = Ready::parse(self.ready, &image.config.config).unwrap();
            Subject { root, borrowed: false, command: Command::of(&image, &argv).unwrap(), ready }
        };
        let subjects = ["a", "b"].map(subject);
        assert_eq!(common.shared(), 3, "busybox, passwd and the page");
        let runtimes = find(Some(self.runtime), "".as_ref()).unwrap();
        let outcome = measure(&place, runtimes, &subjects, &self.plan(), &mut Silent);
        let page = fs::read_to_string(subjects[0].root.join("www/index.html")).unwrap();
        place.close().unwrap();
        assert_eq!(page, "hello\n", "what is shared is as it was");
        assert_eq!(new_since(&before, parent.path()), BTreeSet::new(), "nothing is left behind");
        outcome.unwrap()
    }

    fn plan(&self) -> Plan {
        let limits = Limits {
            memory_bytes: self.memory,
            pids: self.pids,
            cpus: None,
            patience: Duration::from_secs_f64(self.seconds),
        };
        let (isolation, settle) = (self.isolation, Duration::from_millis(50));
        Plan { runs: self.runs, warm_up: 1, isolation, limits, settle }
    }
}
