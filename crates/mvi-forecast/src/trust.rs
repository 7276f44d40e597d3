//! When the model may replace the prior, and what speaks against it when it may not.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::error::ForecastError;
use crate::row::{History, Row};
use crate::settings::Settings;
use crate::train::{Trainer, dimensions};

/// What the history says about the model's use.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Real builds.
    pub builds: usize,
    /// Simulated ones, which count for nothing here.
    pub simulated: usize,
    /// Real builds that succeeded, by runtime and family of the base.
    pub successes: BTreeMap<String, BTreeMap<String, usize>>,
    /// How the model did on the newest real builds; nothing where there were none to look at.
    pub backtest: Option<Backtest>,
}

/// The model beside the prior on builds that it had not seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backtest {
    /// Builds with a measured pressure.
    pub builds: usize,
    /// Mean absolute error of the model's pressure.
    pub model_error: f64,
    /// And of the prior's.
    pub prior_error: f64,
    /// The end towards the prior of the interval of their difference, model minus prior.
    pub error_high: f64,
    /// Services that were built on several bases.
    pub cases: usize,
    /// Mean regret of the model's choices; 0 without a case.
    pub model_regret: f64,
    /// And of the prior's.
    pub prior_regret: f64,
    /// The end towards the model of the interval of their difference, model minus prior.
    pub regret_low: f64,
}

/// What speaks against the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "doubt")]
pub enum Doubt {
    /// Too few real builds.
    FewBuilds {
        /// So many.
        have: usize,
        /// Wanted.
        need: usize,
    },
    /// Too few that succeeded on a runtime and family.
    FewSuccesses {
        /// So many.
        have: usize,
        /// Wanted.
        need: usize,
        /// Runtime.
        runtime: String,
        /// Family of the base.
        family: String,
    },
    /// No backtest.
    NoBacktest,
    /// The model is not surely closer than the prior.
    NotCloser {
        /// Mean absolute error of the model's pressure.
        model: f64,
        /// And of the prior's.
        prior: f64,
    },
    /// Nobody knows what choices were worth.
    RegretUnknown,
    /// The model's choices were worse.
    MoreRegret {
        /// Mean regret of the model.
        model: f64,
        /// And of the prior.
        prior: f64,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewBuilds { have, need } => write!(out, "{have} real builds, {need} are needed"),
            Self::FewSuccesses { have, need, runtime, family } => {
                write!(out, "{have} builds of {runtime} succeeded on {family}, {need} are needed")
            }
            Self::NoBacktest => out.write_str("the newest builds have no measurements to be held against"),
            Self::NotCloser { model, prior } => {
                write!(out, "on the newest builds the model is off by {model:.3}, the prior by {prior:.3}")
            }
            Self::RegretUnknown => {
                out.write_str("none of the newest services was built on two bases, so choices cannot be compared")
            }
            Self::MoreRegret { model, prior } => {
                write!(out, "on the newest services the model's choices cost {model:.3}, the prior's {prior:.3}")
            }
        }
    }
}

/// Parts of the newest builds that are forecast from everything before them.
const WINDOWS: usize = 2;
/// Samples that a bootstrap draws.
const DRAWS: usize = 1_000;

impl Trust {
    /// What speaks against the model for a runtime and family of bases; it may replace the prior where nothing does.
    pub fn doubts(&self, settings: &Settings, runtime: &str, family: &str) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        if self.builds < settings.min_builds_total {
            doubts.push(Doubt::FewBuilds { have: self.builds, need: settings.min_builds_total });
        }
        let have = self.successes.get(runtime).and_then(|families| families.get(family)).copied().unwrap_or(0);
        let need = settings.min_builds_per_runtime_base;
        if have < need {
            let (runtime, family) = (runtime.to_owned(), family.to_owned());
            doubts.push(Doubt::FewSuccesses { have, need, runtime, family });
        }
        match &self.backtest {
            None => doubts.push(Doubt::NoBacktest),
            Some(test) => test.doubts(&mut doubts),
        }
        doubts
    }

    /// What speaks against the model whatever the base.
    pub fn general_doubts(&self, settings: &Settings) -> Vec<Doubt> {
        let doubts = self.doubts(settings, "", "").into_iter();
        doubts.filter(|doubt| !matches!(doubt, Doubt::FewSuccesses { .. })).collect()
    }

    pub(crate) fn of(trainer: &Trainer<'_>, history: &History) -> Result<Self, ForecastError> {
        let mut trust = Self::default();
        for row in history.rows() {
            if !row.is_real() {
                trust.simulated += 1;
                continue;
            }
            trust.builds += 1;
            if row.measured().is_some() {
                let families = trust.successes.entry(row.runtime.clone()).or_default();
                *families.entry(row.family.clone()).or_default() += 1;
            }
        }
        // Too few builds close the gate by themselves; the backtest would only cost time.
        if trust.builds >= trainer.settings.min_builds_total {
            trust.backtest = backtest(trainer, history)?;
        }
        Ok(trust)
    }
}

impl Backtest {
    fn doubts(&self, doubts: &mut Vec<Doubt>) {
        if self.model_error >= self.prior_error || self.error_high >= 0.0 {
            doubts.push(Doubt::NotCloser { model: self.model_error, prior: self.prior_error });
        }
        if self.cases == 0 {
            doubts.push(Doubt::RegretUnknown);
        } else if self.regret_low > 0.0 {
            doubts.push(Doubt::MoreRegret { model: self.model_regret, prior: self.prior_regret });
        }
    }
}

/// Errors and regrets of model and prior, pair by pair.
#[derive(Default)]
struct Pairs {
    errors: Vec<(f64, f64)>,
    regrets: Vec<(f64, f64)>,
}

