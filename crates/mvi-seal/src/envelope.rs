//! DSSE envelopes, version 1.0.2 of the secure-systems-lab specification: what is signed travels with its signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::canonical::canonical;
use crate::error::SealError;
use crate::key::{PublicKey, SigningKey};

/// Longest envelope that is read, bytes.
const LONGEST: usize = 16 << 20;

/// A payload and signatures over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The payload in base64, RFC 4648 section 4.
    payload: String,
    /// Media type of the payload.
    #[serde(rename = "payloadType")]
    payload_type: String,
    /// At least one.
    signatures: Vec<Signature>,
}

/// One signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// [`PublicKey::id`] of the key.
    pub keyid: String,
    /// The signature in base64.
    pub sig: String,
}

/// What is really signed: `DSSEv1`, the type and the payload, each with its length in front (DSSE protocol, "PAE").
#[must_use]
pub fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

impl Envelope {
    /// Signs `payload` with every key.
    #[must_use]
    pub fn sign(payload_type: &str, payload: &[u8], keys: &[&SigningKey]) -> Self {
        let message = pre_authentication(payload_type, payload);
        let sign = |key: &&SigningKey| Signature {
            keyid: key.public().id().to_owned(),
            sig: STANDARD.encode(key.sign(&message)),
        };
        Self {
            payload: STANDARD.encode(payload),
            payload_type: payload_type.to_owned(),
            signatures: keys.iter().map(sign).collect(),
        }
    }

    /// Reads an envelope; nothing of it is verified yet, so nothing of it is shown.
    ///
    /// # Errors
    /// `E-ENVELOPE`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, SealError> {
        if bytes.len() > LONGEST {
            return Err(SealError::Envelope(format!("{} bytes, the most is {LONGEST}", bytes.len())));
        }
        let envelope: Self = serde_json::from_slice(bytes).map_err(|error| SealError::Envelope(error.to_string()))?;
        if envelope.signatures.is_empty() {
            return Err(SealError::Envelope("it carries no signature".into()));
        }
        Ok(envelope)
    }

    /// The envelope as canonical JSON.
    ///
    /// # Errors
    /// `E-CANONICAL`.
    pub fn to_json(&self) -> Result<Vec<u8>, SealError> {
        canonical(self)
    }

    /// The payload, once every signature has been found right and `trusted` holds at least one of the keys.
    ///
    /// A signature by a key that is not trusted is passed over; one by a trusted key that does not fit is an error even
    /// where another fits: somebody altered it.
    ///
    /// # Errors
    /// `E-ENVELOPE`, `E-KEY-UNKNOWN`, `E-SIGNATURE`.
    pub fn verify(&self, expected_type: &str, trusted: &[PublicKey]) -> Result<(Vec<u8>, Vec<String>), SealError> {
        let decode = |what: &str, text: &str| {
            STANDARD.decode(text).map_err(|error| SealError::Envelope(format!("the base64 of {what}: {error}")))
        };
        if self.payload_type != expected_type {
            return Err(SealError::Envelope(format!(
                "its payload is of another type (`{}`, not `{expected_type}`)",
                mvi_image::printable(self.payload_type.as_bytes())
            )));
        }
        let payload = decode("the payload", &self.payload)?;
        let message = pre_authentication(&self.payload_type, &payload);
        let mut by = Vec::new();
        for signature in &self.signatures {
            let Some(key) = trusted.iter().find(|key| key.id() == signature.keyid) else { continue };
            if !key.verify(&message, &decode("a signature", &signature.sig)?) {
                return Err(SealError::Signature(key.id().to_owned()));
            }
            by.push(key.id().to_owned());
        }
        if by.is_empty() {
            let signed: Vec<String> =
                self.signatures.iter().map(|signature| mvi_image::printable(signature.keyid.as_bytes())).collect();
            let known: Vec<&str> = trusted.iter().map(PublicKey::id).collect();
            let trusted = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(SealError::UnknownKey { signed: signed.join(", "), trusted });
        }
        Ok((payload, by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Algorithm;
    use crate::key::tests::key;

    const TYPE: &str = "http://example.com/HelloWorld";

    #[test]
    fn what_is_signed_is_the_example_of_the_specification() {
        let bytes = pre_authentication(TYPE, b"hello world");
        assert_eq!(bytes, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn a_payload_comes_out_only_for_a_trusted_key() {
        let (ours, theirs) = (key(Algorithm::Ed25519, 1), key(Algorithm::EcdsaP256, 2));
        let envelope = Envelope::sign(TYPE, b"hello", &[&ours, &theirs]);
        let read = Envelope::from_json(&envelope.to_json().unwrap()).unwrap();
        let check = |trusted: &[PublicKey]| read.verify(TYPE, trusted).map(|(payload, by)| (payload, by.len()));
        assert_eq!(check(&[ours.public()]).unwrap(), (b"hello".to_vec(), 1));
        assert_eq!(check(&[ours.public(), theirs.public()]).unwrap(), (b"hello".to_vec(), 2));
        assert_eq!(check(&[key(Algorithm::Ed25519, 3).public()]).unwrap_err().code(), "E-KEY-UNKNOWN");
        assert_eq!(check(&[]).unwrap_err().code(), "E-KEY-UNKNOWN");
        assert_eq!(read.verify("another", &[ours.public()]).unwrap_err().code(), "E-ENVELOPE");
    }

    #[test]
    fn a_wrong_signature_counts_even_beside_a_right_one() {
        let (ours, theirs) = (key(Algorithm::Ed25519, 1), key(Algorithm::Ed25519, 2));
        let mut envelope = Envelope::sign(TYPE, b"hello", &[&ours, &theirs]);
        envelope.signatures[1].sig = envelope.signatures[0].sig.clone();
        let both = [ours.public(), theirs.public()];
        assert_eq!(envelope.verify(TYPE, &both).unwrap_err().code(), "E-SIGNATURE");
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        for text in ["", "{}", "[]", r#"{"payload":"","payloadType":"x","signatures":[]}"#] {
            assert_eq!(Envelope::from_json(text.as_bytes()).unwrap_err().code(), "E-ENVELOPE", "{text}");
        }
    }
}
