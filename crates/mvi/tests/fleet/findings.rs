//! What is wrong in a fleet: deployment rules, schools, exposure levels; and what runs out.

use serde_json::Value;

use crate::desk::{Desk, text};
use crate::stage::{json, recorded, save};

/// The codes told about a subject, in their order.
fn codes(report: &Value, subject: &str) -> String {
    let found = report["found"].as_array().unwrap();
    let about = found.iter().find(|about| about["subject"] == subject);
    let findings = about.map(|about| about["findings"].as_array().unwrap().as_slice()).unwrap_or_default();
    findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_recorded_fleet_breaks_the_rules_that_its_standard_says() {
    let desk = recorded();
    let all = json(&desk, &["fleet", "findings"]);
    // Five of the heavy ones stand on nothing registered; the standard's eight organisms were never sealed.
    assert_eq!((&all["counts"]["SOV-1"], &all["counts"]["SOV-2"]), (&5.into(), &8.into()));
    assert_eq!(codes(&all, "mefine-static"), "SOV-2:rom D-LINEAGE");
    assert_eq!(codes(&all, "pemos-portal:v461"), "D-GROWTH D-SIZE SOV-2:rom");
    assert_eq!(codes(&all, "GID-IMG-ALPINE-001"), "SOV-2");
    assert!(codes(&all, "utpemos-base").contains("SOV-4"), "the standard gives it no role and no level");
    let high = json(&desk, &["fleet", "findings", "--severity", "high"]);
    assert_eq!(high["counts"], serde_json::json!({"SOV-1": 5}));
    let seals = json(&desk, &["fleet", "findings", "--code", "sov-2", "GID-*"]);
    assert_eq!((seals["found"].as_array().unwrap().len(), &seals["looked_at"]), (8, &8.into()));
    let portal = json(&desk, &["fleet", "findings", "pemos-portal", "--code", "SOV-2"]);
    assert_eq!(portal["counts"], serde_json::json!({"SOV-2:rom": 2}), "a rule stands for all that is below it");
    let failed = |more: &[&str]| desk.run(&[&["fleet", "findings"], more].concat()).status.code();
    assert_eq!(failed(&["--fail-on", "high"]), Some(1));
    assert_eq!(failed(&["--fail-on", "high", "mefine-*"]), Some(0));
    assert_eq!(failed(&["--severity", "dreadful"]), Some(2));
}

#[test]
fn schools_and_levels_have_their_say() {
    let desk = Desk::bare();
    let entry = "[[image]]\nname = \"app\"\nrepository = \"team/app\"\ntag = \"1\"\nrole = \"service\"\n\
                 school = \"Yeast\"\nsostle = 3\nstartup_ms = 40.0\n";
    desk.write("fleet.toml", format!("schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n{entry}").as_bytes());
    save(&desk, "old.tar", "team/app:1", &[1]);
    save(&desk, "new.tar", "team/app:1", &[1, 2]);
    desk.says(&["fleet", "record", "old.tar"]);
    desk.says(&["fleet", "import", "fleet.toml"]);
    let told = codes(&json(&desk, &["fleet", "findings"]), "team/app:1");
    assert!(told.contains("A-PROOF") && told.contains("A-SCAN") && !told.contains("A-GROWTH"), "{told}");
    desk.says(&["fleet", "record", "new.tar"]);
    desk.says(&["fleet", "import", "fleet.toml"]);
    let told = codes(&json(&desk, &["fleet", "findings"]), "team/app:1");
    assert!(told.contains("A-GROWTH"), "twice as large under the same tag: {told}");
    desk.write("osv.json", br#"{"id": "CVE-1", "affected": [{"package": {"ecosystem": "npm", "name": "a"}}]}"#);
    desk.says(&["fleet", "advisories", "osv.json"]);
    let told = codes(&json(&desk, &["fleet", "findings"]), "team/app:1");
    assert!(!told.contains("A-SCAN"), "there are news of today: {told}");
    assert!(desk.says(&["fleet", "show", "team/app:1"]).contains("A-PROOF (high): L3 asks for"));
}

#[test]
fn exceptions_of_the_standard_expire_from_the_import_on() {
    let desk = recorded();
    let due = json(&desk, &["fleet", "due", "--days", "30"]);
    let subjects: Vec<_> = due["due"].as_array().unwrap().iter().map(|crq| crq["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["pgvector", "falkordb", "pemos-playwright", "texlive", "sovereign-ingest"]);
    assert!(json(&desk, &["fleet", "due", "--days", "28"])["due"].as_array().unwrap().is_empty());
    // Said twice, it is taken over once.
    assert!(json(&desk, &["fleet", "import", "fleet.toml"])["exceptions"].as_array().unwrap().is_empty());
    // Six days and a half after the term of thirty.
    let then = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(24 * 36 + 12)).unwrap().to_string();
    let overdue = json(&desk, &["fleet", "due", "--at", &then]);
    assert_eq!((&overdue["due"][0]["state"], &overdue["due"][0]["days"]), (&"REVIEW_DUE".into(), &(-7).into()));
    let later = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(24 * 38)).unwrap().to_string();
    assert!(json(&desk, &["fleet", "due", "--at", &later])["due"].as_array().unwrap().is_empty(), "they lapsed");
    let lapsed = text(&desk.run(&["crq", "list", "--at", &later]).stdout);
    assert_eq!(lapsed.matches("LAPSED").count(), 5, "{lapsed}");
}
