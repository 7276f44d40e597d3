//! The decision table rule by rule, exceptions, notes, findings, distance and steps.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Severity;
use crate::evidence::{Ancestor, DirectBase, Justification, Role, Sizes, TransferSize};

mod fleet;
mod properties;

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::builtin().unwrap());

/// An image of some size on some base (none where empty), with a class where one is named.
fn image(size_mb: f64, base: &str, class: &str) -> Evidence {
    let named = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Evidence {
        sizes: Sizes { transfer_mb: Some(TransferSize { value: size_mb, estimated: false }), ..Sizes::default() },
        base: DirectBase { reference: named(base), ..DirectBase::default() },
        class: named(class),
        ..Evidence::default()
    }
}

fn approved(cap_mb: f64, lapses_at: Option<Timestamp>) -> Option<Justification> {
    Some(Justification {
        cap_mb,
        constraint: None,
        source: "CRQ-2026-0001".to_owned(),
        lapses_at,
        ..Justification::default()
    })
}

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn judged(evidence: &Evidence) -> Judgement {
    judge(&STANDARD, evidence, now())
}

/// The deciding rule, verdict, action and triggers in one line.
fn check(evidence: &Evidence, expected: &str) {
    assert_eq!(line(&judged(evidence)), expected);
}

fn line(told: &Judgement) -> String {
    let triggers: String = told.triggers.iter().map(|trigger| format!(" {trigger:?}")).collect();
    format!("{} {} {}{triggers}", told.rule.id, told.verdict, told.action)
}

fn codes(evidence: &Evidence) -> Vec<&'static str> {
    judged(evidence).findings.iter().map(|finding| finding.code).collect()
}

fn with(mut evidence: Evidence, edit: impl Fn(&mut Evidence)) -> Evidence {
    edit(&mut evidence);
    evidence
}

#[test]
fn r0_an_unknown_size_is_no_verdict() {
    check(&Evidence { base: image(1.0, "node:16-buster", "").base, ..Evidence::default() }, "R0 none MEASURE T4");
    check(&image(f64::NAN, "alpine:3.21", "go-static"), "R0 none MEASURE");
    check(&image(-1.0, "alpine:3.21", "go-static"), "R0 none MEASURE");
}

#[test]
fn a_row_may_count_another_size() {
    let toml = "extends = \"V13\"\n[[row]]\nid = \"go-static\"\nsize_basis = \"unpacked\"";
    let standard = Standard::load(toml.as_bytes(), &|_| Err(String::new())).unwrap();
    let unpacked = |unpacked_mb| {
        let evidence = with(image(20.0, "alpine:3.21", "go-static"), |image| image.sizes.unpacked_mb = unpacked_mb);
        judge(&standard, &evidence, now())
    };
    assert_eq!(line(&unpacked(Some(31.0))), "R9 REVIEW TRIM");
    assert_eq!(unpacked(None).rule.reason, "the unpacked size is unknown");
}

#[test]
fn r1_a_ban_that_nothing_lifts_goes_before_an_exception() {
    let buster =
        with(image(90.0, "node:16-buster", "node-portal"), |image| image.justification = approved(100.0, None));
    assert_eq!(judged(&buster).rule.id, RuleId::R1);
    assert_eq!(judged(&buster).verdict, Verdict::Replace);
    check(&image(90.0, "node:16-buster", "node-portal"), "R1 REPLACE REPLACE_BASE T4");
}

#[test]
fn r2_an_exception_covers_up_to_its_cap() {
    let justified = |size| with(image(size, "debian:12", ""), |image| image.justification = approved(600.0, None));
    check(&justified(600.0), "R2 JUSTIFIED KEEP");
    check(&justified(600.01), "R3 REPLACE REPLACE_BASE T1 T2 T4");
    assert!(codes(&justified(600.01)).contains(&"W-JUSTIFIED-CAP"));
}

#[test]
fn r2_an_exception_ends_with_its_time() {
    let until = |moment: &str| {
        let lapses_at = Some(moment.parse().unwrap());
        with(image(550.0, "", ""), |image| image.justification = approved(600.0, lapses_at))
    };
    check(&until("2026-11-21T12:00:01Z"), "R2 JUSTIFIED KEEP");
    check(&until("2026-11-21T12:00:00Z"), "R9 REVIEW AUDIT_DEPS T2");
    assert!(codes(&until("2026-11-21T12:00:00Z")).contains(&"W-JUSTIFIED-LAPSED"));
}

