//! Public keys: reading, naming and using them to verify.

use ed25519_dalek::Verifier as _;
use mvi_image::{Algorithm as Hash, Digest};
use pkcs8::{DecodePublicKey as _, EncodePublicKey as _, LineEnding};

use super::Algorithm;
use crate::error::SealError;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: Public,
    pem: String,
    id: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
    EcdsaP256(p256::ecdsa::VerifyingKey),
}

impl PublicKey {
    /// Reads a `PUBLIC KEY` PEM (SubjectPublicKeyInfo, RFC 5280): Ed25519 or P-256.
    ///
    /// # Errors
    /// `E-KEY`.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        if let Ok(key) = ed25519_dalek::VerifyingKey::from_public_key_pem(text) {
            return Ok(Self::ed25519(key));
        }
        let key = p256::ecdsa::VerifyingKey::from_public_key_pem(text);
        key.map(Self::ecdsa).map_err(|_| SealError::Key("a PUBLIC KEY in PEM is needed, Ed25519 or P-256".into()))
    }

    pub(super) fn ed25519(key: ed25519_dalek::VerifyingKey) -> Self {
        Self::new(Public::Ed25519(key), key.to_public_key_pem(LineEnding::LF), key.to_public_key_der())
    }

    pub(super) fn ecdsa(key: p256::ecdsa::VerifyingKey) -> Self {
        Self::new(Public::EcdsaP256(key), key.to_public_key_pem(LineEnding::LF), key.to_public_key_der())
    }

    fn new(
        key: Public,
        pem: Result<String, pkcs8::spki::Error>,
        der: Result<pkcs8::Document, pkcs8::spki::Error>,
    ) -> Self {
        // Encoding a key that is a point of its curve cannot fail; an empty text would verify nothing.
        let der = der.map(|der| der.as_bytes().to_vec()).unwrap_or_default();
        Self { key, pem: pem.unwrap_or_default(), id: Digest::of(Hash::Sha256, &der).hex().to_owned() }
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.key {
            Public::Ed25519(_) => Algorithm::Ed25519,
            Public::EcdsaP256(_) => Algorithm::EcdsaP256,
        }
    }

    /// The key's name in envelopes: sha256 of its DER form in lower-case hex, 64 digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `PUBLIC KEY` PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.pem.clone()
    }

    /// True when `signature` is this key's over `message`; ECDSA signatures are ASN.1 DER.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.key {
            Public::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                // Strict: refuses keys and points of small order, with which one signature fits many messages.
                signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
            Public::EcdsaP256(key) => {
                let signature = p256::ecdsa::Signature::from_der(signature);
                signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
        }
    }
}
