//! Approvals and renewals with keys: whoever has one in `mvi.toml` seals what they agree to, and nothing counts as
//! theirs without.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_seal::{Envelope, PublicKey, SealError, SigningKey, canonical};
use mvi_standard::crq::{Crq, CrqId, Entry};

/// Media type of what is sealed.
const PAYLOAD_TYPE: &str = "application/vnd.mvi.crq-consent+json";

/// Whose agreement needs a seal.
#[derive(Default)]
pub(crate) struct Seals {
    /// The keys of people, by name, and since when they seal.
    pub people: BTreeMap<String, (PublicKey, Option<Timestamp>)>,
    /// True when nobody's agreement counts without a seal.
    pub required: bool,
}

/// Why an agreement does not count.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsentError {
    /// There is none where one is needed.
    #[error("{id}: what {by} agreed to at {at} carries no seal, and mvi.toml asks for one")]
    Missing {
        /// The request.
        id: CrqId,
        /// Whose word it is.
        by: String,
        /// When it was given.
        at: Timestamp,
    },
    /// Nobody's key can check it.
    #[error("{id}: mvi.toml names no key of {by}, who agreed at {at}, and asks for seals")]
    Nobody {
        /// The request.
        id: CrqId,
        /// Whose word it is.
        by: String,
        /// When it was given.
        at: Timestamp,
    },
    /// It is not over what the request says now, or not by that key.
    #[error("{id}: the seal of {by} at {at} does not hold: the request was altered, or another key was used")]
    Broken {
        /// The request.
        id: CrqId,
        /// Whose word it is.
        by: String,
        /// When it was given.
        at: Timestamp,
    },
    /// The seal cannot be written.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Seals {
    /// Checks that every approval and renewal of a request that needs a seal has one that holds.
    ///
    /// # Errors
    /// Every kind of [`ConsentError`] but the last.
    pub(crate) fn check(&self, crq: &Crq) -> Result<(), ConsentError> {
        for approval in &crq.approvals {
            let recorded = crq.consents().any(|entry| (&entry.by, entry.at) == (&approval.by, approval.at));
            if !recorded && self.wants(&approval.by, approval.at) {
                return Err(ConsentError::Missing { id: crq.id, by: approval.by.clone(), at: approval.at });
            }
        }
        crq.consents().try_for_each(|entry| self.check_entry(crq, entry))
    }

    /// True when somebody's word of that moment needs a seal.
    pub(crate) fn wants(&self, by: &str, at: Timestamp) -> bool {
        let since = |(_, since): &(PublicKey, Option<Timestamp>)| since.is_none_or(|since| at >= since);
        self.people.get(by).map_or(self.required, since)
    }

    fn check_entry(&self, crq: &Crq, entry: &Entry) -> Result<(), ConsentError> {
        let (id, by, at) = (crq.id, entry.by.clone(), entry.at);
        if !self.wants(&entry.by, entry.at) {
            return Ok(());
        }
        let Some((key, _)) = self.people.get(&entry.by) else { return Err(ConsentError::Nobody { id, by, at }) };
        let Some(seal) = &entry.seal else { return Err(ConsentError::Missing { id, by, at }) };
        let holds = Envelope::from_json(seal.as_bytes())
            .and_then(|envelope| envelope.verify(PAYLOAD_TYPE, std::slice::from_ref(key)))
            .is_ok_and(|(payload, _)| canonical(&crq.consent(entry)).is_ok_and(|expected| payload == expected));
        if holds { Ok(()) } else { Err(ConsentError::Broken { id, by, at }) }
    }
}

/// Seals the last entry of a request.
///
/// # Errors
/// [`ConsentError::Seal`].
pub(crate) fn seal(crq: &mut Crq, key: &SigningKey) -> Result<(), ConsentError> {
    let Some(entry) = crq.history.last() else { return Ok(()) };
    let payload = canonical(&crq.consent(entry))?;
    let envelope = Envelope::sign(PAYLOAD_TYPE, &payload, &[key]).to_json()?;
    let text = String::from_utf8(envelope).map_err(|error| SealError::Envelope(error.to_string()))?;
    if let Some(entry) = crq.history.last_mut() {
        entry.seal = Some(text);
    }
    Ok(())
}
