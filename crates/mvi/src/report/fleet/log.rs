//! Events of the fleet's log.

use mvi_fleet::Event;
use serde::Serialize;

/// Some events. JSON Schema: `schema/mvi-fleet-log-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct LogReport {
    /// `mvi-fleet-log/1`.
    pub schema: &'static str,
    /// Events that were asked for and are beyond the limit, all before these.
    pub left_out: u64,
    /// The events, oldest first.
    pub events: Vec<LoggedEvent>,
}

/// One event.
#[derive(Debug, Serialize)]
pub(crate) struct LoggedEvent {
    /// Its place in the log.
    pub seq: u64,
    /// Its id.
    pub id: String,
    /// When.
    pub at: String,
    /// What kind.
    pub kind: &'static str,
    /// About what.
    pub subject: String,
    /// Who said so.
    pub actor: String,
    /// The standard in force.
    pub standard: Option<String>,
    /// The fact.
    pub payload: serde_json::Value,
    /// Hash of the event before, hex.
    pub prev: String,
    /// Its own hash, hex.
    pub hash: String,
}

impl LoggedEvent {
    /// An event as it is shown. A payload that is no JSON is shown as the text it is.
    #[must_use]
    pub(crate) fn of(event: &Event) -> Self {
        let payload = serde_json::from_str(&event.payload);
        Self {
            seq: event.seq,
            id: event.id.to_string(),
            at: event.at.to_string(),
            kind: event.kind.code(),
            subject: event.subject.clone(),
            actor: event.actor.clone(),
            standard: event.standard.as_ref().map(ToString::to_string),
            payload: payload.unwrap_or_else(|_| serde_json::Value::String(event.payload.clone())),
            prev: event.prev.clone(),
            hash: event.hash.clone(),
        }
    }
}