#[test]
fn r2_the_standards_list_counts_by_repository() {
    let named = |name: &str, size| with(image(size, "", ""), |image| image.image = Some(name.to_owned()));
    check(&named("docker.io/library/pgvector:0.7@sha256:ab", 613.0), "R2 JUSTIFIED KEEP");
    check(&named("pgvector", 613.0 * 1.05), "R2 JUSTIFIED KEEP");
    check(&named("pgvector", 644.0), "R9 REVIEW AUDIT_DEPS T2");
    check(&named("team/pgvector", 613.0), "R9 REVIEW AUDIT_DEPS T2");
    assert_eq!(judged(&named("texlive", 8550.0)).constraint.as_deref(), Some("cron-only"));
}

#[test]
fn r2_a_listed_image_lapses_a_week_after_its_review() {
    let on = |due: &str| {
        let toml = format!("extends = \"V13\"\n[[justified]]\nimage = \"pgvector\"\nreview_due = \"{due}\"");
        let standard = Standard::load(toml.as_bytes(), &|_| Err(String::new())).unwrap();
        let told = judge(&standard, &with(image(613.0, "", ""), |image| image.image = Some("pgvector".into())), now());
        (told.rule.id, told.findings.iter().map(|finding| finding.code).collect::<Vec<_>>())
    };
    assert_eq!(on("2026-11-22"), (RuleId::R2, vec!["W-BASE-UNKNOWN", "W-CLASS-UNKNOWN"]));
    assert_eq!(on("2026-11-15"), (RuleId::R2, vec!["W-BASE-UNKNOWN", "W-CLASS-UNKNOWN", "W-JUSTIFIED-DUE"]));
    assert_eq!(on("2026-11-14"), (RuleId::R9, vec!["W-BASE-UNKNOWN", "W-JUSTIFIED-LAPSED", "W-CLASS-UNKNOWN"]));
}

#[test]
fn r3_a_banned_base_is_replaced_however_small() {
    check(&image(8.0, "ubuntu@sha256:ab", "go-static"), "R3 REPLACE REPLACE_BASE T1 T4");
    check(&image(8.0, "node:22-bookworm-slim", "node-portal"), "R3 REPLACE REPLACE_BASE T4");
}

#[test]
fn r4_debt_is_replaced_or_taken_apart() {
    let debt = |floor| {
        with(image(20.0, "alpine:3.21", "go-static"), |image| {
            image.debt = Some("legacy".into());
            image.floor_estimate_mb = floor;
        })
    };
    check(&debt(None), "R4 REPLACE DECOMPOSE");
    check(&debt(Some(12.0)), "R4 REPLACE REPLACE");
    check(&debt(Some(0.0)), "R4 REPLACE DECOMPOSE");
}

#[test]
fn r4_a_base_below_that_has_to_go_takes_its_images_along() {
    let below = |reference: &str, status| {
        let ancestor = Ancestor { reference: reference.to_owned(), status };
        with(image(20.0, "alpine:3.21", "go-static"), |image| image.ancestors = vec![ancestor.clone()])
    };
    check(&below("old-base:1", Some(Verdict::Replace)), "R4 REPLACE DECOMPOSE");
    check(&below("utpemos-base:7", None), "R4 REPLACE DECOMPOSE");
    check(&below("old-base:1", Some(Verdict::Audit)), "R6 FLOOR KEEP");
    check(&image(20.0, "utpemos-base", ""), "R4 REPLACE DECOMPOSE T3");
}

#[test]
fn r5_a_heavy_image_far_above_its_floor_is_replaced() {
    let heavy = |size, floor| with(image(size, "", ""), |image| image.floor_estimate_mb = Some(floor));
    check(&heavy(501.0, 50.1), "R5 REPLACE REPLACE T2");
    check(&heavy(501.0, 50.2), "R9 REVIEW AUDIT_DEPS T2");
    check(&heavy(500.0, 50.0), "R9 REVIEW AUDIT_DEPS");
}

#[test]
fn r6_grace_belongs_to_the_floor_and_a_strict_target_has_none() {
    check(&image(30.0, "alpine:3.21.8", "go-static"), "R6 FLOOR KEEP");
    check(&image(30.01, "alpine:3.21.8", "go-static"), "R9 REVIEW TRIM");
    check(&image(149.99, "node:22-alpine", "node-portal"), "R6 FLOOR KEEP");
    check(&image(150.0, "node:22-alpine", "node-portal"), "R9 REVIEW TRIM");
    check(&image(5.0, "alpine:3.21", ""), "R9 REVIEW TRIM");
}

#[test]
fn r7_a_base_for_justified_images_asks_for_a_justification() {
    check(&image(300.0, "python:3.12-slim", "python-ml"), "R7 REVIEW JUSTIFY");
}

#[test]
fn r8_a_heavy_base_is_listed_first() {
    let base = |size, listed| {
        with(image(size, "", ""), |image| {
            image.role = Role::Base;
            image.contents_known = listed;
        })
    };
    check(&base(500.1, false), "R8 AUDIT AUDIT_CONTENTS T2");
    check(&base(500.0, false), "R9 REVIEW AUDIT_DEPS");
    check(&base(2340.0, true), "R9 REVIEW SPLIT T2");
}

