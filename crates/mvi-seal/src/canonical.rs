//! Canonical bytes: the one way to write a JSON document (RFC 8785), and its digest.

use mvi_image::{Algorithm, Digest};
use serde::Serialize;

use crate::error::SealError;

/// The bytes of `value` as RFC 8785 writes them.
///
/// # Errors
/// `E-CANONICAL` for values JSON has no word for.
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, SealError> {
    serde_json_canonicalizer::to_vec(value).map_err(SealError::Canonical)
}

/// The sha256 of the canonical bytes of `value`.
///
/// # Errors
/// Those of [`canonical`].
pub fn digest_of<T: Serialize>(value: &T) -> Result<Digest, SealError> {
    Ok(Digest::of(Algorithm::Sha256, &canonical(value)?))
}
