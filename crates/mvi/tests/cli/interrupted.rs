//! Runs that are killed, and disks that are full: the layer memory stays sound, and the report right.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::archive::{Config, Members};
use crate::desk::{Desk, blob, files, gzip, text};
use crate::entry::{file, layer};

const LAYERS: usize = 6;

/// An image of several large layers, made once for all tests.
static LARGE: LazyLock<Members> = LazyLock::new(|| {
    let layers: Vec<_> = (0..LAYERS)
        .map(|number| {
            let parts =
                (0..40).map(|part| file(&format!("{number}/{part}"), blob((number * 50 + part) as u64, 50_000)));
            layer(&parts.collect::<Vec<_>>())
        })
        .collect();
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    Members::oci(&layers, &packed, &Config::default())
});

fn large() -> Desk {
    let desk = Desk::bare();
    LARGE.write(&desk.path("large"));
    desk
}

const AUDIT: &[&str] = &["audit", "large", "--format", "json", "--jobs", "1"];

fn report(desk: &Desk, more: &[&str]) -> String {
    desk.says(&[AUDIT, more].concat()).replace("\"remembered\": true", "\"remembered\": false")
}

/// Kills a run with `signal` once its memory holds `count` files; the next one has to be right.
fn check(signal: &str, count: usize) {
    let desk = large();
    let mut child = desk.command(AUDIT).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while files(&desk.memory().join("layers")).len() < count && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    // The run may have ended by itself; then there is nothing to interrupt.
    let _ = Command::new("kill").args(["-s", signal, &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
    child.wait().unwrap();
    let fresh = report(&desk, &["--no-cache"]);
    assert_eq!(report(&desk, &[]), fresh, "after {signal} at {count} files");
    assert_eq!(report(&desk, &[]), fresh, "after {signal} at {count} files, again");
    assert_eq!(desk.says(AUDIT).matches("\"remembered\": true").count(), LAYERS);
}

#[test]
fn a_killed_run_leaves_a_sound_memory() {
    for count in [0, 1, 2, LAYERS - 1] {
        check("KILL", count);
    }
}

#[test]
fn an_interrupted_run_leaves_a_sound_memory() {
    for count in [1, LAYERS / 2] {
        check("INT", count);
    }
}

#[test]
fn runs_at_the_same_time_share_a_memory() {
    let desk = large();
    let fresh = report(&desk, &["--no-cache"]);
    let children: Vec<_> = (0..3).map(|_| desk.command(AUDIT).stdout(Stdio::piped()).spawn().unwrap()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(text(&output.stdout).replace("\"remembered\": true", "\"remembered\": false"), fresh);
    }
}

#[test]
fn a_full_disk_costs_the_memory_and_nothing_else() {
    let desk = large();
    let small = desk.path("small");
    std::fs::create_dir(&small).unwrap();
    let mount = |options: &[&str]| Command::new("mount").args(options).arg(&small).stderr(Stdio::null()).status();
    if !mount(&["-t", "tmpfs", "-o", "size=8k", "tmpfs"]).is_ok_and(|status| status.success()) {
        eprintln!("skipped: a full disk needs the right to mount one");
        return;
    }
    let with_memory = desk.run(&[AUDIT, &["--cache-dir", small.to_str().unwrap()]].concat());
    let left = files(&small.join("layers")).len();
    Command::new("umount").arg(&small).status().unwrap();
    assert!(with_memory.status.success(), "{}", text(&with_memory.stderr));
    assert_eq!(text(&with_memory.stdout), report(&desk, &["--no-cache"]));
    assert!(left < LAYERS, "the disk was not full");
}

#[test]
fn a_memory_that_cannot_be_made_costs_nothing_else() {
    let desk = large();
    let fresh = report(&desk, &["--no-cache"]);
    assert_eq!(report(&desk, &["--cache-dir", "/dev/null/no"]), fresh);
    assert_eq!(report(&desk, &["--cache-dir", "large/index.json"]), fresh);
    let homeless = desk.command(AUDIT).env_remove("HOME").output().unwrap();
    assert_eq!(text(&homeless.stdout), fresh);
}

#[test]
fn a_small_capacity_is_kept() {
    let desk = large();
    report(&desk, &["--cache-mb", "0"]);
    assert_eq!(files(&desk.memory().join("layers")).len(), 0);
}
