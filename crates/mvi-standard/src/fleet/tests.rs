//! The fleet that the standard was written about, compared with every recorded answer.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;
use crate::base::BaseStanding;
use crate::ratio::Ratio;
use crate::solvency::{Standing, Tally};

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::builtin().unwrap());
static FLEET: LazyLock<FleetFile> =
    LazyLock::new(|| FleetFile::read(include_bytes!("../../tests/fixtures/fleet-v13.toml")).unwrap());
static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../tests/fixtures/golden-v13.json")).unwrap());

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn told() -> FleetJudgement {
    judge_fleet(&STANDARD, &FLEET, &[], now())
}

#[test]
fn every_recorded_image_comes_out() {
    let (told, expected) = (told(), GOLDEN["images"].as_array().unwrap());
    assert_eq!(told.images.len(), expected.len());
    for (image, expected) in told.images.iter().zip(expected) {
        let pressure = image.pressure.as_ref().unwrap();
        let answer = json!({
            "name": image.name,
            "size_mb": expected["size_mb"],
            "verdict": image.verdict,
            "action": image.action,
            "rule": image.rule,
            "triggers": image.triggers,
            "compliant": image.compliant,
            "heavy": image.heavy,
            "pressure": (pressure.value * 1e6).round() / 1e6,
            "band": pressure.band,
            "segment": image.placement.segment,
        });
        assert_eq!(&answer, expected);
        assert_eq!(image.size_mb, expected["size_mb"].as_f64());
    }
}

#[test]
fn the_recorded_score_comes_out() {
    let told = told();
    let (tally, golden) = (told.solvency.tally, &GOLDEN["solvency"]);
    assert_eq!(format!("{:#}", told.solvency.score.unwrap()), golden["score"].as_str().unwrap());
    assert_eq!(
        json!([tally.compliant(), tally.total(), tally.heavy()]),
        json!([golden["floor_compliant"], golden["total"], golden["heavy"]])
    );
    assert_eq!(format!("{:#}", Solvency::target(&STANDARD).unwrap()), golden["target"].as_str().unwrap());
    let path = Solvency::of(&Tally::new(15, 9, 2, 0).unwrap()).score.unwrap();
    assert_eq!(format!("{path:#}"), golden["path_cascade"].as_str().unwrap());
}

/// The score of a reading: which images, what counts as compliant, what as heavy.
fn reading(
    keep: impl Fn(&JudgedImage) -> bool,
    compliant: impl Fn(&JudgedImage) -> bool,
    heavy: impl Fn(&JudgedImage) -> bool,
) -> Value {
    let told = told();
    let images: Vec<&JudgedImage> = told.images.iter().filter(|image| keep(image)).collect();
    let count = |holds: &dyn Fn(&JudgedImage) -> bool| images.iter().filter(|image| holds(image)).count() as i128;
    let (c, h, n) = (count(&compliant), count(&heavy), images.len() as i128);
    let score: f64 = Ratio::new(c * (n - h), n * n).unwrap().decimal(6).parse().unwrap();
    json!({"floor": c, "total": n, "heavy": h, "score": score})
}

