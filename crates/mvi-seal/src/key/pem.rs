//! Private keys as PKCS#8 (RFC 5958) in PEM, plain or encrypted (PBES2, RFC 8018).

use ed25519_dalek::pkcs8::KeypairBytes;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::pkcs5::{EncryptionScheme, scrypt};
use pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef};
use pkcs8::{SecretDocument, der::Decode as _};
use zeroize::Zeroizing;

use super::{Entropy, Private, SigningKey};
use crate::error::SealError;

/// Work of the key derivation: 2^14 blocks of 1 KiB five times over, a setting that OWASP's Password Storage Cheat Sheet
/// names as equal to its first one; openssl reads nothing that takes more than 32 MiB.
const LOG_N: u8 = 14;
const BLOCKS: u32 = 8;
const TIMES: u32 = 5;
/// Most memory a foreign key may ask for, in bytes.
const MOST_MEMORY: u64 = 512 << 20;
/// Most rounds a foreign key may ask for; openssl's default is 2048, careful people take a million.
const MOST_ROUNDS: u32 = 10_000_000;

const LABEL: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// True when a PEM text holds an encrypted key, so that a password has to be asked for.
#[must_use]
pub fn looks_encrypted(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("-----BEGIN ENCRYPTED"))
}

pub(super) fn read(text: &str, password: Option<&[u8]>) -> Result<SigningKey, SealError> {
    let (label, document) = SecretDocument::from_pem(text).map_err(no_key)?;
    match label {
        LABEL => from_der(document.as_bytes()),
        ENCRYPTED => {
            let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).map_err(no_key)?;
            check_cost(&info.encryption_algorithm)?;
            let password = password.ok_or(SealError::PasswordNeeded)?;
            let opened = info.decrypt(password).map_err(|_| SealError::Password)?;
            from_der(opened.as_bytes())
        }
        other => Err(SealError::Key(format!("the PEM label is `{other}`; `{LABEL}` or `{ENCRYPTED}` is needed"))),
    }
}

/// A key file comes from outside: what it asks for has to stay within bounds before the work is done.
fn check_cost(scheme: &EncryptionScheme) -> Result<(), SealError> {
    let EncryptionScheme::Pbes2(Parameters { kdf, .. }) = scheme else {
        return Err(SealError::Key(
            "its encryption is outdated (PBES1); encrypt it again with a current openssl".into(),
        ));
    };
    match kdf {
        Kdf::Scrypt(params) => {
            let memory = u128::from(u64::from(params.block_size)) * 128 * u128::from(params.cost_parameter);
            let all = memory * u128::from(params.parallelization);
            if all > u128::from(MOST_MEMORY) {
                return Err(SealError::KeyCost(format!("{} MB of scrypt", all / 1_000_000)));
            }
        }
        Kdf::Pbkdf2(params) => {
            if params.iteration_count > MOST_ROUNDS {
                return Err(SealError::KeyCost(format!("{} rounds of PBKDF2", params.iteration_count)));
            }
        }
        other => return Err(SealError::Key(format!("its password derivation is not supported: {}", other.oid()))),
    }
    Ok(())
}

pub(super) fn from_der(der: &[u8]) -> Result<SigningKey, SealError> {
    if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_der(der) {
        return Ok(SigningKey(Private::Ed25519(key)));
    }
    match p256::ecdsa::SigningKey::from_pkcs8_der(der) {
        Ok(key) => Ok(SigningKey(Private::EcdsaP256(key))),
        Err(_) => Err(SealError::Key("neither Ed25519 nor P-256 in PKCS#8".into())),
    }
}

/// Without the public half: openssl before 3.0.8 does not read the longer form of RFC 5958.
pub(super) fn ed25519_der(key: &ed25519_dalek::SigningKey) -> Result<SecretDocument, SealError> {
    KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_der().map_err(no_key)
}

pub(super) fn ecdsa_der(key: &p256::ecdsa::SigningKey) -> Result<SecretDocument, SealError> {
    key.to_pkcs8_der().map_err(no_key)
}

pub(super) fn plain(der: &SecretDocument) -> Result<Zeroizing<String>, SealError> {
    der.to_pem(LABEL, LineEnding::LF).map_err(no_key)
}

pub(super) fn encrypted(
    der: &SecretDocument,
    password: &[u8],
    entropy: &Entropy,
) -> Result<Zeroizing<String>, SealError> {
    let params = scrypt::Params::new(LOG_N, BLOCKS, TIMES).map_err(no_key)?;
    let mut start = [0; 16];
    start.copy_from_slice(&entropy.nonce[..16]);
    let scheme = Parameters::generate_scrypt_aes256cbc(params, &entropy.salt[..16], start).map_err(no_key)?;
    let info = PrivateKeyInfoRef::from_der(der.as_bytes()).map_err(no_key)?;
    let document = info.encrypt_with_params(scheme, password).map_err(no_key)?;
    document.to_pem(ENCRYPTED, LineEnding::LF).map_err(no_key)
}

fn no_key(why: impl std::fmt::Display) -> SealError {
    SealError::Key(why.to_string())
}
