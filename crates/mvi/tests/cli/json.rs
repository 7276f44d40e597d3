//! JSON reports: the same bytes whatever the threads and the memory did.

use crate::desk::{Desk, files};

const ALL: &[&[&str]] = &[
    &["audit", "app"],
    &["audit", "packed"],
    &["layers", "packed", "--files"],
    &["explain", "packed", "/usr"],
    &["audit", "app.tar", "app"],
    &["audit", "app.tar", "--no-verify"],
    &["layers", "app", "--files"],
    &["layers", "app.tar", "--largest", "2"],
    &["explain", "app", "/app"],
    &["explain", "app.tar", "/root/.cache"],
    &["needs", "app"],
    &["needs", "app.tar"],
    &["explain", "app", "/app", "--needed-by"],
];

/// The report without the one field that tells how it came about.
fn report(desk: &Desk, arguments: &[&str], more: &[&str]) -> String {
    let said = desk.says(&[arguments, &["--format", "json"], more].concat());
    serde_json::from_str::<serde_json::Value>(&said).unwrap();
    said.replace("\"remembered\": true", "\"remembered\": false")
}

/// Checks that all ways of running say the same.
fn check(arguments: &[&str]) {
    let desk = Desk::new();
    let plain = report(&desk, arguments, &["--no-cache", "--jobs", "1"]);
    for jobs in ["2", "8"] {
        assert_eq!(report(&desk, arguments, &["--no-cache", "--jobs", jobs]), plain, "{arguments:?} --jobs {jobs}");
    }
    for time in ["first", "second", "third"] {
        assert_eq!(report(&desk, arguments, &[]), plain, "{arguments:?}, {time} time with memory");
    }
    assert_eq!(report(&desk, arguments, &["--quiet"]), plain);
}

#[test]
fn reports_do_not_depend_on_threads_or_memory() {
    for arguments in ALL {
        check(arguments);
    }
}

#[test]
fn a_second_run_remembers() {
    let desk = Desk::new();
    let remembered = || desk.says(&["layers", "packed", "--format", "json"]).matches("\"remembered\": true").count();
    assert_eq!((remembered(), remembered()), (0, 4));
    assert_eq!(files(&desk.memory().join("layers")).len(), 4);
    assert!(desk.says(&["cache", "info"]).contains("4 layers"));
    assert!(desk.says(&["cache", "prune", "--all"]).contains("removed"));
    assert!(desk.says(&["cache", "info"]).contains("0 layers"));
}

#[test]
fn numbers_of_a_report_add_up() {
    let desk = Desk::new();
    let json: serde_json::Value = serde_json::from_str(&desk.says(&["audit", "app", "--format", "json"])).unwrap();
    let image = &json["images"][0];
    let bytes = |value: &serde_json::Value| (value.as_f64().unwrap() * 1e6).round() as u64;
    let sum = |list: &str, field: &str| -> u64 {
        image[list].as_array().unwrap().iter().map(|item| bytes(&item[field])).sum()
    };
    let sizes = &image["sizes"];
    assert_eq!(sum("contents", "mb"), bytes(&sizes["unpacked_mb"]));
    assert_eq!(sum("layers", "unpacked_mb"), bytes(&sizes["unpacked_mb"]));
    assert_eq!(sum("layers", "hidden_mb"), bytes(&sizes["hidden_mb"]));
    assert_eq!(sum("waste", "mb"), bytes(&sizes["hidden_mb"]));
    assert_eq!(bytes(&sizes["hidden_mb"]) + bytes(&sizes["framing_mb"]), bytes(&sizes["wasted_mb"]));
    assert_eq!(bytes(&sizes["effective_mb"]) + bytes(&sizes["wasted_mb"]), bytes(&sizes["unpacked_mb"]));
}
