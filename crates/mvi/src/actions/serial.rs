//! Numbers of documents that follow from what they say.

use mvi_image::{Algorithm, Digest};
use serde::Serialize;

/// A UUID that is the same for the same content and different for any other: version 8, RFC 9562, section 5.8.
pub(super) fn serial(content: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(content).unwrap_or_default();
    let digest = Digest::of(Algorithm::Sha256, &bytes);
    let hex = digest.hex();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
