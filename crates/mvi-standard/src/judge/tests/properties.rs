//! Laws of judging that hold for every image.

use super::*;

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let base = prop::sample::select(vec![
        "",
        "scratch",
        "alpine:3.21",
        "alpine:3.20",
        "node:22-alpine",
        "node@sha256:ab",
        "node:18-buster",
        "python:3.12-slim",
        "debian:12",
        "x:$Y",
    ]);
    let class = prop::sample::select(vec!["", "go-static", "node-portal", "python-ml", "nonsense"]);
    let size = prop_oneof![0.0..40.0, 140.0..160.0, 480.0..520.0, 0.0..9000.0_f64];
    let floor = prop::option::of(prop_oneof![Just(0.0), 1.0..400.0_f64]);
    let (exception, debt) = (prop::option::of(1.0..4000.0_f64), any::<bool>());
    (size, base, class, floor, exception, (debt, any::<bool>(), any::<bool>())).prop_map(
        |(size, base, class, floor, cap_mb, (debt, is_base, listed))| {
            with(image(size, base, class), |image| {
                image.floor_estimate_mb = floor;
                image.justification = cap_mb.and_then(|cap_mb| approved(cap_mb, None));
                image.debt = (debt && size > 4000.0).then(|| "legacy".to_owned());
                image.role = if is_base { Role::Base } else { Role::Service };
                image.contents_known = listed;
            })
        },
    )
}

fn shrunk(evidence: &Evidence, factor: f64) -> Evidence {
    with(evidence.clone(), |image| {
        image.sizes.transfer_mb =
            image.sizes.transfer_mb.map(|size| TransferSize { value: size.value * factor, ..size });
    })
}

proptest! {
    #[test]
    fn every_image_gets_one_verdict_and_always_the_same(evidence in any_evidence()) {
        let told = judge(&STANDARD, &evidence, now());
        prop_assert_eq!(&told, &judge(&STANDARD, &evidence, now()));
        prop_assert_eq!(told.verdict, verdict_of(told.rule.id));
        prop_assert!(told.trace.iter().rev().skip(1).all(|step| !step.holds));
        prop_assert_eq!(told.trace.len(), told.rule.id as usize + 1);
        prop_assert!(!told.next_steps.is_empty());
        prop_assert_eq!(told.next_steps[0].action, told.action);
        prop_assert!(!(told.heavy && told.floor_compliant));
    }

    #[test]
    fn a_smaller_image_is_never_worse_off(evidence in any_evidence(), factor in 0.0..1.0_f64) {
        // An exception whose cap lies below the ceiling is the one way down from FLOOR to JUSTIFIED, see below.
        let before = judge(&STANDARD, &evidence, now());
        let ceiling = before.distance.ceiling.as_ref().map_or(0.0, |ceiling| ceiling.mb);
        prop_assume!(evidence.justification.as_ref().is_none_or(|exception| exception.cap_mb >= ceiling));
        let after = judge(&STANDARD, &shrunk(&evidence, factor), now());
        prop_assert!(after.verdict.severity() <= before.verdict.severity(), "{} then {}", line(&before), line(&after));
        prop_assert!(after.triggers.iter().all(|trigger| before.triggers.contains(trigger)));
    }

    #[test]
    fn missing_data_never_passes_a_gate(layers in prop::option::of(0_u32..20), known in any::<bool>()) {
        let evidence = Evidence { layer_count: layers, ..if known { image(20.0, "", "") } else { Evidence::default() } };
        for gate in judged(&evidence).gates {
            prop_assert_eq!(gate.measured.is_some(), gate.status != GateStatus::NoData, "{}", gate.id);
        }
    }
}

#[test]
fn an_exception_tighter_than_the_floor_turns_floor_into_justified() {
    let exempted =
        |size| with(image(size, "alpine:3.21", "go-static"), |image| image.justification = approved(20.0, None));
    check(&exempted(25.0), "R6 FLOOR KEEP");
    check(&exempted(20.0), "R2 JUSTIFIED KEEP");
}
