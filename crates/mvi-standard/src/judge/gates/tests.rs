//! Gates at their edges, and without data.

use jiff::Timestamp;

use super::*;
use crate::evidence::{Evidence, TransferSize};
use crate::standard::Standard;

/// One gate of an image as `status measured operator threshold: reason`.
fn check(id: &str, edit: impl Fn(&mut Evidence), expected: &str) {
    let mut evidence = Evidence::default();
    edit(&mut evidence);
    let told = crate::judge(&Standard::builtin().unwrap(), &evidence, Timestamp::UNIX_EPOCH);
    let gate = told.gates.into_iter().find(|gate| gate.id == id).unwrap();
    let measured = gate.measured.map_or("?".to_owned(), |value| value.to_string());
    let told = format!("{:?} {measured}{}{}: {}", gate.status, gate.operator.as_str(), gate.threshold, gate.reason);
    assert_eq!(told, expected);
}

fn transfers(value: f64, estimated: bool, class: &str) -> impl Fn(&mut Evidence) {
    let class = Some(class.to_owned()).filter(|class| !class.is_empty());
    move |evidence| {
        evidence.sizes.transfer_mb = Some(TransferSize { value, estimated });
        evidence.class.clone_from(&class);
    }
}

#[test]
fn without_a_class_an_image_stays_below_150_mb() {
    check("AC-SIZE", transfers(149.99, false, ""), "Pass 149.99<150: 149.99 MB transfer, < 150 asked");
    check("AC-SIZE", transfers(150.0, false, ""), "Fail 150<150: 150 MB transfer, < 150 asked");
    check("AC-SIZE", |_| {}, "NoData ?<150: the transfer size is unknown");
}

#[test]
fn a_class_brings_its_own_target() {
    let go = ", the target of `go-static`";
    check("AC-SIZE", transfers(20.0, false, "go-static"), &format!("Pass 20<=20: 20 MB transfer, <= 20 asked{go}"));
    check("AC-SIZE", transfers(20.7, false, "go-static"), &format!("Fail 20.7<=20: 20.7 MB transfer, <= 20 asked{go}"));
    check(
        "AC-SIZE",
        transfers(150.0, false, "node-portal"),
        "Fail 150<150: 150 MB transfer, < 150 asked, the target of `node-portal`",
    );
    let ambiguous = |evidence: &mut Evidence| {
        transfers(60.0, false, "")(evidence);
        evidence.runtimes = vec!["static-elf".into()];
    };
    check("AC-SIZE", ambiguous, "Pass 60<150: 60 MB transfer, < 150 asked");
}

#[test]
fn an_estimate_close_to_the_limit_says_so() {
    check(
        "AC-SIZE",
        transfers(140.0, true, ""),
        "Pass 140<150: 140 MB transfer, < 150 asked; the size is an estimate, and its ±10 % (126 to 154 MB) lie on \
         both sides of 150 MB",
    );
    check("AC-SIZE", transfers(130.0, true, ""), "Pass 130<150: 130 MB transfer, < 150 asked");
    check(
        "AC-PULL",
        transfers(260.0, true, ""),
        "Fail 2.08<2: 2.08 s, < 2 asked: download of 260 MB at 1 Gbps, without unpacking; the size is an estimate, and \
         its ±10 % (234 to 286 MB) lie on both sides of 2 s (250 MB)",
    );
}

#[test]
fn a_pull_takes_eight_bits_a_byte() {
    check(
        "AC-PULL",
        transfers(120.0, false, ""),
        "Pass 0.96<2: 0.96 s, < 2 asked: download of 120 MB at 1 Gbps, without unpacking",
    );
    check(
        "AC-PULL",
        transfers(250.0, false, ""),
        "Fail 2<2: 2 s, < 2 asked: download of 250 MB at 1 Gbps, without unpacking",
    );
    check("AC-PULL", |evidence| evidence.sizes.unpacked_mb = Some(9.0), "NoData ?<2: the transfer size is unknown");
}

#[test]
fn ten_layers_are_not_too_many() {
    check("AC-LAYERS", |evidence| evidence.layer_count = Some(10), "Pass 10<=10: 10 layers, <= 10 asked");
    check("AC-LAYERS", |evidence| evidence.layer_count = Some(11), "Fail 11<=10: 11 layers, <= 10 asked");
    check("AC-LAYERS", |_| {}, "NoData ?<=10: the layers were not counted");
}

#[test]
fn packages_known_within_limits_decide_only_when_both_limits_agree() {
    let between = |low, high| {
        move |evidence: &mut Evidence| {
            let reason = "the base's list is not known".to_owned();
            evidence.runtime_packages = RuntimePackages::Between { low, high, reason };
        }
    };
    let why = "packages, <= 5 asked: the base's list is not known";
    check("AC-PKGS", between(0, 5), &format!("Pass ?<=5: between 0 and 5 {why}"));
    check("AC-PKGS", between(2, 6), &format!("NoData ?<=5: between 2 and 6 {why}"));
    check("AC-PKGS", between(6, 9), &format!("Fail ?<=5: between 6 and 9 {why}"));
    let known = |count| move |evidence: &mut Evidence| evidence.runtime_packages = RuntimePackages::Known { count };
    check("AC-PKGS", known(5), "Pass 5<=5: 5 packages, <= 5 asked");
    check("AC-PKGS", known(7), "Fail 7<=5: 7 packages, <= 5 asked");
    check("AC-PKGS", |_| {}, "NoData ?<=5: no data: the packages were not counted");
}

#[test]
fn what_nobody_measured_has_no_data() {
    check("AC-VULN", |_| {}, "NoData ?<=0: no data: vulnerabilities were not looked up");
    let tried = |evidence: &mut Evidence| evidence.measured.cve_unknown = Some("the feeds are old".to_owned());
    check("AC-VULN", tried, "NoData ?<=0: no data: the feeds are old");
    check("AC-BUILD", |_| {}, "NoData ?<30: no data: no rebuild was timed");
}

#[test]
fn one_failure_fails_them_all_and_missing_data_is_no_pass() {
    assert!(GateStatus::Fail > GateStatus::NoData && GateStatus::NoData > GateStatus::Pass);
    assert_eq!(worst_gate(&[]), None);
}
