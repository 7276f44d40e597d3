//! How long images take to arrive: closed form and simulation side by side, on the layers of a real archive.

use serde_json::Value;

use crate::desk::Desk;

fn pull(desk: &Desk, line: &str) -> Value {
    let arguments: Vec<&str> = ["pull"].into_iter().chain(line.split(' ')).chain(["--format", "json"]).collect();
    serde_json::from_str(&desk.says(&arguments)).unwrap()
}

fn number(report: &Value, path: &str) -> f64 {
    report.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} in {report}"))
}

/// Checks that a number is within 1 % of what it has to be.
fn check(report: &Value, path: &str, expected: f64) {
    let found = number(report, path);
    assert!((found - expected).abs() <= expected * 0.01, "{path}: {found}, not {expected}");
}

#[test]
fn a_cluster_takes_as_long_as_its_egress_says() {
    let desk = Desk::new();
    let report = pull(&desk, "packed --nodes 100 --link 1000 --egress 800 --download-only");
    let size = number(&report, "/cold_mb");
    // 100 nodes × 8 bits / 800 Mbit/s: as many seconds as megabytes.
    check(&report, "/cluster_s", size);
    check(&report, "/simulated/makespan_s", size);
    check(&report, "/simulated/transferred_mb", size * 100.0);
    check(&report, "/one_node/total_s", size * 8.0 / 800.0);
    let waves = pull(&desk, "packed --nodes 100 --link 100 --egress 800 --slots 8 --download-only");
    // 13 waves of 8 nodes at 100 Mbit/s each.
    check(&waves, "/cluster_s", 13.0 * 8.0 * size / 100.0);
}

#[test]
fn what_is_there_or_shared_is_not_fetched_again() {
    let desk = Desk::new();
    let cold = pull(&desk, "packed --nodes 10 --download-only");
    let size = number(&cold, "/cold_mb");
    let twice = pull(&desk, "packed app --nodes 10 --download-only");
    check(&twice, "/cold_mb", size);
    check(&twice, "/simulated/transferred_mb", size * 10.0);
    let half = pull(&desk, "packed --warm packed --warm-nodes 0.5 --nodes 10 --download-only");
    check(&half, "/simulated/transferred_mb", size * 5.0);
    assert_eq!(half["cluster_s"], Value::Null, "nodes differ, so no closed form holds");
    let warm = pull(&desk, "packed --warm packed --nodes 10 --download-only");
    assert_eq!(warm["warm_mb"], 0.0);
    let peers = pull(&desk, "packed --nodes 100 --egress 800 --p2p 200 --slots 8 --download-only");
    assert!(number(&peers, "/simulated/makespan_s") < size, "those that are done help the rest");
    assert!(number(&peers, "/peer_bound_s") <= number(&peers, "/simulated/makespan_s"));
}

#[test]
fn what_a_smaller_image_saves_is_told_both_ways() {
    let desk = Desk::new();
    // Two images that share everything: the formula counts the bytes twice a node, a node fetches them once.
    let report = pull(&desk, "packed --instead-of packed --nodes 10");
    assert_eq!((number(&report, "/saving/formula_mb"), number(&report, "/saving/exact_mb")), (0.0, 0.0));
    let size = number(&report, "/cold_mb");
    let grown = pull(&desk, "packed app --instead-of packed --nodes 10");
    assert!(number(&grown, "/saving/formula_mb") < -9.9 * size);
    assert!(number(&grown, "/saving/exact_mb").abs() < 1e-9, "the second image brings no layer of its own");
    assert_eq!(pull(&desk, "packed --nodes 10")["saving"], Value::Null);
}

#[test]
fn numbers_that_no_pull_can_have_are_wrong_use() {
    let desk = Desk::new();
    for line in [
        "packed --warm-nodes 2",
        "packed --link 0",
        "packed --egress -1",
        "packed --egress nan",
        "packed --nodes 4000000",
    ] {
        let arguments: Vec<&str> = ["pull"].into_iter().chain(line.split(' ')).collect();
        assert_eq!(desk.run(&arguments).status.code(), Some(2), "{line}");
    }
    assert_eq!(desk.run(&["pull", "missing"]).status.code(), Some(3));
}
