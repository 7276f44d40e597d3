//! The fleet's score now or then, and the shortest way to a better one.

use mvi_fleet::{ImageRow, Store};
use mvi_standard::Standard;
use mvi_standard::ratio::Ratio;
use mvi_standard::solvency::{Solvency, gains, plan as shortest};

use super::FleetFailure;
use super::dossier::Dossier;
use super::list::{View, rows};
pub(crate) use super::units::Weigh;
use super::units::{Use, count};
use crate::report::fleet::{PlanReport, ScoreReport, SolvencyReport};

/// What counts, and how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    /// What an image weighs.
    pub by: Weigh,
    /// All images, also those known for their lineage alone.
    pub everything: bool,
}

impl Default for Count {
    fn default() -> Self {
        Self { by: Weigh::Images, everything: false }
    }
}

/// The score of the fleet as it was at a moment.
///
/// # Errors
/// [`FleetFailure::Store`], [`FleetFailure::Usage`] for a weight that an image does not have.
pub(crate) fn solvency(
    store: &Store,
    standard: &Standard,
    view: &View,
    options: &Count,
) -> Result<SolvencyReport, FleetFailure> {
    let rows = rows(store, view)?;
    let uses = uses(store, options.by)?;
    let foreign = rows.current.iter().filter(|row| row.standard.as_deref().is_some_and(|by| by != standard.digest()));
    Ok(SolvencyReport {
        schema: "mvi-fleet-solvency/1",
        at: view.at.map(|at| at.to_string()),
        standard: standard.meta.id.clone(),
        standard_digest: standard.digest().to_owned(),
        judged_otherwise: foreign.count(),
        score: score(standard, &rows.current, options, &uses)?,
    })
}

/// The shortest way to a score.
///
/// # Errors
/// As [`solvency`]; and for a target that is no number from 0 to 1.
pub(crate) fn plan(
    store: &Store,
    standard: &Standard,
    options: &Count,
    target: Option<f64>,
) -> Result<PlanReport, FleetFailure> {
    let wanted = target.map_or_else(|| Solvency::target(standard), Ratio::from_decimal);
    let one = Ratio::new(1, 1);
    let wanted = wanted.filter(|wanted| *wanted >= Ratio::ZERO && one.is_none_or(|one| *wanted <= one));
    let wanted = wanted.ok_or_else(|| FleetFailure::Usage("a target is a score from 0 to 1, such as 0.48".into()))?;
    let rows = rows(store, &View::default())?;
    let uses = uses(store, options.by)?;
    let (tally, candidates) = count(&rows.current, |row| row.counted || options.everything, options.by, &uses)?;
    Ok(PlanReport {
        schema: "mvi-fleet-plan/1",
        standard: standard.meta.id.clone(),
        score: score(standard, &rows.current, options, &uses)?,
        plan: shortest(&tally, &candidates, wanted),
    })
}

/// The score of some images.
pub(super) fn score(
    standard: &Standard,
    rows: &[ImageRow],
    options: &Count,
    uses: &Use,
) -> Result<ScoreReport, FleetFailure> {
    let (tally, _) = count(rows, |row| row.counted || options.everything, options.by, uses)?;
    Ok(ScoreReport {
        scope: if options.everything { "all" } else { "audited" },
        by: options.by.word(),
        solvency: Solvency::of(&tally),
        neither: tally.neither(),
        target: Solvency::target(standard),
        gains: gains(&tally),
        precise: false,
    })
}

/// What owners say of the use of their images, where it is asked for.
fn uses(store: &Store, by: Weigh) -> Result<Use, FleetFailure> {
    let mut uses = Use::new();
    if matches!(by, Weigh::Images | Weigh::Bytes) {
        return Ok(uses);
    }
    let mut failed = None;
    store.all_facts(|image| {
        match Dossier::of(&image) {
            Ok(Dossier { declared: Some(declared), .. }) => {
                uses.insert(image.digest.to_string(), (declared.pulls, declared.pods));
            }
            Ok(_) => {}
            Err(error) => failed = Some(error),
        }
        failed.is_none()
    })?;
    failed.map_or(Ok(uses), Err)
}
