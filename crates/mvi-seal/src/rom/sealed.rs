//! A ROM in its envelope: sealing, and showing it only once it is verified.

use mvi_image::Digest;

use super::content::RomContent;
use crate::canonical::{canonical, digest_of};
use crate::envelope::Envelope;
use crate::error::SealError;
use crate::key::{PublicKey, SigningKey};
use crate::statement::{PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, Statement, Subject};

/// A sealed ROM as it is stored; nothing of it can be seen before [`Sealed::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    bytes: Vec<u8>,
}

/// A ROM whose signature, form and seal were found right.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What it says.
    pub content: RomContent,
    /// sha256 of the content's canonical JSON.
    pub seal: Digest,
    /// Ids of the trusted keys that signed it.
    pub signed_by: Vec<String>,
}

impl Sealed {
    /// Seals `content`. Whether it may be sealed is [`super::refusals`]' to say.
    ///
    /// # Errors
    /// `E-CANONICAL`.
    pub fn seal(content: &RomContent, keys: &[&SigningKey]) -> Result<Self, SealError> {
        let seal = digest_of(content)?;
        let mut subjects = vec![Subject::sha256(&content.name.to_string(), seal.hex())];
        let bases = content.base_digests.iter();
        subjects.extend(
            bases.map(|base| Subject::sha256(&format!("{} ({})", content.base, base.platform), base.digest.hex())),
        );
        let statement = Statement::new(subjects, PREDICATE_TYPE, content);
        let envelope = Envelope::sign(PAYLOAD_TYPE, &canonical(&statement)?, keys);
        Ok(Self { bytes: envelope.to_json()? })
    }

    /// Takes stored bytes; they are looked at when they are verified.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// The bytes to store: canonical JSON of the envelope.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content, if a trusted key signed it and no byte of the stored form is other than it was.
    ///
    /// # Errors
    /// `E-ENVELOPE`, `E-KEY-UNKNOWN`, `E-SIGNATURE`, `E-STATEMENT`; each says what does not fit.
    pub fn verify(&self, trusted: &[PublicKey]) -> Result<Verified, SealError> {
        let envelope = Envelope::from_json(&self.bytes)?;
        if envelope.to_json()? != self.bytes {
            return Err(SealError::Envelope("it is not written in canonical form (RFC 8785): it was altered".into()));
        }
        let (payload, signed_by) = envelope.verify(PAYLOAD_TYPE, trusted)?;
        let statement: Statement<RomContent> =
            serde_json::from_slice(&payload).map_err(|error| SealError::Statement(error.to_string()))?;
        let broken = |what: &str| Err(SealError::Statement(what.to_owned()));
        if canonical(&statement)? != payload {
            return broken("it is not written in canonical form (RFC 8785)");
        }
        if statement.statement_type != STATEMENT_TYPE || statement.predicate_type != PREDICATE_TYPE {
            return broken("it is a statement of another kind");
        }
        let content = statement.predicate;
        let seal = digest_of(&content)?;
        let name = content.name.to_string();
        let named = Subject::sha256(&name, seal.hex());
        if statement.subject.first() != Some(&named) {
            return broken("its subject is not the seal of its content");
        }
        let sound = |template: &super::Template| *template == super::Template::new(template.text.clone());
        if !content.template.as_ref().is_none_or(sound) {
            return broken("the template's digest is not that of its text");
        }
        Ok(Verified { content, seal, signed_by })
    }
}