fn backtest(trainer: &Trainer<'_>, history: &History) -> Result<Option<Backtest>, ForecastError> {
    let real: Vec<Row> = history.rows().iter().filter(|row| row.is_real()).cloned().collect();
    let window = (real.len() as f64 * trainer.settings.backtest_share / WINDOWS as f64).ceil() as usize;
    let mut pairs = Pairs::default();
    for number in (0..WINDOWS).rev() {
        let end = real.len().saturating_sub(window * number);
        let tested = &real[end.saturating_sub(window)..end];
        let Some(first) = tested.first() else { continue };
        let before: Vec<&Row> = history.rows().iter().filter(|row| row.at < first.at).collect();
        let regressors = trainer.regressors(&before)?;
        let told = |row: &Row| dimensions(trainer.schema, &regressors, &row.features, &row.prior);
        look(trainer, tested, &told, &mut pairs);
    }
    Ok(pairs.sum_up(trainer.settings.seed))
}

fn look(trainer: &Trainer<'_>, tested: &[Row], told: &dyn Fn(&Row) -> Vec<f64>, pairs: &mut Pairs) {
    for row in tested {
        let Some(measured) = row.measured() else { continue };
        let errors = [told(row), row.prior.clone()].map(|values| trainer.errors(&values, measured));
        if let [Some(model), Some(prior)] = errors {
            pairs.errors.push((model.abs(), prior.abs()));
        }
    }
    let cost = |values: Vec<f64>| (trainer.pressure)(&values.into_iter().map(Some).collect::<Vec<_>>());
    for case in Case::among(tested, trainer.pressure) {
        let least = |score: &dyn Fn(&Row) -> Option<f64>| case.order(&case.scores(score)).first().copied();
        let (model, prior) = (least(&|row| cost(told(row))), least(&|row| cost(row.prior.clone())));
        if let (Some(model), Some(prior)) = (model, prior) {
            let penalty = trainer.settings.infeasible_penalty;
            pairs.regrets.push((case.regret(model, penalty), case.regret(prior, penalty)));
        }
    }
}

impl Pairs {
    fn sum_up(&self, seed: u64) -> Option<Backtest> {
        let mean = |pairs: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
            pairs.iter().map(of).sum::<f64>() / pairs.len().max(1) as f64
        };
        let first = |pair: &(f64, f64)| pair.0;
        let second = |pair: &(f64, f64)| pair.1;
        if self.errors.is_empty() {
            return None;
        }
        let differences = |pairs: &[(f64, f64)]| pairs.iter().map(|(model, prior)| model - prior).collect::<Vec<_>>();
        Some(Backtest {
            builds: self.errors.len(),
            model_error: mean(&self.errors, first),
            prior_error: mean(&self.errors, second),
            error_high: bootstrap(&differences(&self.errors), seed).1,
            cases: self.regrets.len(),
            model_regret: mean(&self.regrets, first),
            prior_regret: mean(&self.regrets, second),
            regret_low: bootstrap(&differences(&self.regrets), seed).0,
        })
    }
}

/// The ends of the 90 % interval of a mean; 0 of nothing.
fn bootstrap(values: &[f64], seed: u64) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mut state = seed;
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = (0..values.len()).map(|_| values[draw(&mut state, values.len())]);
            drawn.sum::<f64>() / values.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    (means[DRAWS / 20 - 1], means[DRAWS - DRAWS / 20])
}

/// A number below `end`: splitmix64, by Sebastiano Vigna, public domain.
fn draw(state: &mut u64, end: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((u128::from(mixed ^ (mixed >> 31)) * end as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_as_wide_as_theory_says() {
        let values: Vec<f64> = (0..400).map(|number| f64::from(number % 2)).collect();
        let (low, high) = bootstrap(&values, 7);
        // 1.645 standard errors of 0.5 / √400.
        assert!((low - 0.459).abs() < 0.01 && (high - 0.541).abs() < 0.01, "{low} {high}");
        assert_eq!(bootstrap(&values, 7), (low, high));
        assert_eq!(bootstrap(&[], 7), (0.0, 0.0));
    }

    #[test]
    fn every_condition_has_its_doubt() {
        let test = Backtest {
            builds: 30,
            model_error: 0.03,
            prior_error: 0.06,
            error_high: -0.01,
            cases: 5,
            model_regret: 0.0,
            prior_regret: 0.0,
            regret_low: 0.0,
        };
        let successes = BTreeMap::from([("go".to_owned(), BTreeMap::from([("alpine".to_owned(), 8)]))]);
        let trust = Trust { builds: 150, simulated: 0, successes, backtest: Some(test.clone()) };
        let doubts = |trust: &Trust, family: &str| {
            let told = trust.doubts(&Settings::default(), "go", family);
            told.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(doubts(&trust, "alpine"), "");
        assert_eq!(doubts(&trust, "debian"), "0 builds of go succeeded on debian, 8 are needed");
        assert_eq!(doubts(&Trust { builds: 149, ..trust.clone() }, "alpine"), "149 real builds, 150 are needed");
        let with = |test: Backtest| doubts(&Trust { backtest: Some(test), ..trust.clone() }, "alpine");
        assert_eq!(
            with(Backtest { error_high: 0.01, ..test.clone() }),
            "on the newest builds the model is off by 0.030, the prior by 0.060"
        );
        assert_eq!(
            with(Backtest { cases: 0, ..test.clone() }),
            "none of the newest services was built on two bases, so choices cannot be compared"
        );
        assert_eq!(
            with(Backtest { model_regret: 0.1, regret_low: 0.05, ..test }),
            "on the newest services the model's choices cost 0.100, the prior's 0.000"
        );
    }
}
