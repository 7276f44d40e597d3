//! What one base would give: values, intervals, and which feature moved them by which factor.

use serde::{Deserialize, Serialize};

use crate::Pressure;
use crate::conformal::RuntimeCalibration;
use crate::error::ForecastError;
use crate::schema::Dimension;
use crate::shapley::contributions;
use crate::train::Model;
use crate::tree::Ensemble;
use crate::trust::Doubt;

/// A base that a service could stand on.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The base.
    pub base: String,
    /// The family that it belongs to.
    pub family: String,
    /// The runtime of the service.
    pub runtime: String,
    /// Numbers of the schema's features; NaN where missing.
    pub features: Vec<f64>,
    /// What is expected without any history, by dimension.
    pub prior: Vec<f64>,
    /// The hard rule that takes it out, with its proof.
    pub ruled_out: Option<String>,
    /// Whether its C library is musl.
    pub is_musl: bool,
    /// Whether the standard registers it.
    pub is_registered: bool,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// What was learnt.
    Model,
    /// What is expected without a history.
    Prior,
}

/// A feature and what it does to a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// The feature.
    pub feature: String,
    /// The value times this; below 1 it makes it smaller.
    pub times: f64,
}

/// The forecast of one dimension, in its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionForecast {
    /// Its id.
    pub id: String,
    /// What is expected without a history.
    pub prior: f64,
    /// The forecast.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether the interval was calibrated on builds; it is the prior's else.
    pub calibrated: bool,
    /// What all builds have in common: the prior times this. 1 where the prior speaks.
    pub common: f64,
    /// What each feature does, the strongest first: (prior + shift) · common · all factors = value + shift.
    pub factors: Vec<Factor>,
}

/// The forecast of a base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Who speaks.
    pub by: By,
    /// Why that is not the model.
    pub doubts: Vec<Doubt>,
    /// Chance that a build succeeds; nothing where too little is known of failures.
    pub chance: Option<f64>,
    /// By dimension of the schema.
    pub dimensions: Vec<DimensionForecast>,
    /// The pressure of all dimensions.
    pub pressure: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether the pressure's interval was calibrated on builds.
    pub calibrated: bool,
}

/// The forecast of a candidate: the model's where nothing speaks against it, the prior's else.
///
/// # Errors
/// [`ForecastError::NotFinite`] for a feature or a prior that is infinite or impossible, [`ForecastError::Unsound`]
/// where their number is another than the model's or no dimension has a pressure.
pub fn forecast(model: &Model, candidate: &Candidate, pressure: &Pressure<'_>) -> Result<Forecast, ForecastError> {
    check(model, candidate)?;
    let doubts = model.trust.doubts(&model.settings, &candidate.runtime, &candidate.family);
    let by = if doubts.is_empty() { By::Model } else { By::Prior };
    let calibration = match by {
        By::Model => model.calibration.runtimes.get(&candidate.runtime),
        By::Prior => None,
    };
    let share = model.settings.prior_interval_pct / 100.0;
    let forecasts = model.schema.dimensions.iter().enumerate().map(|(place, dimension)| {
        let trees = model.regressors[place].as_ref().filter(|_| by == By::Model);
        let width = calibration.and_then(|known| known.dimensions.get(place).copied().flatten());
        one(model, dimension, candidate.prior[place], (trees, &candidate.features), (width, share))
    });
    let dimensions: Vec<DimensionForecast> = forecasts.collect();
    if let Some(one) = dimensions.iter().find(|one| !one.value.is_finite() || !one.high.is_finite()) {
        return Err(ForecastError::Unsound { reason: format!("its forecast of {} has no bound", one.id) });
    }
    let (value, low, high) = pressures(&dimensions, calibration, pressure)?;
    Ok(Forecast {
        by,
        doubts,
        chance: model.chance(&candidate.features),
        calibrated: calibration.is_some_and(|known| known.pressure.is_some()),
        dimensions,
        pressure: value,
        low,
        high,
    })
}

fn check(model: &Model, candidate: &Candidate) -> Result<(), ForecastError> {
    let (features, dimensions) = (&model.schema.features, &model.schema.dimensions);
    if candidate.features.len() != features.len() || candidate.prior.len() != dimensions.len() {
        let reason = format!("`{}` has other features than it was trained on", candidate.base);
        return Err(ForecastError::Unsound { reason });
    }
    if let Some(place) = candidate.features.iter().position(|number| number.is_infinite()) {
        return Err(ForecastError::NotFinite { feature: features[place].name.clone() });
    }
    match candidate.prior.iter().position(|value| !value.is_finite() || *value < 0.0) {
        Some(place) => Err(ForecastError::NotFinite { feature: format!("prior of {}", dimensions[place].id) }),
        None => Ok(()),
    }
}

fn one(
    model: &Model,
    dimension: &Dimension,
    prior: f64,
    (trees, features): (Option<&Ensemble>, &[f64]),
    (width, share): (Option<f64>, f64),
) -> DimensionForecast {
    let mut factors = Vec::new();
    let (mut common, mut value) = (1.0, prior);
    if let Some(trees) = trees {
        let mut parts = contributions(trees, features);
        common = parts.pop().unwrap_or(0.0).exp();
        value = dimension.value(dimension.log(prior) + trees.predict(features));
        let named = model.schema.features.iter().zip(&parts).filter(|(_, part)| **part != 0.0);
        factors = named.map(|(feature, part)| Factor { feature: feature.name.clone(), times: part.exp() }).collect();
        factors.sort_by(|left: &Factor, right: &Factor| right.times.ln().abs().total_cmp(&left.times.ln().abs()));
    }
    let (low, high) = match width {
        Some(width) => {
            let log = dimension.log(value);
            (dimension.value(log - width), dimension.value(log + width))
        }
        None => ((prior * (1.0 - share)).max(0.0).min(value), (prior * (1.0 + share)).max(value)),
    };
    let calibrated = width.is_some();
    DimensionForecast { id: dimension.id.clone(), prior, value, low, high, calibrated, common, factors }
}

/// The pressure with its interval: calibrated, or that of all dimensions at their ends at once.
fn pressures(
    dimensions: &[DimensionForecast],
    calibration: Option<&RuntimeCalibration>,
    pressure: &Pressure<'_>,
) -> Result<(f64, f64, f64), ForecastError> {
    let at = |of: fn(&DimensionForecast) -> f64| {
        let values: Vec<Option<f64>> = dimensions.iter().map(|one| Some(of(one))).collect();
        let nothing = || ForecastError::Unsound { reason: "no dimension has a pressure".to_owned() };
        pressure(&values).filter(|value| value.is_finite()).ok_or_else(nothing)
    };
    let value = at(|one| one.value)?;
    match calibration.and_then(|known| known.pressure) {
        Some(width) => Ok((value, (value - width).max(0.0), value + width)),
        None => Ok((value, at(|one| one.low)?, at(|one| one.high)?)),
    }
}
