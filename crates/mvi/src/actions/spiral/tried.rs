//! Trials of before: bases on which the same Dockerfile failed to build with the same lock files, as decisions in the
//! fleet's log tell.

use std::collections::BTreeMap;

use mvi_image::{Algorithm, Digest};
use mvi_standard::decision::{DecisionRecord, Outcome};
use serde::{Deserialize, Serialize};

use super::Desk;
use crate::actions::source;

/// What a trial goes by: with the same, it ends the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terms {
    /// sha256 of the lock files' names and bytes; nothing where there are none, and so no telling what is built.
    pub lock: Option<Digest>,
    /// sha256 of the service's Dockerfile.
    pub dockerfile: Digest,
}

/// The part of a decision that is looked at.
#[derive(Deserialize)]
struct Told {
    terms: Terms,
    record: DecisionRecord,
    /// Bases that were built on and do not run: the next run may.
    #[serde(default)]
    not_running: Vec<String>,
}

impl Desk<'_, '_> {
    /// What the trials of this cycle go by.
    pub(super) fn terms(&self) -> anyhow::Result<Terms> {
        let text = self.dockerfile()?.1;
        let dockerfile = Digest::of(Algorithm::Sha256, text.as_bytes());
        Ok(Terms { lock: source::lock(&self.place.source())?, dockerfile })
    }

    /// Bases on which a trial with the same terms failed, with the digests of the builders' logs. What was built and did
    /// not run is tried again.
    pub(super) fn failed_before(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let terms = self.terms()?;
        let Some(memory) = self.memory.as_deref().filter(|_| terms.lock.is_some()) else { return Ok(BTreeMap::new()) };
        let mut failed = BTreeMap::new();
        for row in memory.store.decisions(None)? {
            // Decisions of other versions and by other hands may say less.
            let Ok(told) = serde_json::from_value::<Told>(row.document) else { continue };
            if told.terms != terms {
                continue;
            }
            for candidate in told.record.candidates {
                if let Outcome::TrialFailed { log } = candidate.outcome
                    && log.parse::<Digest>().is_ok()
                    && !told.not_running.contains(&candidate.base)
                {
                    failed.insert(candidate.base, log);
                }
            }
        }
        Ok(failed)
    }
}
