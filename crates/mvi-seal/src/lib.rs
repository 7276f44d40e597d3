//! Sealed records: canonical bytes, keys, DSSE envelopes, in-toto statements, and the ROMs made of them. A record shows
//! nothing until it is verified. What belongs into a ROM, and when one may be sealed, is decided elsewhere.

mod canonical;
mod envelope;
mod error;
mod image_signature;
mod key;
mod rom;
mod statement;

pub use canonical::{canonical, digest_of};
pub use envelope::{Envelope, Signature, pre_authentication};
pub use error::SealError;
pub use image_signature::{
    ANNOTATION as SIGNATURE_ANNOTATION, ImageSignature, MEDIA_TYPE as SIGNATURE_MEDIA_TYPE, signature_tag,
};
pub use key::{Algorithm, Entropy, Password, PublicKey, SigningKey, looks_encrypted};
pub use rom::{
    BaseDigest, Broken, Candidate, Dimension, Dimensions, MEDIA_TYPE as ROM_MEDIA_TYPE, Override, Rebuild, Refusal,
    RomContent, RomFolder, RomName, Sealed, SealingFacts, Template, Verified, refusals,
};
pub use statement::{PREDICATE_TYPE, Statement, Subject};
