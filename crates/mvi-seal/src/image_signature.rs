//! Signatures of images as cosign writes and verifies them with a key: a "simple signing" payload and its signature,
//! kept in the registry under a tag made of the image's digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mvi_image::Digest;
use serde::{Deserialize, Serialize};

use crate::error::SealError;
use crate::key::{PublicKey, SigningKey};

/// Media type of the layer that holds the payload: cosign's signature specification, "Layers".
pub const MEDIA_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Annotation of that layer which holds the signature in base64.
pub const ANNOTATION: &str = "dev.cosignproject.cosign/signature";
const KIND: &str = "cosign container image signature";

/// A signature of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSignature {
    /// The bytes that were signed.
    pub payload: Vec<u8>,
    /// The signature in base64.
    pub signature: String,
}

/// Payload of "simple signing": containers/image, `containers-signature(5)`.
#[derive(Serialize, Deserialize)]
struct Payload {
    critical: Critical,
    #[serde(default)]
    optional: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
struct Critical {
    identity: Identity,
    image: SignedImage,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
struct Identity {
    #[serde(rename = "docker-reference")]
    reference: String,
}

#[derive(Serialize, Deserialize)]
struct SignedImage {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

/// The tag that keeps the signatures of an image: `sha256-<hex>.sig`.
#[must_use]
pub fn signature_tag(image: &Digest) -> String {
    format!("{}-{}.sig", image.algorithm().name(), image.hex())
}

impl ImageSignature {
    /// Signs the image with this manifest digest; `repository` is its name without tag.
    ///
    /// # Errors
    /// `E-CANONICAL`.
    pub fn sign(repository: &str, image: &Digest, key: &SigningKey) -> Result<Self, SealError> {
        let critical = Critical {
            identity: Identity { reference: repository.to_owned() },
            image: SignedImage { digest: image.to_string() },
            kind: KIND.to_owned(),
        };
        let payload = serde_json::to_vec(&Payload { critical, optional: serde_json::Value::Null });
        let payload = payload.map_err(SealError::Canonical)?;
        let signature = STANDARD.encode(key.sign(&payload));
        Ok(Self { payload, signature })
    }

    /// True for a signature by `key` of the image with this digest; the repository it was signed under comes back.
    ///
    /// # Errors
    /// `E-SIGNATURE`, `E-STATEMENT` where another image or another kind of thing was signed.
    pub fn verify(&self, image: &Digest, key: &PublicKey) -> Result<String, SealError> {
        let wrong = |_| SealError::Signature(key.id().to_owned());
        let signature = STANDARD.decode(self.signature.trim()).map_err(wrong)?;
        if !key.verify(&self.payload, &signature) {
            return Err(SealError::Signature(key.id().to_owned()));
        }
        let payload: Payload =
            serde_json::from_slice(&self.payload).map_err(|error| SealError::Statement(error.to_string()))?;
        if payload.critical.kind != KIND || payload.critical.image.digest != image.to_string() {
            return Err(SealError::Statement("another image was signed".into()));
        }
        Ok(payload.critical.identity.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Algorithm;
    use crate::key::tests::key;

    #[test]
    fn a_signature_fits_one_image_and_one_key() {
        let image = Digest::of(mvi_image::Algorithm::Sha256, b"manifest");
        let other = Digest::of(mvi_image::Algorithm::Sha256, b"another");
        let ours = key(Algorithm::EcdsaP256, 1);
        let signature = ImageSignature::sign("example.com/app", &image, &ours).unwrap();
        assert_eq!(signature.verify(&image, &ours.public()).unwrap(), "example.com/app");
        assert_eq!(signature.verify(&other, &ours.public()).unwrap_err().code(), "E-STATEMENT");
        let stranger = key(Algorithm::EcdsaP256, 2).public();
        assert_eq!(signature.verify(&image, &stranger).unwrap_err().code(), "E-SIGNATURE");
        assert_eq!(signature_tag(&image), format!("sha256-{}.sig", image.hex()));
        let text = String::from_utf8(signature.payload).unwrap();
        assert!(
            text.starts_with(r#"{"critical":{"identity":{"docker-reference":"example.com/app"},"image":{"#),
            "{text}"
        );
    }
}
