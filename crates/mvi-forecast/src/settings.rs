//! The numbers that training, the gate and the decision go by.

use serde::{Deserialize, Serialize};

use crate::error::ForecastError;

/// Settings of the forecast; the default is Image Standard V13, table `gbm`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Real builds before the model may replace the prior.
    pub min_builds_total: usize,
    /// Real builds that succeeded on one runtime and base family before it may there.
    pub min_builds_per_runtime_base: usize,
    /// Builds before the chance of failing is learnt.
    pub feasibility_min_builds: usize,
    /// Chance of success below which a base is left out.
    pub feasibility_exclude_below: f64,
    /// Pressure that a failed build costs beyond the worst candidate.
    pub infeasible_penalty: f64,
    /// Pressure that another base has to take away before it replaces the one in use.
    pub gain_min: f64,
    /// Share of the newest builds that a backtest holds back.
    pub backtest_share: f64,
    /// Share of the newest builds of a runtime that calibrate intervals.
    pub calibration_share: f64,
    /// Coverage of intervals.
    pub interval: f64,
    /// Rows below which an interval is the prior's.
    pub calibration_min_rows: usize,
    /// Half width of the prior's interval, per cent of the prior.
    pub prior_interval_pct: f64,
    /// Weight of a simulated build beside 1 of a real one.
    pub simulated_weight: f64,
    /// Most bases that a decision asks to be built.
    pub max_trial_builds: usize,
    /// Trees of a regressor.
    pub rounds: usize,
    /// Trees of the classifier of failures.
    pub classifier_rounds: usize,
    /// Share of its step that each tree takes.
    pub learning_rate: f64,
    /// Leaves of a tree.
    pub max_leaves: usize,
    /// Depth of a tree.
    pub max_depth: usize,
    /// L2 regularisation of leaves.
    pub l2: f64,
    /// Least weight of a leaf.
    pub min_leaf_weight: f64,
    /// Seed of everything that is drawn.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_builds_total: 150,
            min_builds_per_runtime_base: 8,
            feasibility_min_builds: 60,
            feasibility_exclude_below: 0.2,
            infeasible_penalty: 0.25,
            gain_min: 0.05,
            backtest_share: 0.2,
            calibration_share: 0.2,
            interval: 0.90,
            calibration_min_rows: 30,
            prior_interval_pct: 50.0,
            simulated_weight: 0.2,
            max_trial_builds: 3,
            rounds: 150,
            classifier_rounds: 80,
            learning_rate: 0.06,
            max_leaves: 16,
            max_depth: 6,
            l2: 1.0,
            min_leaf_weight: 3.0,
            seed: 7,
        }
    }
}

impl Settings {
    /// Refuses numbers that no forecast can go by.
    ///
    /// # Errors
    /// [`ForecastError::Unsound`] with the number.
    pub fn check(&self) -> Result<(), ForecastError> {
        let shares = [
            ("feasibility_exclude_below", self.feasibility_exclude_below),
            ("backtest_share", self.backtest_share),
            ("calibration_share", self.calibration_share),
            ("interval", self.interval),
            ("simulated_weight", self.simulated_weight),
            ("learning_rate", self.learning_rate),
        ];
        let share = shares.iter().find(|(_, value)| !(0.0..=1.0).contains(value));
        let rest = [self.infeasible_penalty, self.gain_min, self.l2, self.min_leaf_weight, self.prior_interval_pct];
        let reason = if let Some((name, value)) = share {
            format!("{name} is a share from 0 to 1, not {value}")
        } else if rest.iter().any(|value| !value.is_finite() || *value < 0.0) {
            "a penalty, gain, regularisation, weight or width is below 0".to_owned()
        } else if self.rounds > 2_000 || self.classifier_rounds > 2_000 || self.max_leaves > 256 || self.max_depth > 16
        {
            "more than 2000 trees, 256 leaves or 16 levels".to_owned()
        } else {
            return Ok(());
        };
        Err(ForecastError::Unsound { reason })
    }
}
