//! One event of the log: what happened to what, when, by whom, and the hash that ties it to everything before.

use std::fmt;

use jiff::Timestamp;
use mvi_image::Digest;
use serde::{Serialize, Serializer};

use crate::bytes::{hex, sha256};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// What a layer holds became known.
    Layer,
    /// An image was measured.
    Measure,
    /// An image was judged.
    Verdict,
    /// An image was built; the payload is the builder's own record.
    Build,
    /// Someone said where an image comes from.
    Declare,
    /// A vulnerability affects packages.
    Advisory,
    /// A service runs an image, or stopped.
    Run,
    /// An organism was registered.
    Register,
    /// An organism left the fleet for good.
    Retire,
    /// A change request was filed or moved on.
    Crq,
    /// A change request ran out.
    Lapse,
    /// A base was found to be the best for a service, or was not.
    Decision,
    /// A template was sealed.
    Seal,
    /// A standard came into force; the payload names it.
    Standard,
}

impl EventKind {
    /// All kinds, in the order of their definition.
    pub const ALL: [Self; 14] = [
        Self::Layer,
        Self::Measure,
        Self::Verdict,
        Self::Build,
        Self::Declare,
        Self::Advisory,
        Self::Run,
        Self::Register,
        Self::Retire,
        Self::Crq,
        Self::Lapse,
        Self::Decision,
        Self::Seal,
        Self::Standard,
    ];

    /// The word that is stored, such as `measure`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Layer => "layer",
            Self::Measure => "measure",
            Self::Verdict => "verdict",
            Self::Build => "build",
            Self::Declare => "declare",
            Self::Advisory => "advisory",
            Self::Run => "run",
            Self::Register => "register",
            Self::Retire => "retire",
            Self::Crq => "crq",
            Self::Lapse => "lapse",
            Self::Decision => "decision",
            Self::Seal => "seal",
            Self::Standard => "standard",
        }
    }

    /// The kind with this word; nothing for a word that is no kind.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub(crate) [u8; 16]);

impl fmt::Display for EventId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = hex(&self.0);
        let (time, rest) = text.split_at(8);
        write!(out, "{time}-{}-{}-{}-{}", &rest[..4], &rest[4..8], &rest[8..12], &rest[12..])
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// Who writes, when, and under which standard: what every event of one order shares.
///
/// The clock and the randomness come from the caller. Two stamps with one seed would make the same event ids, and the
/// second order would be refused.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// When it happened, UTC.
    pub at: Timestamp,
    /// Who says so: a person, a program, a pipeline.
    pub actor: String,
    /// The standard in force, where one was applied.
    pub standard: Option<Digest>,
    seed: [u8; 32],
    drawn: u64,
}

impl Stamp {
    /// A stamp whose event ids are drawn from `seed`, which must be fresh randomness for every stamp.
    #[must_use]
    pub fn new(at: Timestamp, actor: impl Into<String>, seed: [u8; 32]) -> Self {
        Self { at, actor: actor.into(), standard: None, seed, drawn: 0 }
    }

    /// The same stamp under a standard.
    #[must_use]
    pub fn under(mut self, standard: Digest) -> Self {
        self.standard = Some(standard);
        self
    }

    pub(crate) fn next_id(&mut self) -> EventId {
        self.drawn += 1;
        let mut drawn = self.seed.to_vec();
        drawn.extend(self.drawn.to_be_bytes());
        let random = sha256(&drawn);
        let mut id = [0; 16];
        id.copy_from_slice(&random[..16]);
        // A time before 1970 has no place in a UUID and counts as its start.
        let milliseconds = u64::try_from(self.at.as_millisecond()).unwrap_or(0);
        id[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
        id[6] = 0x70 | (id[6] & 0x0f);
        id[8] = 0x80 | (id[8] & 0x3f);
        EventId(id)
    }
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its place in the log, from 1 without gaps.
    pub seq: u64,
    /// Its id.
    pub id: EventId,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// What it happened to: an image digest, a diff id, a GID, a service, a CRQ id.
    pub subject: String,
    /// When, RFC 3339, UTC. May be before the event before: clocks go back, `seq` never does.
    pub at: Timestamp,
    /// Who says so.
    pub actor: String,
    /// The standard in force.
    pub standard: Option<Digest>,
    /// The idempotency key, where one was given.
    pub key: Option<String>,
    /// The fact, as canonical JSON (RFC 8785).
    pub payload: String,
    /// sha256 of the payload's bytes, hex.
    pub payload_sha256: String,
    /// `hash` of the event before, hex; 64 zeros for the first.
    pub prev: String,
    /// sha256 of the canonical JSON of all of the above but the payload, hex.
    pub hash: String,
}

/// What is hashed of an event. Without numbers beyond 2^53 and fractions, and with fields in the order of RFC
/// 8785, serde's own writer gives canonical bytes, in a fraction of the time.
#[derive(Serialize)]
struct Hashed<'a> {
    actor: &'a str,
    at: String,
    id: String,
    key: Option<&'a str>,
    kind: &'a str,
    payload_sha256: &'a str,
    prev: &'a str,
    seq: u64,
    standard: Option<&'a Digest>,
    subject: &'a str,
}

impl Event {
    /// What `hash` must be, raw.
    pub(crate) fn expected_hash(&self) -> serde_json::Result<[u8; 32]> {
        Ok(sha256(&serde_json::to_vec(&self.hashed())?))
    }

    fn hashed(&self) -> Hashed<'_> {
        Hashed {
            actor: &self.actor,
            at: self.at.to_string(),
            id: self.id.to_string(),
            key: self.key.as_deref(),
            kind: self.kind.code(),
            payload_sha256: &self.payload_sha256,
            prev: &self.prev,
            seq: self.seq,
            standard: self.standard.as_ref(),
            subject: &self.subject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_word() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::of_code(kind.code()), Some(kind));
        }
    }

    #[test]
    fn an_id_has_its_time_its_version_and_its_variant() {
        let at: Timestamp = "2022-02-22T19:22:22Z".parse().unwrap(); // the example of RFC 9562, appendix A.6
        let mut stamp = Stamp::new(at, "test", [7; 32]);
        let id = stamp.next_id().to_string();
        assert!(id.starts_with("017f22e2-79b0-7"), "{id}");
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
        assert_ne!(stamp.next_id().to_string(), id);
    }

    #[test]
    fn what_is_hashed_is_canonical_json() {
        let event = Event {
            seq: 1,
            id: EventId([7; 16]),
            kind: EventKind::Crq,
            subject: "CRQ-2026-0001 \u{1}\"é\u{2028}".into(),
            at: Timestamp::UNIX_EPOCH,
            actor: "someone\n\\".into(),
            standard: None,
            key: Some("key".into()),
            payload: "{}".into(),
            payload_sha256: hex(&sha256(b"{}")),
            prev: hex(&[0; 32]),
            hash: String::new(),
        };
        assert_eq!(
            serde_json::to_string(&event.hashed()).unwrap(),
            serde_json_canonicalizer::to_string(&event.hashed()).unwrap()
        );
    }
}
