//! Scans that are killed and gone on with, and several at once.

use std::process::{Command, Stdio};

use crate::desk::{Desk, text};
use crate::stage::{json, save};

const IMAGES: u64 = 24;

/// Images with layers of their own on one base.
fn images(desk: &Desk, folder: &str, first: u64) {
    std::fs::create_dir(desk.path(folder)).unwrap();
    for number in first..first + IMAGES {
        save(
            desk,
            &format!("{folder}/{number:03}.tar"),
            &format!("team/app{number}:1"),
            &[1, 100 + number, 500 + number],
        );
    }
}

fn done(desk: &Desk) -> usize {
    let journal = std::fs::read_to_string(desk.path("fleet.db.scan")).unwrap_or_default();
    journal.lines().filter(|line| line.contains("\"done\"")).count()
}

#[test]
fn a_killed_scan_is_gone_on_with() {
    for count in [0, 1, 5, 11] {
        let desk = Desk::bare();
        images(&desk, "images", 0);
        let scan = ["fleet", "scan", "images", "--store", "fleet.db", "--no-cache", "--jobs", "2"];
        let mut child = desk.command(&scan).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while done(&desk) < count && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        // The scan may have ended by itself; then there is nothing to go on with.
        let _ =
            Command::new("kill").args(["-s", "KILL", &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
        child.wait().unwrap();
        if desk.path("fleet.db").exists() {
            assert!(desk.says(&["fleet", "check", "--store", "fleet.db"]).contains("all is whole"));
        }
        let known = done(&desk);
        let output = desk.run(&["fleet", "scan", "--resume", "--store", "fleet.db", "--format", "json"]);
        match output.status.code() {
            Some(0) => {
                let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
                assert_eq!(report["done_before"].as_u64(), Some(known as u64), "killed at {count}");
                assert_eq!(report["images"].as_array().unwrap().len() as u64, IMAGES - known as u64);
            }
            // Killed before there was a plan, or after all was done.
            _ => {
                assert!(known == 0 || known == IMAGES as usize, "{}", text(&output.stderr));
                desk.says(&scan);
            }
        }
        let list = json(&desk, &["fleet", "list", "--store", "fleet.db"]);
        assert_eq!(list["images"].as_array().unwrap().len() as u64, IMAGES, "killed at {count}");
        assert!(desk.says(&["fleet", "check", "--store", "fleet.db"]).contains("all is whole"));
    }
}

#[test]
fn two_processes_fill_one_store() {
    for _ in 0..4 {
        two_at_once();
    }
}

fn two_at_once() {
    let desk = Desk::bare();
    images(&desk, "left", 0);
    images(&desk, "right", 200);
    save(&desk, "left/base.tar", "team/base:1", &[1]);
    let children: Vec<_> = ["left", "right"]
        .iter()
        .map(|folder| {
            let scan = ["fleet", "scan", folder, "--store", "fleet.db", "--no-cache"];
            desk.command(&scan).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let list = json(&desk, &["fleet", "list", "--store", "fleet.db"]);
    assert_eq!(list["images"].as_array().unwrap().len() as u64, 2 * IMAGES + 1);
    assert!(desk.says(&["fleet", "check", "--store", "fleet.db"]).contains("all is whole"));
    // Whoever came first: all stand on the base.
    let reached = json(&desk, &["fleet", "query", "Q2", "team/base:1", "--store", "fleet.db"]);
    assert_eq!(reached["images"].as_u64(), Some(2 * IMAGES));
    let card = json(&desk, &["fleet", "show", "team/app210:1", "--store", "fleet.db"]);
    assert_eq!(card["image"]["base"], "team/base:1");
    let judged = desk.says(&["fleet", "judge", "--store", "fleet.db"]);
    assert!(judged.starts_with("0 judgements are new"), "{judged}");
}
