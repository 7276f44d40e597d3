//! The questions whose answers need the law or names beside what the store says.

use jiff::Timestamp;
use mvi_standard::crq::{at, due as due_on, lapses};

use super::seals::{days_left, running_out};
use super::{FleetFailure, Memory};
use crate::report::fleet::{DueReport, DueRequest, LineageReport, SimilarReport};

/// Where an image comes from, and what of it is its base's.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(crate) fn lineage(memory: &Memory<'_>, name: &str) -> Result<LineageReport, FleetFailure> {
    Ok(LineageReport {
        schema: "mvi-fleet-lineage/1",
        lineage: memory.store.lineage(name)?,
        split: memory.store.split(name)?,
    })
}

/// The images most like one.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(crate) fn similar(memory: &Memory<'_>, name: &str, k: usize) -> Result<SimilarReport, FleetFailure> {
    let image = memory.store.facts(name)?;
    Ok(SimilarReport {
        schema: "mvi-fleet-q3/1",
        reference: image.reference,
        digest: image.digest.to_string(),
        similar: memory.store.similar(name, k)?,
    })
}

/// Change requests in force and sealed templates that run out within some days of a moment, the most urgent first;
/// requests of the store and those of files alike, as they are then.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(crate) fn due(memory: &Memory<'_>, days: u32, moment: Timestamp) -> Result<DueReport, FleetFailure> {
    let seals = running_out(memory.law.standard, &memory.store, (moment, days))?;
    let (at, due) = (moment.to_string(), requests(memory, days, moment));
    Ok(DueReport { schema: "mvi-fleet-due/1", at, within_days: days, due, seals })
}

fn requests(memory: &Memory<'_>, days: u32, moment: Timestamp) -> Vec<DueRequest> {
    let law = &memory.law;
    let mut found: Vec<DueRequest> = Vec::new();
    for crq in &law.crqs {
        let now = at(crq, &law.calendar, moment);
        let Some(due) = due_on(&now, &law.calendar).filter(|_| now.state.is_in_force()) else { continue };
        let left = days_left(due, moment);
        if left > i64::from(days) {
            continue;
        }
        found.push(DueRequest {
            id: now.id.to_string(),
            kind: now.kind.as_str(),
            subject: now.subject.image.clone(),
            state: now.state,
            review_due: due.to_string(),
            lapses_at: lapses(&now, &law.calendar).map(|lapse| lapse.to_string()),
            days: left,
            requester: now.requester.clone(),
        });
    }
    found.sort_by(|left, right| {
        (left.days, &left.review_due, &left.id).cmp(&(right.days, &right.review_due, &right.id))
    });
    found
}