#[test]
fn r9_reviews_the_rest() {
    check(&image(400.0, "", ""), "R9 REVIEW AUDIT_DEPS");
    check(&image(1000.0, "", ""), "R9 REVIEW AUDIT_DEPS T2");
    check(&image(1000.5, "node@sha256:ab", ""), "R9 REVIEW SPLIT T2");
    check(&image(1500.0, "alpine:3.20", ""), "R9 REVIEW REGISTER_BASE T2 T3");
    check(&image(1500.0, "node:22-alpine", "node-portal"), "R9 REVIEW TRIM T2");
}

#[test]
fn a_rule_that_is_switched_off_is_passed_over() {
    let toml = "extends = \"V13\"\ndisable = [\"verdict_rule:R4\"]";
    let standard = Standard::load(toml.as_bytes(), &|_| Err(String::new())).unwrap();
    let debt = with(image(20.0, "alpine:3.21", "go-static"), |image| image.debt = Some("legacy".into()));
    let told = judge(&standard, &debt, now());
    assert_eq!(line(&told), "R6 FLOOR KEEP");
    assert_eq!(told.trace[4].why, "this standard switched the rule off");
}

#[test]
fn the_reason_and_the_trace_name_the_numbers() {
    let told = judged(&image(23.6, "nginx:1.27.2-alpine", "static-web"));
    assert_eq!(
        told.rule.reason,
        "it stands on `nginx:1.27.2-alpine`, registered as `nginx:1.27-alpine`, and 23.6 MB is within the ceiling of \
         `static-web`, 15 MB + 10 MB grace"
    );
    let trace: Vec<String> = told.trace.iter().map(|step| format!("{} {}", step.rule, step.why)).collect();
    assert_eq!(
        trace[..6],
        [
            "R0 the size is 23.6 MB",
            "R1 its base `nginx:1.27.2-alpine` is not banned",
            "R2 no exception names this image",
            "R3 its base `nginx:1.27.2-alpine` is not banned",
            "R4 no debt is declared and no base below it has to be replaced",
            "R5 23.6 MB is not above 500 MB",
        ]
    );
    assert_eq!(told.trace.iter().filter(|step| step.holds).count(), 1);
    assert_eq!(
        judged(&image(149.9996, "alpine:3.20", "node-portal")).gates[0].reason.split(' ').next(),
        Some("149.9996")
    );
}

#[test]
fn notes_tell_where_the_size_lies_in_its_band() {
    let notes = |size, base, class| judged(&image(size, base, class)).notes;
    assert_eq!(notes(23.6, "nginx:1.27-alpine", "static-web"), [Note::OverTarget]);
    assert_eq!(notes(11.9, "nginx:1.27-alpine", "static-web"), [Note::BelowBand]);
    assert_eq!(notes(15.0, "nginx:1.27-alpine", "static-web"), []);
    assert_eq!(notes(54.0, "coredns/coredns:1.11", "dns-resolver"), []);
    assert_eq!(notes(44.0, "coredns/coredns:1.11", "dns-resolver"), [Note::BelowBand]);
    assert_eq!(notes(400.0, "node:22-alpine", "node-portal"), []);
}

#[test]
fn what_is_not_known_is_a_finding() {
    assert_eq!(codes(&image(20.0, "alpine:$VERSION", "go-static")), ["E-BASE-UNRESOLVED"]);
    assert_eq!(codes(&image(20.0, "", "go-static")), ["W-BASE-UNKNOWN"]);
    assert_eq!(codes(&image(20.0, "alpine:3.21", "rust")), ["E-CLASS-NOT-IN-STANDARD"]);
    assert_eq!(codes(&image(20.0, "alpine:3.21", "node-portal")), ["W-CLASS-BASE"]);
    let static_binary = with(image(20.0, "alpine:3.21", ""), |image| image.runtimes = vec!["static-elf".into()]);
    assert_eq!(codes(&static_binary), ["W-CLASS-AMBIGUOUS"]);
    let estimated = with(image(29.0, "alpine:3.21", "go-static"), |image| {
        image.sizes.transfer_mb = Some(TransferSize { value: 29.0, estimated: true });
    });
    assert_eq!(codes(&estimated), ["W-SIZE-ESTIMATED"]);
}

#[test]
fn banned_ancestors_are_findings_where_the_standard_asks() {
    let toml = "extends = \"V13\"\n[policy]\nban_scope = \"ancestry\"";
    let standard = Standard::load(toml.as_bytes(), &|_| Err(String::new())).unwrap();
    let on = |base: &str| {
        let ancestor = Ancestor { reference: "debian:12".to_owned(), status: None };
        let evidence = with(image(80.0, base, "node-portal"), |image| image.ancestors = vec![ancestor.clone()]);
        let told = judge(&standard, &evidence, now());
        (told.verdict, told.findings.iter().any(|finding| finding.code == "W-BAN-ANCESTRY"))
    };
    assert_eq!(on("node:22"), (Verdict::Review, true));
    assert_eq!(on("python:3.12-slim"), (Verdict::Review, false));
}

