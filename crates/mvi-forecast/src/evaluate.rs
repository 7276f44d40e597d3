//! What choices would have cost: learnt from the older builds, asked about the newer ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::decide::expected_costs;
use crate::error::ForecastError;
use crate::forecast::{Candidate, forecast};
use crate::row::{History, Row};
use crate::schema::Dimension;
use crate::train::{Model, Trainer};
use crate::trust::Trust;

/// A way to choose that has learnt nothing: the base for a row's service, or none.
pub struct Baseline<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it would take the base of this row for the row's service.
    pub takes: &'a dyn Fn(&Row) -> bool,
}

/// How one way to choose did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodScore {
    /// Its name.
    pub method: String,
    /// Services that it had an answer for, among bases that were built.
    pub answered: usize,
    /// Mean regret: pressure beyond that of the best base; nothing without an answer.
    pub regret: Option<f64>,
    /// Share of choices whose build failed.
    pub infeasible: Option<f64>,
    /// Share of choices that were best.
    pub best: Option<f64>,
}

/// How far forecasts of one dimension were off: root mean squares of ln(told + shift) − ln(measured + shift).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionError {
    /// The dimension.
    pub dimension: String,
    /// Builds that were asked about and measured it.
    pub builds: usize,
    /// The model's error; nothing without a build.
    pub model: Option<f64>,
    /// And the prior's.
    pub prior: Option<f64>,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Builds that were learnt from.
    pub learnt: usize,
    /// Builds that were asked about.
    pub asked: usize,
    /// Services, built on several bases, that training has never seen.
    pub cold_cases: usize,
    /// How each way did on those.
    pub cold: Vec<MethodScore>,
    /// Services that it has.
    pub warm_cases: usize,
    /// How each way did on those.
    pub warm: Vec<MethodScore>,
    /// Mean absolute error of the model's pressure on builds that were asked about; nothing where none was measured.
    pub model_error: Option<f64>,
    /// And of the prior's.
    pub prior_error: Option<f64>,
    /// Share of their pressures that lies in the model's interval; nothing where none is calibrated.
    pub coverage: Option<f64>,
    /// Errors by dimension, in the schema's order.
    pub dimensions: Vec<DimensionError>,
    /// What the gate says about the model that was trained on the older builds.
    pub trust: Trust,
}

/// Learns from the older builds of a history and asks about the newer ones.
///
/// Choices are scored where one service was built on several bases, by what was measured there; a failed build costs the
/// worst success and the settings' penalty.
///
/// # Errors
/// Those of training.
pub fn evaluate(
    trainer: &Trainer<'_>,
    history: &History,
    baselines: &[Baseline<'_>],
) -> Result<Evaluation, ForecastError> {
    let (older, newer) = history.split(trainer.settings.backtest_share);
    let model = trainer.train(&History::new(trainer.schema, older.to_vec())?)?;
    let seen: BTreeSet<&str> = older.iter().map(|row| row.service.as_str()).collect();
    let (warm, cold): (Vec<Case<'_>>, Vec<Case<'_>>) =
        Case::among(newer, trainer.pressure).into_iter().partition(|case| seen.contains(case.service));
    let judge = Judge { trainer, model: &model, common: most_common(older), baselines };
    let (model_error, prior_error, coverage) = judge.errors(newer);
    Ok(Evaluation {
        learnt: older.len(),
        asked: newer.len(),
        cold_cases: cold.len(),
        cold: judge.scores(&cold),
        warm_cases: warm.len(),
        warm: judge.scores(&warm),
        model_error,
        prior_error,
        coverage,
        dimensions: judge.by_dimension(newer),
        trust: model.trust.clone(),
    })
}

struct Judge<'a> {
    trainer: &'a Trainer<'a>,
    model: &'a Model,
    common: BTreeMap<&'a str, &'a str>,
    baselines: &'a [Baseline<'a>],
}

/// The base that was built most often, by runtime; of several the first by name.
fn most_common(rows: &[Row]) -> BTreeMap<&str, &str> {
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for row in rows {
        *counts.entry(&row.runtime).or_default().entry(&row.base).or_default() += 1;
    }
    fn most(bases: BTreeMap<&str, usize>) -> &str {
        bases.into_iter().rev().max_by_key(|(_, count)| *count).map_or("", |(base, _)| base)
    }
    counts.into_iter().map(|(runtime, bases)| (runtime, most(bases))).collect()
}

