//! Keys and records for the tests.

use mvi_image::{Algorithm as Hash, Digest};
use mvi_seal::{
    Algorithm, BaseDigest, Candidate, Dimension, Dimensions, Entropy, Rebuild, RomContent, SigningKey, Template,
};

/// Random bytes that are not random.
pub(crate) fn entropy(seed: u8) -> Entropy {
    Entropy { key: [seed; 32].into(), salt: [seed ^ 0x55; 32], nonce: [seed ^ 0xaa; 24] }
}

/// A key.
pub(crate) fn key(algorithm: Algorithm, seed: u8) -> SigningKey {
    SigningKey::generate(algorithm, &entropy(seed)).unwrap()
}

/// The content of a ROM that passes every guard.
pub(crate) fn content(name: &str, sequence: u64, previous: Option<Digest>) -> RomContent {
    let measured =
        |value| Some(Dimension { value, method: "median of 5".into(), runs: vec!["run-1".into(), "run-2".into()] });
    RomContent {
        name: name.parse().unwrap(),
        standard: Digest::of(Hash::Sha256, b"standard").to_string(),
        row: Some("go-static".into()),
        base: "alpine:3.21".into(),
        base_digests: vec![BaseDigest { platform: "linux/amd64".into(), digest: Digest::of(Hash::Sha256, b"base") }],
        template: Some(Template::new("FROM alpine:3.21\nUSER 65534\n".into())),
        exception: None,
        dimensions: Dimensions {
            size_mb: measured(13.7),
            startup_ms: measured(20.5),
            mem_mb: measured(9.0),
            cve_count: measured(0.0),
            layer_count: measured(3.0),
        },
        pressure: Some(0.0630),
        content: Some(0.0630),
        coverage: 1.0,
        decision: Some("decision-1".into()),
        candidates: vec![Candidate { base: "alpine:3.21".into(), measured_pressure: Some(0.0630), chosen: true }],
        builder: None,
        sbom: None,
        rebuild: Some(Rebuild::Equal { source_date_epoch: 1_700_000_000 }),
        sequence,
        previous,
        sealed_at: "2026-11-03T10:01:00Z".parse().unwrap(),
    }
}