#[test]
fn the_distance_names_megabytes_and_base() {
    let text = |size, base, class| judged(&image(size, base, class)).distance.text;
    assert_eq!(
        text(496.0, "node:22-alpine", "node-portal"),
        "346 MB over the 150 MB of `node-portal`; the base is a floor base"
    );
    assert_eq!(
        text(150.0, "node:22", "node-portal"),
        "exactly the 150 MB that `node-portal` has to stay below; the base is not registered, `node:22-alpine` is"
    );
    assert_eq!(
        text(20.0, "debian:12", "go-static"),
        "within the 30 MB of `go-static`; the base is banned, use `alpine:3.21`"
    );
    assert_eq!(text(20.0, "", ""), "20 MB, without a class to measure it by; the base is not known");
    assert_eq!(judged(&image(31.5, "python:3.12-slim", "go-static")).distance.over_mb, Some(1.5));
    assert_eq!(judged(&image(31.5, "python:3.12-slim", "go-static")).distance.base, BaseObstacle::JustifiedOnly);
}

#[test]
fn the_next_steps_say_what_to_do_about_this_image() {
    let steps = |evidence: &Evidence| {
        let steps = judged(evidence).next_steps.into_iter();
        steps.map(|step| format!("{}: {}", step.action, step.text)).collect::<Vec<_>>()
    };
    assert_eq!(
        steps(&image(90.0, "debian:12", "go-static")),
        [
            "REPLACE_BASE: replace the base `debian:12` with `alpine:3.21`",
            "TRIM: take 60 MB away, down to 30 MB for `go-static`",
            "JUSTIFY: or file a change request with the reason why no listed base will do",
        ]
    );
    assert_eq!(steps(&image(9.0, "node:8-buster", "")).len(), 1);
    assert_eq!(
        steps(&image(517.0, "", "")),
        ["AUDIT_DEPS: find out what needs 517 MB, and state the base with `--base`"]
    );
    assert_eq!(
        steps(&image(20.0, "alpine:3.20", "go-static")),
        ["REGISTER_BASE: move from `alpine:3.20` to `alpine:3.21`, or register `alpine:3.20`"]
    );
    assert_eq!(
        steps(&image(20.0, "alpine:3.21", "")),
        ["TRIM: declare its class, so that a ceiling applies; then trim what is over it"]
    );
    assert_eq!(steps(&image(20.0, "alpine:3.21", "go-static")), ["KEEP: keep it as it is"]);
}

#[test]
fn a_judgement_is_printed_with_stable_names() {
    let evidence = with(image(31.5, "scratch", ""), |image| image.runtimes = vec!["static-elf".into()]);
    let told = serde_json::to_value(judged(&evidence)).unwrap();
    let ceiling =
        json!({"row": "dns-resolver", "target_max_mb": 50.0, "grace_mb": 10.0, "mb": 60.0, "exclusive": false});
    let rows = json!(["go-static", "go-multistage", "dns-resolver"]);
    assert_eq!(
        told["class"],
        json!({"row": "dns-resolver", "source": "ambiguous", "candidates": rows, "ceiling": ceiling})
    );
    assert_eq!(
        told["base"],
        json!({
            "standing": "registered", "reference": "scratch", "rom": "scratch", "status": "FLOOR", "segment": 0,
            "row_ids": rows,
        })
    );
    assert_eq!(told["distance"]["base"], json!({"obstacle": "ok"}));
    assert_eq!(told["size"], json!({"mb": 31.5, "basis": "transfer", "estimated": false}));
    assert_eq!(told["notes"], json!(["below-band"]));
    assert_eq!(told["gates"][0]["operator"], "<");
    assert_eq!(told["gates"][1]["status"], "no_data");
    assert_eq!(told["base_source"], "unknown");
}

#[test]
fn a_doubt_about_the_class_weighs_more_where_it_decides() {
    let finding = |size| {
        let evidence = with(image(size, "scratch", ""), |image| image.runtimes = vec!["static-elf".into()]);
        judged(&evidence).findings.remove(0)
    };
    assert_eq!((finding(20.0).code, finding(20.0).severity), ("W-CLASS-AMBIGUOUS", Severity::Low));
    assert_eq!(finding(58.0).severity, Severity::Medium);
    assert!(finding(58.0).text.ends_with("only dns-resolver has room for it"), "{}", finding(58.0).text);
    assert_eq!(finding(61.0).severity, Severity::Low);
}
