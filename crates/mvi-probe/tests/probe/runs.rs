//! Containers that behave and containers that do not.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use mvi_probe::run::{Isolation, Level, Outcome, Run, Verdict, sweep};

use crate::bench::{Try, keeper, left, new_since, turn};

fn ready(outcome: &Outcome) -> &Run {
    let run = outcome.series[0].runs.first();
    run.unwrap_or_else(|| {
        panic!(
            "{:?} {:?}",
            outcome.series[0].warm_up,
            outcome.series[0].warm_up.last().map(|(_, run)| run.tail.lines(5))
        )
    })
}

fn failed(outcome: &Outcome) -> &Run {
    assert!(outcome.series[0].runs.is_empty());
    &outcome.series[0].failure().unwrap().1
}

/// A shell line and its sign.
fn check(line: &str, sign: &str) -> Run {
    let _turn = turn();
    let outcome = Try { argv: &["/bin/sh", "-c", line], ready: sign, ..Try::default() }.run();
    let run = ready(&outcome);
    assert_eq!(run.verdict, Verdict::Ready);
    assert!(run.startup_ms.unwrap() > 0.0 && run.create_ms > 0.0);
    assert_eq!(outcome.floor.len(), 1);
    run.clone()
}

#[test]
fn every_sign_of_readiness_is_seen() {
    assert!(check("exit 0", "exit").cpu_ms.is_some());
    check("exit 3", "exit=3");
    let server = "httpd -f -p 80 -h /www";
    let served = check(server, "tcp:80");
    assert!(served.peak_mb.unwrap() >= served.steady_mb.unwrap() * 0.5 && served.processes == Some(1), "{served:?}");
    check(server, "http:80/index.html");
    check(server, "http:80/nothing=404");
    check("echo starting; sleep 0.2; echo now it listens; sleep 60", "log:now it l.st");
    check("echo done at once", "log:once");
    assert_eq!(check("sleep 60", "running").processes, Some(1));
}

#[test]
fn what_is_measured_is_what_was_done() {
    let idle = check("sleep 0.3", "exit");
    assert!(idle.startup_ms.unwrap() >= 300.0, "{idle:?}");
    let busy = check("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done", "exit");
    assert!(busy.cpu_ms.unwrap() > 5.0 * idle.cpu_ms.unwrap(), "{busy:?} {idle:?}");
    // dd holds one block of 50 MB.
    let large = check("dd if=/dev/zero of=/dev/null bs=50000000 count=1", "exit");
    assert!((50.0..60.0).contains(&large.peak_mb.unwrap()), "{large:?}");
}

#[test]
fn containers_are_kept_from_everything() {
    let inside = "set -e; [ $(ls /sys/class/net) = lo ]; ! touch /x 2>/dev/null; touch /tmp/x; [ $$ = 1 ]; \
                  grep -q 'CapEff:.0000000000000000' /proc/self/status; grep -q 'NoNewPrivs:.1' /proc/self/status";
    check(&inside.replace("grep", "busybox grep"), "exit");
    let _turn = turn();
    let as_user =
        Try { argv: &["/bin/sh", "-c", "[ $(id -u) = 1000 ] && [ $HOME = /home/app ]"], user: "app", ..Try::default() };
    ready(&as_user.run());
}

#[test]
fn a_root_that_has_to_be_written_is_given_afresh_to_every_run() {
    let _turn = turn();
    // Fails where the root is read-only, and where the run before left its file.
    let line = ["/bin/sh", "-c", "[ ! -e /seen ] && touch /seen"];
    let outcome = Try { argv: &line, isolation: Isolation::Auto, runs: 3, ..Try::default() }.run();
    assert_eq!(outcome.level, Level::Relaxed);
    assert!(outcome.series[0].runs.iter().all(|run| run.verdict == Verdict::Ready));
}

#[test]
fn what_a_run_writes_reaches_neither_the_next_nor_the_image_beside() {
    let _turn = turn();
    let line = "[ \"$(cat /www/index.html)\" = hello ] && echo other > /www/index.html && chmod 700 /bin/busybox";
    let line = ["/bin/sh", "-c", &line.replace("chmod", "busybox chmod")];
    let relaxed = Isolation::Only(Level::Relaxed);
    let outcome = Try { argv: &line, isolation: relaxed, runs: 2, ..Try::default() }.run_two();
    let runs = outcome.series.iter().flat_map(|series| &series.runs);
    let verdicts: Vec<_> = runs.map(|run| (run.verdict.clone(), run.tail.lines(2))).collect();
    assert!(verdicts.len() == 4 && verdicts.iter().all(|(verdict, _)| *verdict == Verdict::Ready), "{verdicts:?}");
    // Where nothing may be written, nothing is.
    let line = ["/bin/sh", "-c", "! echo other 2>/dev/null > /www/index.html && ! busybox chmod 700 /bin/busybox"];
    let outcome = Try { argv: &line, runs: 2, ..Try::default() }.run_two();
    assert!(outcome.series.iter().flat_map(|series| &series.runs).all(|run| run.verdict == Verdict::Ready));
    assert_eq!(outcome.series.iter().map(|series| series.runs.len()).sum::<usize>(), 4);
}

