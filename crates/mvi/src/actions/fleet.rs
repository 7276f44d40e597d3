//! What the program does with the fleet: telling it facts, judging them, and asking it; no arguments, no output.

pub(crate) mod accept;
pub(crate) mod advisories;
pub(crate) mod belt;
pub(crate) mod build_event;
pub(crate) mod card;
pub(crate) mod dossier;
mod error;
pub(crate) mod findings;
pub(crate) mod forest;
mod growth;
pub(crate) mod import;
mod judging;
pub(crate) mod lineage;
pub(crate) mod list;
mod memory;
pub(crate) mod questions;
pub(crate) mod record;
pub(crate) mod recorded;
pub(crate) mod register;
mod registered;
mod row;
pub(crate) mod scan;
mod seals;
pub(crate) mod solvency;
mod units;

pub(crate) use error::{FleetFailure, is_usage};
pub(crate) use judging::{Judged, Law, judged};
pub(crate) use memory::Memory;

use crate::report::fleet::JudgeReport;

/// Judges every image of the fleet again.
///
/// # Errors
/// [`FleetFailure`].
pub(crate) fn judge_everything(memory: &mut Memory<'_>) -> Result<JudgeReport, FleetFailure> {
    let changed = memory.judge_all()?;
    let rows = list::rows(&memory.store, &list::View::default())?;
    let standard = memory.law.standard;
    Ok(JudgeReport {
        schema: "mvi-fleet-judge/1",
        standard: standard.meta.id.clone(),
        standard_digest: standard.digest().to_owned(),
        changed,
        solvency: solvency::score(standard, &rows.current, &solvency::Count::default(), &Default::default())?,
    })
}
