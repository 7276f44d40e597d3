//! Signing keys, Ed25519 and ECDSA P-256: made from random bytes the caller draws, kept as PEM, encrypted if wanted.

mod cosign;
mod pem;
mod public;

use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use crate::error::SealError;

pub use pem::looks_encrypted;
pub use public::PublicKey;

/// A password as typed, in bytes; wiped when dropped.
pub type Password = Zeroizing<Vec<u8>>;

/// Random bytes for one key and its protection; the caller draws them from the system. Wiped when dropped.
pub struct Entropy {
    /// Becomes the key.
    pub key: Zeroizing<[u8; 32]>,
    /// Salt of the key derivation.
    pub salt: [u8; 32],
    /// Nonce of the cipher.
    pub nonce: [u8; 24],
}

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519, RFC 8032.
    Ed25519,
    /// ECDSA over P-256 with SHA-256, FIPS 186-5; what cosign makes.
    EcdsaP256,
}

impl Algorithm {
    /// Its name: `ed25519`, `ecdsa-p256`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256 => "ecdsa-p256",
        }
    }
}

/// A private key.
pub struct SigningKey(Private);

enum Private {
    Ed25519(ed25519_dalek::SigningKey),
    EcdsaP256(p256::ecdsa::SigningKey),
}

impl SigningKey {
    /// Makes a key of random bytes.
    ///
    /// # Errors
    /// `E-KEY` for the rare bytes that are no P-256 scalar.
    pub fn generate(algorithm: Algorithm, entropy: &Entropy) -> Result<Self, SealError> {
        let secret = &*entropy.key;
        Ok(Self(match algorithm {
            Algorithm::Ed25519 => Private::Ed25519(ed25519_dalek::SigningKey::from_bytes(secret)),
            Algorithm::EcdsaP256 => {
                Private::EcdsaP256(p256::ecdsa::SigningKey::from_slice(secret).map_err(|_| SealError::Entropy)?)
            }
        }))
    }

    /// Reads a private key: PKCS#8 PEM, plain or encrypted, or cosign's encrypted PEM.
    ///
    /// # Errors
    /// `E-KEY`, `E-PASSWORD`, `E-KEY-COST`.
    pub fn from_pem(text: &str, password: Option<&[u8]>) -> Result<Self, SealError> {
        if cosign::is_cosign(text) {
            let der = cosign::open(text, password.ok_or(SealError::PasswordNeeded)?)?;
            return pem::from_der(&der);
        }
        pem::read(text, password)
    }

    /// Writes the key as PKCS#8 PEM; with a password as `ENCRYPTED PRIVATE KEY` (PBES2: scrypt and AES-256-CBC), which
    /// openssl reads.
    ///
    /// # Errors
    /// `E-KEY` where the encoding fails.
    pub fn to_pem(&self, password: Option<&[u8]>, entropy: &Entropy) -> Result<Zeroizing<String>, SealError> {
        let der = self.to_der()?;
        match password {
            None => pem::plain(&der),
            Some(password) => pem::encrypted(&der, password, entropy),
        }
    }

    /// Writes the key as `cosign generate-key-pair` does, always encrypted.
    ///
    /// # Errors
    /// `E-KEY` where the encoding fails.
    pub fn to_cosign_pem(&self, password: &[u8], entropy: &Entropy) -> Result<String, SealError> {
        cosign::protect(&self.to_der()?, password, entropy)
    }

    fn to_der(&self) -> Result<pkcs8::SecretDocument, SealError> {
        match &self.0 {
            Private::Ed25519(key) => pem::ed25519_der(key),
            Private::EcdsaP256(key) => pem::ecdsa_der(key),
        }
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Private::Ed25519(_) => Algorithm::Ed25519,
            Private::EcdsaP256(_) => Algorithm::EcdsaP256,
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            Private::Ed25519(key) => PublicKey::ed25519(key.verifying_key()),
            Private::EcdsaP256(key) => PublicKey::ecdsa(*key.verifying_key()),
        }
    }

    /// Signs `message`: 64 bytes for Ed25519, ASN.1 DER for ECDSA, as openssl and cosign have it. The same message gets
    /// the same signature (RFC 8032; RFC 6979).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.0 {
            Private::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Private::EcdsaP256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn entropy(seed: u8) -> Entropy {
        Entropy { key: Zeroizing::new([seed; 32]), salt: [seed.wrapping_add(1); 32], nonce: [seed.wrapping_add(2); 24] }
    }

    pub(crate) fn key(algorithm: Algorithm, seed: u8) -> SigningKey {
        SigningKey::generate(algorithm, &entropy(seed)).unwrap()
    }

    fn check(algorithm: Algorithm) {
        let key = key(algorithm, 7);
        let signature = key.sign(b"message");
        let public = key.public();
        assert!(public.verify(b"message", &signature));
        assert!(!public.verify(b"messagf", &signature));
        assert_eq!(key.sign(b"message"), signature, "signing draws nothing");
        let pem = key.to_pem(None, &entropy(7)).unwrap();
        assert_eq!(SigningKey::from_pem(&pem, None).unwrap().sign(b"message"), signature);
        assert_eq!(PublicKey::from_pem(&public.to_pem()).unwrap(), public);
        let locked = key.to_pem(Some(b"secret"), &entropy(7)).unwrap();
        assert!(looks_encrypted(&locked));
        assert_eq!(SigningKey::from_pem(&locked, Some(b"secret")).unwrap().sign(b"message"), signature);
        let refused = |password: Option<&[u8]>| SigningKey::from_pem(&locked, password).err().map(|error| error.code());
        assert_eq!(refused(Some(b"Secret")), Some("E-PASSWORD"));
        assert_eq!(refused(None), Some("E-PASSWORD"));
    }

    #[test]
    fn an_ed25519_key_survives_its_files() {
        check(Algorithm::Ed25519);
    }

    #[test]
    fn a_p256_key_survives_its_files() {
        check(Algorithm::EcdsaP256);
    }

    #[test]
    fn a_key_of_cosign_opens_with_its_password_alone() {
        let key = key(Algorithm::EcdsaP256, 9);
        let pem = key.to_cosign_pem(b"secret", &entropy(9)).unwrap();
        assert!(pem.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----"));
        assert!(looks_encrypted(&pem));
        let opened = SigningKey::from_pem(&pem, Some(b"secret")).unwrap();
        assert_eq!(opened.public(), key.public());
        assert_eq!(SigningKey::from_pem(&pem, Some(b"other")).err().map(|error| error.code()), Some("E-PASSWORD"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "ssh-ed25519 AAAA", "\u{0}"]
        {
            assert_eq!(SigningKey::from_pem(text, None).err().map(|error| error.code()), Some("E-KEY"), "{text}");
            assert_eq!(PublicKey::from_pem(text).err().map(|error| error.code()), Some("E-KEY"), "{text}");
        }
    }
}
