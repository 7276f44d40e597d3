//! The 17 images of the fleet that the standard was written about, judged and compared with the recorded answers.

use serde_json::Value;

use super::*;
use crate::evidence::BaseSource;

fn fleet() -> Vec<Value> {
    let fleet: toml::Table = toml::from_str(include_str!("../../../tests/fixtures/fleet-v13.toml")).unwrap();
    serde_json::to_value(&fleet["image"]).unwrap().as_array().unwrap().clone()
}

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../tests/fixtures/golden-v13.json")).unwrap()
}

fn evidence(image: &Value) -> Evidence {
    let text = |field: &str| image[field].as_str().map(str::to_owned);
    let is = |field: &str| image[field].as_bool().unwrap_or(false);
    let size_mb = image["size_mb"].as_f64().unwrap();
    let approved = Justification {
        cap_mb: size_mb * 1.05,
        constraint: text("constraint"),
        source: "the fleet audit".to_owned(),
        ..Justification::default()
    };
    Evidence {
        image: text("repository"),
        sizes: Sizes { transfer_mb: Some(TransferSize { value: size_mb, estimated: false }), ..Sizes::default() },
        base: DirectBase { reference: text("base"), source: BaseSource::Stated, ..DirectBase::default() },
        class: text("class"),
        role: if image["role"] == "base" { Role::Base } else { Role::Service },
        debt: is("debt").then(|| text("debt_evidence").unwrap()),
        floor_estimate_mb: image["floor_estimate_mb"].as_f64(),
        contents_known: is("contents_known"),
        justification: is("justified").then_some(approved),
        ..Evidence::default()
    }
}

fn check(edit: impl Fn(&mut Evidence)) {
    let golden = golden();
    let expected = golden["images"].as_array().unwrap();
    let images = fleet();
    assert_eq!((images.len(), expected.len()), (17, 17));
    for (image, expected) in images.iter().zip(expected) {
        let mut evidence = evidence(image);
        edit(&mut evidence);
        let judgement = serde_json::to_value(judged(&evidence)).unwrap();
        let told = serde_json::json!({
            "name": image["name"],
            "verdict": judgement["verdict"],
            "action": judgement["action"],
            "rule": judgement["rule"]["id"],
            "triggers": judgement["triggers"],
            "compliant": judgement["floor_compliant"],
            "heavy": judgement["heavy"],
        });
        for (field, value) in told.as_object().unwrap() {
            assert_eq!(value, &expected[field], "{field} of {}", image["name"]);
        }
        if judgement["verdict"] == "JUSTIFIED" {
            assert_eq!(judgement["constraint"], image["constraint"], "{}", image["name"]);
        }
    }
}

#[test]
fn the_recorded_verdicts_come_out() {
    check(|_| {});
}

#[test]
fn the_standards_own_list_justifies_the_same_images() {
    check(|evidence| evidence.justification = None);
}

#[test]
fn evidence_survives_being_stored() {
    for image in fleet() {
        let evidence = evidence(&image);
        let stored = serde_json::to_string(&evidence).unwrap();
        assert_eq!(serde_json::from_str::<Evidence>(&stored).unwrap(), evidence);
    }
}

#[test]
fn the_fleets_score_counts_come_out() {
    let audited = fleet().into_iter().filter(|image| image["audited"] == true);
    let judged: Vec<_> = audited.map(|image| judged(&evidence(&image))).collect();
    let compliant = judged.iter().filter(|judgement| judgement.floor_compliant).count();
    let heavy = judged.iter().filter(|judgement| judgement.heavy).count();
    assert_eq!((judged.len(), compliant, heavy), (15, 5, 6));
}
