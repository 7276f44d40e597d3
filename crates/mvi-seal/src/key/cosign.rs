//! Private keys as cosign keeps them: PKCS#8 DER in a NaCl secret box, its key derived by scrypt, all of it JSON in PEM.
//! The format is that of sigstore's `encrypted` package (securesystemslib), read and written by cosign 1.0 to 3.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_secretbox::aead::{Aead as _, KeyInit as _};
use crypto_secretbox::{Key, Nonce, XSalsa20Poly1305};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Entropy;
use crate::error::SealError;

const LABEL: &str = "ENCRYPTED SIGSTORE PRIVATE KEY";
/// What cosign before 2.0 wrote.
const OLD_LABEL: &str = "ENCRYPTED COSIGN PRIVATE KEY";
/// cosign's setting: 64 MiB.
const N: u64 = 1 << 16;
const R: u32 = 8;
/// Most memory a key may ask for, bytes.
const MOST_MEMORY: u128 = 512 << 20;

#[derive(Serialize, Deserialize)]
struct Document {
    kdf: Derivation,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Serialize, Deserialize)]
struct Derivation {
    name: String,
    params: Params,
    salt: String,
}

#[derive(Serialize, Deserialize)]
struct Params {
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
}

#[derive(Serialize, Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

pub(super) fn is_cosign(text: &str) -> bool {
    [LABEL, OLD_LABEL].iter().any(|label| text.trim_start().starts_with(&format!("-----BEGIN {label}-----")))
}

/// The PKCS#8 DER inside.
pub(super) fn open(text: &str, password: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let no_key = |why: &str| SealError::Key(format!("cosign's key is damaged: {why}"));
    let (_, json) = pem_rfc7468::decode_vec(text.trim().as_bytes()).map_err(|_| no_key("its PEM"))?;
    let document: Document = serde_json::from_slice(&json).map_err(|_| no_key("its JSON"))?;
    if document.kdf.name != "scrypt" || document.cipher.name != "nacl/secretbox" {
        return Err(no_key("an unknown derivation or cipher"));
    }
    let decode = |text: &str| STANDARD.decode(text).map_err(|_| no_key("its base64"));
    let nonce: [u8; 24] = decode(&document.cipher.nonce)?.try_into().map_err(|_| no_key("its nonce"))?;
    let key = derive(&document.kdf.params, &decode(&document.kdf.salt)?, password)?;
    let sealed = decode(&document.ciphertext)?;
    let opened = XSalsa20Poly1305::new(Key::from_slice(&*key)).decrypt(Nonce::from_slice(&nonce), sealed.as_slice());
    opened.map(Zeroizing::new).map_err(|_| SealError::Password)
}

pub(super) fn protect(der: &pkcs8::SecretDocument, password: &[u8], entropy: &Entropy) -> Result<String, SealError> {
    let params = Params { n: N, r: R, p: 1 };
    let key = derive(&params, &entropy.salt, password)?;
    let sealed = XSalsa20Poly1305::new(Key::from_slice(&*key))
        .encrypt(Nonce::from_slice(&entropy.nonce), der.as_bytes())
        .map_err(|_| SealError::Key("it cannot be encrypted".into()))?;
    let document = Document {
        kdf: Derivation { name: "scrypt".into(), params, salt: STANDARD.encode(entropy.salt) },
        cipher: Cipher { name: "nacl/secretbox".into(), nonce: STANDARD.encode(entropy.nonce) },
        ciphertext: STANDARD.encode(sealed),
    };
    let json = serde_json::to_vec(&document).map_err(SealError::Canonical)?;
    pem_rfc7468::encode_string(LABEL, pem_rfc7468::LineEnding::LF, &json)
        .map_err(|error| SealError::Key(error.to_string()))
}

fn derive(params: &Params, salt: &[u8], password: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealError> {
    let memory = u128::from(params.n) * u128::from(params.r) * 128 * u128::from(params.p);
    if memory > MOST_MEMORY {
        return Err(SealError::KeyCost(format!("{} MB of scrypt", memory / 1_000_000)));
    }
    let unsound = |_| SealError::Key("scrypt cannot work with these settings".into());
    if !params.n.is_power_of_two() {
        return Err(SealError::Key("scrypt's N is no power of two".into()));
    }
    let params = scrypt::Params::new(params.n.trailing_zeros() as u8, params.r, params.p).map_err(unsound)?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(password, salt, &params, &mut *key)
        .map_err(|_| SealError::Key("scrypt cannot make 32 bytes".into()))?;
    Ok(key)
}