impl Judge<'_> {
    fn scores(&self, cases: &[Case<'_>]) -> Vec<MethodScore> {
        let penalty = self.trainer.settings.infeasible_penalty;
        let one = |name: &str, choose: &dyn Fn(&Case<'_>) -> Option<usize>| {
            let chosen = cases.iter().filter_map(|case| Some((case, choose(case)?)));
            let chosen: Vec<(f64, bool)> =
                chosen.map(|(case, place)| (case.regret(place, penalty), case.truth[place].is_none())).collect();
            score(name, &chosen)
        };
        let cost = |values: Vec<f64>| self.cost(values);
        let told = |row: &Row| self.model.dimensions(&row.features, &row.prior);
        let model = |case: &Case<'_>| case.order(&self.expected(case, |row| cost(told(row))));
        let decided = |case: &Case<'_>| case.order(&self.expected(case, |row| self.decided(row)));
        let prior = |case: &Case<'_>| case.order(&case.scores(|row| cost(row.prior.clone())));
        let mut scores = vec![
            one("what is decided", &|case| decided(case).first().copied()),
            one("model", &|case| model(case).first().copied()),
            one("model, two trial builds", &|case| two(case, &model(case))),
            one("prior", &|case| prior(case).first().copied()),
            one("prior, two trial builds", &|case| two(case, &prior(case))),
        ];
        for Baseline { name, takes } in self.baselines {
            scores.push(one(name, &|case| case.options.iter().position(|row| takes(row))));
        }
        scores.push(one("most common", &|case| {
            case.options.iter().position(|row| self.common.get(row.runtime.as_str()) == Some(&row.base.as_str()))
        }));
        let any = cases.iter().flat_map(|case| (0..case.options.len()).map(move |place| (case, place)));
        let any = any.map(|(case, place)| (case.regret(place, penalty), case.truth[place].is_none()));
        scores.push(MethodScore { answered: cases.len(), ..score("any at random", &any.collect::<Vec<_>>()) });
        scores
    }

    fn cost(&self, values: Vec<f64>) -> Option<f64> {
        (self.trainer.pressure)(&values.into_iter().map(Some).collect::<Vec<_>>())
    }

    /// What each option of a case costs with its chance of failing.
    fn expected(&self, case: &Case<'_>, pressure: impl Fn(&Row) -> Option<f64>) -> Vec<Option<f64>> {
        let pressures = case.scores(pressure);
        let chance = |row: &Row| self.model.chance(&row.features).unwrap_or(1.0);
        let options = pressures.iter().zip(&case.options).map(|(pressure, row)| Some(((*pressure)?, chance(row))));
        expected_costs(&options.collect::<Vec<_>>(), self.trainer.settings)
    }

    /// The pressure that a decision would go by: the model's or the prior's.
    fn decided(&self, row: &Row) -> Option<f64> {
        Some(forecast(self.model, &candidate(row), self.trainer.pressure).ok()?.pressure)
    }

    /// Mean absolute errors of model and prior, and how often the model's interval held.
    fn errors(&self, rows: &[Row]) -> (Option<f64>, Option<f64>, Option<f64>) {
        let (mut model, mut prior, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let Some(measured) = row.measured() else { continue };
            let told = self.model.dimensions(&row.features, &row.prior);
            let errors = [&told, &row.prior].map(|values| self.trainer.errors(values, measured));
            let [Some(error), Some(other)] = errors else { continue };
            model.push(error.abs());
            prior.push(other.abs());
            let width = self.model.calibration.runtimes.get(&row.runtime).and_then(|known| known.pressure);
            held.extend(width.map(|width| f64::from(u8::from(error.abs() <= width))));
        }
        (mean(&model), mean(&prior), mean(&held))
    }

    fn by_dimension(&self, rows: &[Row]) -> Vec<DimensionError> {
        let one = |(place, dimension): (usize, &Dimension)| {
            let (mut model, mut prior) = (Vec::new(), Vec::new());
            for row in rows {
                let Some(real) = row.measured().and_then(|values| values[place]) else { continue };
                let told = self.model.dimensions(&row.features, &row.prior)[place];
                let square = |told: f64| (dimension.log(told) - dimension.log(real)).powi(2);
                model.push(square(told));
                prior.push(square(row.prior[place]));
            }
            let [model_error, prior_error] = [&model, &prior].map(|squares| mean(squares).map(f64::sqrt));
            let (dimension, builds) = (dimension.id.clone(), model.len());
            DimensionError { dimension, builds, model: model_error, prior: prior_error }
        };
        self.trainer.schema.dimensions.iter().enumerate().map(one).collect()
    }
}

/// The better of the two best, as trial builds show it; the first where both failed.
fn two(case: &Case<'_>, order: &[usize]) -> Option<usize> {
    let value = |place: &usize| case.truth[*place].unwrap_or(f64::INFINITY);
    order.iter().take(2).copied().min_by(|left, right| value(left).total_cmp(&value(right)))
}

fn candidate(row: &Row) -> Candidate {
    Candidate {
        base: row.base.clone(),
        family: row.family.clone(),
        runtime: row.runtime.clone(),
        features: row.features.clone(),
        prior: row.prior.clone(),
        ruled_out: None,
        is_musl: false,
        is_registered: false,
    }
}

fn score(name: &str, chosen: &[(f64, bool)]) -> MethodScore {
    let share = |of: &dyn Fn(&(f64, bool)) -> bool| {
        mean(&chosen.iter().map(|one| f64::from(u8::from(of(one)))).collect::<Vec<_>>())
    };
    MethodScore {
        method: name.to_owned(),
        answered: chosen.len(),
        regret: mean(&chosen.iter().map(|(regret, _)| *regret).collect::<Vec<_>>()),
        infeasible: share(&|(_, failed)| *failed),
        best: share(&|(regret, _)| *regret < 1e-9),
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
