//! What trains trees, as a seam: the crate that does it can be replaced without touching what is kept or shown.

mod forust;

pub use forust::Forust;

use crate::error::ForecastError;
use crate::settings::Settings;
use crate::tree::Ensemble;

/// What trees should learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The mean of the targets: squared error.
    Mean,
    /// The chance that a target is 1 and not 0, as log odds: log loss.
    Chance,
}

/// What trees are trained on.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// What it is about, for complaints.
    pub name: &'a str,
    /// Numbers of each row; NaN where missing.
    pub rows: &'a [&'a [f64]],
    /// What each row should give.
    pub targets: &'a [f64],
    /// How much each row counts.
    pub weights: &'a [f64],
    /// What is to be learnt.
    pub goal: Goal,
    /// How many trees.
    pub rounds: usize,
}

/// Trains ensembles of trees: on one thread, without drawing anything that the settings' seed does not give.
pub trait Booster: Sync {
    /// The name that is kept in the model.
    fn name(&self) -> &'static str;

    /// The trees for a task, whose rows are as long as each other and finite or NaN.
    ///
    /// # Errors
    /// [`ForecastError::Training`].
    fn fit(&self, task: &Task<'_>, settings: &Settings) -> Result<Ensemble, ForecastError>;
}
