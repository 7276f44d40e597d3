//! A real registry: patterns over its catalogue, retries, and layers that are not downloaded twice.

use crate::desk::Desk;
use crate::distribution::Distribution;
use crate::layout::Layout;
use crate::stage::{json, row};

#[test]
fn a_catalogue_is_scanned_by_pattern_and_nothing_is_downloaded_twice() {
    let registry = Distribution::anonymous();
    registry.push(&Layout::new(&[1]), "library/base:1", &[]);
    registry.push(&Layout::new(&[1, 2]), "team/app:v1", &[]);
    registry.push(&Layout::new(&[1, 2, 3]), "team/app:v2", &[]);
    registry.push(&Layout::new(&[4]), "other/app:v1", &[]);
    let (desk, host) = (Desk::bare(), registry.host.clone());
    let scan = |pattern: &str| {
        let place = format!("docker://{host}/{pattern}");
        json(&desk, &["fleet", "scan", &place, "--insecure", "--platform", "linux/amd64"])
    };
    assert_eq!(scan("team/*:v1")["found"], 1);
    assert_eq!(scan("team/app:v*")["found"], 2);
    let pushed = registry.log().len();
    let whole = scan("*");
    assert_eq!((&whole["found"], whole["unreadable"].as_array().unwrap().len()), (&4.into(), 0));
    let list = json(&desk, &["fleet", "list"]);
    let card = json(&desk, &["fleet", "show", &format!("{host}/team/app:v2")]);
    assert_eq!(card["image"]["base"], format!("{host}/team/app:v1"));
    assert_eq!(row(&list, &format!("{host}/team/app:v2"))["layers"], 3);
    let blobs = |from: usize| -> usize {
        let log = registry.log();
        let layers = log[from..].iter().filter(|(method, path, status, written)| {
            method == "GET" && path.contains("/blobs/") && *status == 200 && *written > 10_000
        });
        layers.count()
    };
    assert_eq!(blobs(pushed), 1, "only the layer of other/app is new to anybody; base's and app's are remembered");
    let before = registry.log().len();
    scan("*");
    assert_eq!(blobs(before), 0);
}

#[test]
fn what_cannot_be_reached_is_tried_again_and_then_told() {
    let desk = Desk::bare();
    let place = format!("docker://127.0.0.1:{}/app:1", crate::distribution::free_port());
    let output = desk.run(&["fleet", "scan", &place, "--retries", "0", "--insecure", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["unreadable"][0]["code"], "E-UNREACHABLE");
}
