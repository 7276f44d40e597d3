//! The belt at its limits, and the laws that hold for every image.

use std::sync::LazyLock;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::evidence::{DirectBase, Justification, Sizes, TransferSize};
use crate::pressure::{Measurements, pressure};

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::builtin().unwrap());

fn image(size: f64, base: &str, class: &str) -> Evidence {
    let named = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Evidence {
        sizes: Sizes { transfer_mb: Some(TransferSize { value: size, estimated: false }), ..Sizes::default() },
        base: DirectBase { reference: named(base), ..DirectBase::default() },
        class: named(class),
        ..Evidence::default()
    }
}

fn justified(evidence: Evidence) -> Evidence {
    let all = Justification { cap_mb: 1e9, source: "CRQ-2026-0001".to_owned(), ..Justification::default() };
    Evidence { justification: Some(all), ..evidence }
}

fn place(evidence: &Evidence) -> Placement {
    let judgement = crate::judge(&STANDARD, evidence, Timestamp::UNIX_EPOCH);
    let measured = judgement.size.map(|size| Measurements::of_size(size.mb)).unwrap_or_default();
    segment(&STANDARD, evidence, &judgement, pressure(&STANDARD, &measured).as_ref())
}

fn check(evidence: &Evidence, expected: &str) {
    let told = place(evidence);
    assert_eq!(format!("{} {}", told.segment, told.zone), expected);
}

#[test]
fn verdicts_without_pressure_have_their_own_segments() {
    check(&Evidence::default(), "61 review");
    check(&image(20.0, "debian:12", "go-static"), "63 replace");
    let base = Evidence { role: crate::evidence::Role::Base, ..image(900.0, "", "") };
    check(&base, "62 audit");
}

#[test]
fn a_registered_base_lies_on_its_pin_whatever_it_weighs() {
    let own = |name: &str| Evidence { image: Some(name.to_owned()), ..image(900.0, "", "") };
    check(&own("docker.io/library/alpine:3.21.8"), "1 floor");
    check(&own("python:3.12-slim"), "6 floor");
    check(&own("alpine:3.20"), "51 review");
}

#[test]
fn a_floor_image_lies_with_its_base() {
    check(&image(20.0, "scratch", "go-static"), "0 floor");
    check(&image(90.0, "node:22-alpine", "node-portal"), "5 floor");
}

#[test]
fn a_justified_image_lies_with_its_base_only_within_its_class() {
    check(&justified(image(410.0, "python:3.12-slim", "python-ml")), "6 floor");
    check(&justified(image(411.0, "python:3.12-slim", "python-ml")), "20 justified");
    check(&justified(image(411.0, "python:3.12-slim", "")), "20 justified");
    check(&justified(image(1e9, "", "")), "34 justified");
}

#[test]
fn steps_of_a_tenth_begin_where_they_say() {
    assert_eq!([0.0, 0.1, 0.2, 0.3, 0.7, 0.0999, 1.4051].map(|value| steps(value, 0.1)), [0, 1, 2, 3, 7, 0, 14]);
    check(&image(1e9, "", ""), "61 review");
    check(&image(0.0, "", ""), "61 review");
    check(&image(1.0, "", ""), "35 review");
}

#[test]
fn the_printed_sizes_of_the_segments_are_where_they_begin() {
    let document = STANDARD.document()["segment"].as_array().unwrap();
    let printed =
        document.iter().filter_map(|entry| Some((entry["n"].as_u64()?, entry.get("size_mb_from")?.as_f64()?)));
    let review: Vec<(u64, f64)> = printed.filter(|(n, _)| (36..61).contains(n)).collect();
    for (n, from) in review {
        let (below, above) = (place(&image(from * 0.98, "", "")).segment, place(&image(from * 1.02, "", "")).segment);
        assert_eq!((u64::from(below) + 1, u64::from(above)), (n, n), "{from}");
    }
}

proptest! {
    #[test]
    fn every_image_has_a_segment_of_its_verdicts_zone(
        size in prop_oneof![Just(0.0), 0.0..40.0, 0.0..1e6_f64],
        base in prop::sample::select(vec!["", "scratch", "alpine:3.21", "alpine:3.20", "python:3.12-slim", "debian:12", "x:$Y"]),
        class in prop::sample::select(vec!["", "go-static", "python-ml"]),
        excused in any::<bool>(),
    ) {
        let evidence = if excused { justified(image(size, base, class)) } else { image(size, base, class) };
        let told = place(&evidence);
        prop_assert!(told.segment < 64);
        prop_assert_eq!(told.zone, zone(&STANDARD.belt, told.segment));
    }

    #[test]
    fn more_pressure_never_moves_an_image_down_in_its_zone(size in 0.01..9000.0_f64, factor in 1.0..3.0_f64, excused in any::<bool>()) {
        let placed = |size| {
            let evidence = image(size, "", "");
            place(&if excused { justified(evidence) } else { evidence })
        };
        let (small, large) = (placed(size), placed(size * factor));
        prop_assert_eq!(small.zone, large.zone);
        prop_assert!(small.segment <= large.segment);
    }
}