/// A line that misbehaves.
fn misbehaves(line: &str, seconds: f64) -> Run {
    let _turn = turn();
    let tried = Try { argv: &["/bin/sh", "-c", line], ready: "tcp:80", seconds, memory: 50_000_000, ..Try::default() };
    failed(&tried.run()).clone()
}

#[test]
fn misbehaviour_is_told_and_leaves_nothing() {
    let crash = misbehaves("echo no database >&2; exit 4", 60.0);
    assert!(matches!(crash.verdict, Verdict::Ended(ended) if ended.code == Some(4)), "{crash:?}");
    assert_eq!(crash.tail.lines(1), ["no database"]);
    assert_eq!(misbehaves("sleep 60", 1.0).verdict, Verdict::TimedOut);
    let hog = misbehaves("dd if=/dev/zero of=/dev/null bs=90000000 count=1; exit 1", 60.0);
    assert!(hog.oom_kills > 0, "{hog:?}");
    let bomb = misbehaves("b() { b | b & }; b; sleep 60", 2.0);
    assert!(bomb.refused_processes > 0, "{bomb:?}");
    let flood = misbehaves("yes", 1.0);
    assert!(flood.output_bytes > 1_000_000 && flood.tail.bytes.len() <= 4096, "{}", flood.output_bytes);
    let zombies = misbehaves("for i in 1 2 3 4 5; do (sleep 0.1 &) ; done; exec sleep 60", 1.0);
    assert_eq!(zombies.verdict, Verdict::TimedOut);
}

#[test]
fn a_program_that_is_not_there_is_the_images_fault() {
    let _turn = turn();
    let outcome = Try { argv: &["/bin/nothing"], ..Try::default() }.run();
    let Verdict::NotStarted { message } = &failed(&outcome).verdict else { panic!("{:?}", failed(&outcome)) };
    assert!(message.contains("/bin/nothing"), "{message}");
}

/// Set in a process of this test that is going to be killed: the folder to work in.
const VICTIM: &str = "MVI_TEST_VICTIM";

#[test]
fn a_probe_that_is_killed_leaves_nothing() {
    if let Some(folder) = std::env::var_os(VICTIM) {
        // The one that is killed, below: it has no end of its own.
        let argv = ["/bin/sh", "-c", "echo up; exec sleep 600"];
        Try { argv: &argv, ready: "log:up", runs: 1000, isolation: Isolation::Only(Level::Relaxed), ..Try::default() }
            .run_in(&PathBuf::from(folder));
        return;
    }
    let _turn = turn();
    for delay in [60, 250, 700, 1500] {
        let parent = tempfile::tempdir().unwrap();
        let before = left(parent.path());
        let mut victim = Process::new(std::env::current_exe().unwrap())
            .args(["--exact", "runs::a_probe_that_is_killed_leaves_nothing"])
            .env(VICTIM, parent.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        victim.kill().unwrap();
        victim.wait().unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        // A folder that was made just before its keeper is swept by the next probe.
        let is_empty = || std::fs::read_dir(parent.path()).unwrap().next().is_none();
        while !is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
            sweep(parent.path());
        }
        assert_eq!(new_since(&before, parent.path()), BTreeSet::new(), "killed after {delay} ms");
    }
}

#[test]
fn what_nobody_keeps_is_swept() {
    let _turn = turn();
    let parent = tempfile::tempdir().unwrap();
    let abandoned = parent.path().join("mvi-probe-abandoned");
    std::fs::create_dir_all(abandoned.join("a/b")).unwrap();
    std::fs::write(abandoned.join("lock"), "").unwrap();
    let strange = parent.path().join("mvi-probe-of-somebody");
    std::fs::create_dir_all(&strange).unwrap();
    // What others could write in is not believed, whatever it holds.
    let open = parent.path().join("mvi-probe-open");
    std::fs::create_dir_all(&open).unwrap();
    std::fs::write(open.join("lock"), "").unwrap();
    for (folder, mode) in [(&abandoned, 0o700), (&strange, 0o700), (&open, 0o777)] {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let place = mvi_probe::run::Place::open(parent.path(), Process::new(keeper())).unwrap();
    assert_eq!(sweep(parent.path()), 1);
    assert!(!abandoned.exists() && strange.exists() && open.exists() && place.folder().exists());
    let folder = place.folder().to_owned();
    place.close().unwrap();
    assert!(!folder.exists());
}