#[test]
fn every_reading_of_the_score_comes_out() {
    let audited = |image: &JudgedImage| image.audited;
    let newest = |image: &JudgedImage| image.name != "pemos-portal v460";
    let floor = |image: &JudgedImage| image.verdict == Verdict::Floor;
    let above = |limit: f64| move |image: &JudgedImage| image.size_mb.unwrap() > limit;
    let on_floor = |image: &JudgedImage| matches!(&image.judgement.base, base @ BaseStanding::Registered { .. } if base.is_floor());
    let accepted = |image: &JudgedImage| matches!(image.verdict, Verdict::Floor | Verdict::Justified);
    let default = |image: &JudgedImage| image.compliant;
    let heavy = |image: &JudgedImage| image.heavy;
    let all = |_: &JudgedImage| true;
    let readings = [
        reading(audited, default, heavy),
        reading(audited, floor, heavy),
        reading(audited, floor, above(1000.0)),
        reading(audited, default, above(1000.0)),
        reading(audited, default, above(500.0)),
        reading(audited, on_floor, heavy),
        reading(audited, accepted, heavy),
        reading(all, floor, heavy),
        reading(newest, floor, heavy),
        reading(|image| newest(image) && image.name != "sovereign-ingest", floor, heavy),
        reading(all, default, heavy),
    ];
    let golden = GOLDEN["readings"].as_array().unwrap();
    assert_eq!(golden.len(), readings.len());
    for (told, mut expected) in readings.into_iter().zip(golden.clone()) {
        let name = expected.as_object_mut().unwrap().remove("name").unwrap();
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn scopes_and_weights_come_out() {
    let told = told();
    let score = |scope, weigh| told.solvency_by(scope, weigh).unwrap().score.unwrap().decimal(4);
    assert_eq!(score(Scope::All, Weigh::Images), "0.2284");
    assert_eq!(score(Scope::Audited, Weigh::Bytes), "0.0129");
    let missing = told.solvency_by(Scope::All, Weigh::Pods).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "the image `mefine-static` has no number of pods; record it or count images instead"
    );
}

#[test]
fn bases_rows_and_ids_have_their_recorded_standing() {
    let told = told();
    let statuses = |list: &[Status]| -> Value {
        list.iter().map(|status| (status.id.clone(), json!(status.status))).collect::<serde_json::Map<_, _>>().into()
    };
    assert_eq!(statuses(&told.rows), GOLDEN["row_status"]);
    assert_eq!(statuses(&told.organisms), GOLDEN["gid_status"]);
    assert!(told.rows.iter().chain(&told.organisms).all(|status| status.status == status.declared));
    for (base, segment) in GOLDEN["belt_bases"].as_object().unwrap() {
        assert_eq!(json!(crate::belt::base_segment(&STANDARD, base)), *segment, "{base}");
    }
    assert_eq!(GOLDEN["belt_bases"].as_object().unwrap().len(), STANDARD.rom_bases.len());
}

#[test]
fn declarations_are_compared_image_by_image() {
    let told = told();
    let declared: Vec<String> = told
        .images
        .iter()
        .flat_map(|image| image.findings.iter().map(move |finding| format!("{} {}", image.name, finding.code)))
        .filter(|line| line.contains(" D-") || line.contains("UNBACKED"))
        .collect();
    assert_eq!(declared, ["mefine-static D-LINEAGE", "pemos-portal v461 D-SIZE", "pemos-portal v461 D-GROWTH"]);
    let silo = told.images.iter().find(|image| image.name == "oc-silo-base").unwrap();
    assert_eq!((silo.declared, silo.effective), (Some(Verdict::Audit), Verdict::Audit));
}

fn file(images: &str) -> FleetFile {
    FleetFile::read(format!("schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n{images}").as_bytes()).unwrap()
}

#[test]
fn platforms_are_one_image_and_a_digest_counts_once() {
    let entry = |name: &str, size: u32, more: &str| {
        format!(
            "[[image]]\nname = \"{name}\"\nrepository = \"{name}\"\nrole = \"service\"\nsize_mb = {size}\nbase = \"alpine:3.21\"\n{more}\n"
        )
    };
    let digest = format!("digest = \"sha256:{}\"", "a".repeat(64));
    let fleet = file(
        &[
            entry("a", 14, "platform = \"linux/amd64\"\npods = 2"),
            entry("a", 900, "platform = \"linux/arm64\"\npods = 3"),
            entry("b", 14, &format!("{digest}\npods = 1")),
            entry("c", 14, &format!("{digest}\npods = 1")),
        ]
        .concat(),
    );
    let told = judge_fleet(&STANDARD, &fleet, &[], now());
    assert_eq!(told.solvency.tally, Tally::new(2, 1, 1, 0).unwrap());
    let weighed = |weigh| told.solvency_by(Scope::All, weigh).unwrap().tally;
    assert_eq!(weighed(Weigh::Pods), Tally::new(6_000_000, 1_000_000, 5_000_000, 0).unwrap());
    assert_eq!(weighed(Weigh::Bytes), Tally::new(914_000_000, 14_000_000, 900_000_000, 0).unwrap());
    assert_eq!(told.candidates(Scope::All).len(), 2);
}

#[test]
fn an_image_that_only_calls_itself_justified_is_told() {
    let fleet =
        file("[[image]]\nname = \"a\"\nrepository = \"a\"\nrole = \"service\"\nsize_mb = 900\njustified = true");
    let told = judge_fleet(&STANDARD, &fleet, &[], now());
    assert_eq!(told.images[0].standing, Standing::Heavy);
    assert!(told.images[0].findings.iter().any(|finding| finding.code == "W-JUSTIFIED-UNBACKED"));
}

#[test]
fn an_unmeasured_image_on_a_floor_base_is_not_compliant() {
    let fleet = file("[[image]]\nname = \"a\"\nrepository = \"a\"\nrole = \"service\"\nbase = \"alpine:3.21\"");
    let told = judge_fleet(&STANDARD, &fleet, &[], now());
    let image = &told.images[0];
    assert_eq!((image.standing, image.compliant, image.placement.segment), (Standing::Unmeasured, false, 61));
    assert_eq!(told.solvency.interval.map(|[low, high]| (low, high)), Some((Ratio::ZERO, Ratio::new(1, 1).unwrap())));
}

#[test]
fn order_and_company_change_nobodys_place() {
    let mut turned = FLEET.clone();
    turned.images.reverse();
    let (told, turned) = (told(), judge_fleet(&STANDARD, &turned, &[], now()));
    assert_eq!(told.solvency, turned.solvency);
    for image in &told.images {
        let alone = judge_fleet(
            &STANDARD,
            &FleetFile {
                images: FLEET.images.iter().filter(|one| one.name == image.name).cloned().collect(),
                ..FLEET.clone()
            },
            &[],
            now(),
        );
        let other = turned.images.iter().find(|other| other.name == image.name).unwrap();
        assert_eq!((&other.placement, &alone.images[0].placement), (&image.placement, &image.placement));
    }
}

#[test]
fn the_next_standard_lists_every_image_it_would_change() {
    let draft = Standard::builtin_named("V14-draft").unwrap().unwrap();
    let (old, new) = (told(), judge_fleet(&draft, &FLEET, &[], now()));
    let line = |outcome: &Option<Outcome>| {
        let outcome = outcome.as_ref().unwrap();
        format!(
            "{} {} {}{}",
            outcome.verdict,
            outcome.action,
            outcome.segment,
            if outcome.triggers.is_empty() { "" } else { " T3" }
        )
    };
    let changes: Vec<String> = fleet_changes(&old, &new)
        .iter()
        .map(|change| format!("{}: {} -> {}", change.name, line(&change.old), line(&change.new)))
        .collect();
    assert_eq!(
        changes,
        [
            "mefine-static: FLOOR KEEP 3 -> REVIEW REGISTER_BASE 37 T3",
            "merostone-relay: FLOOR KEEP 1 -> REVIEW REGISTER_BASE 35 T3",
            "ct-ops-agent: FLOOR KEEP 1 -> REVIEW REGISTER_BASE 35 T3",
            "sovereign-mail: FLOOR KEEP 1 -> REVIEW REGISTER_BASE 37 T3",
            "fleet-coredns: FLOOR KEEP 2 -> REVIEW REGISTER_BASE 40 T3",
        ]
    );
    assert_eq!(fleet_changes(&old, &old), []);
}

#[test]
fn growth_is_told_along_each_line_of_tags() {
    let entry = |tag: &str, size: u32| {
        format!(
            "[[image]]\nname = \"{tag}\"\nrepository = \"a\"\ntag = \"{tag}\"\nrole = \"service\"\nsize_mb = {size}\n"
        )
    };
    let tags = [("1.10-slim", 30), ("1.9", 100), ("1.10", 120), ("1.9-slim", 20), ("1.11", 121), ("latest", 500)];
    let fleet = file(&tags.map(|(tag, size)| entry(tag, size)).concat());
    let told = judge_fleet(&STANDARD, &fleet, &[], now());
    let grown = told.images.iter().filter(|image| image.findings.iter().any(|finding| finding.code == "D-GROWTH"));
    assert_eq!(grown.map(|image| image.name.as_str()).collect::<Vec<_>>(), ["1.10-slim", "1.10"]);
}
