//! One flipped bit anywhere fails, and says where.

use std::collections::BTreeMap;

use mvi_seal::{Algorithm, RomContent, Sealed, SealingFacts, refusals};

use crate::sample::{content, key};

fn check(algorithm: Algorithm) {
    let key = key(algorithm, 1);
    let record = content("ROM-GO-V13", 1, None);
    let sealed = Sealed::seal(&record, &[&key]).unwrap();
    let trusted = [key.public()];
    assert_eq!(sealed.verify(&trusted).unwrap().content, record);
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for at in 0..sealed.bytes().len() {
        for bit in 0..8 {
            let mut bytes = sealed.bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let error = Sealed::from_bytes(bytes).verify(&trusted).expect_err("every bit counts");
            *codes.entry(error.code()).or_default() += 1;
        }
    }
    let found: Vec<&str> = codes.keys().copied().collect();
    assert_eq!(found, ["E-ENVELOPE", "E-KEY-UNKNOWN", "E-SIGNATURE"], "{codes:?}");
    for end in 0..sealed.bytes().len() {
        Sealed::from_bytes(sealed.bytes()[..end].to_vec()).verify(&trusted).expect_err("no byte may be missing");
    }
    let longer = [sealed.bytes(), b"\n"].concat();
    assert_eq!(Sealed::from_bytes(longer).verify(&trusted).unwrap_err().code(), "E-ENVELOPE");
}

#[test]
fn every_bit_of_a_record_sealed_with_ed25519_counts() {
    check(Algorithm::Ed25519);
}

#[test]
fn every_bit_of_a_record_sealed_with_p256_counts() {
    check(Algorithm::EcdsaP256);
}

#[test]
fn a_right_signature_over_a_wrong_record_is_refused() {
    let key = key(Algorithm::Ed25519, 1);
    let mut record = content("ROM-GO-V13", 1, None);
    record.template.as_mut().unwrap().text.push_str("RUN rm -rf /\n");
    let sealed = Sealed::seal(&record, &[&key]).unwrap();
    assert_eq!(sealed.verify(&[key.public()]).unwrap_err().code(), "E-STATEMENT");
}

#[test]
fn each_guard_refuses_alone() {
    let facts = SealingFacts {
        failing_gates: Some(vec![]),
        base_banned: Some(false),
        crq_active: false,
        measured_by_build: true,
        gid_registered: true,
    };
    let record = content("ROM-GO-V13", 1, None);
    let codes = |record: &RomContent, facts: &SealingFacts| {
        refusals(record, facts).iter().map(|refusal| refusal.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&record, &facts), [""; 0]);
    let mut partial = record.clone();
    partial.dimensions.mem_mb = None;
    assert_eq!(codes(&partial, &facts), ["SEAL-COVERAGE"]);
    assert_eq!(
        codes(&record, &SealingFacts { failing_gates: Some(vec!["AC-VULN".into()]), ..facts.clone() }),
        ["SEAL-GATES"]
    );
    assert_eq!(codes(&record, &SealingFacts { failing_gates: None, ..facts.clone() }), ["SEAL-GATES"]);
    let banned = SealingFacts { base_banned: Some(true), ..facts.clone() };
    assert_eq!(codes(&record, &banned), ["SEAL-BAN"]);
    assert_eq!(codes(&record, &SealingFacts { crq_active: true, ..banned }), [""; 0]);
    assert_eq!(codes(&record, &SealingFacts { base_banned: None, ..facts.clone() }), ["SEAL-BAN"]);
    assert_eq!(codes(&record, &SealingFacts { measured_by_build: false, ..facts.clone() }), ["SEAL-MEASURED"]);
    assert_eq!(codes(&record, &SealingFacts { gid_registered: false, ..facts.clone() }), ["SEAL-GID"]);
    let mut once = record.clone();
    once.rebuild = None;
    assert_eq!(codes(&once, &facts), ["SEAL-REBUILD"]);
}
