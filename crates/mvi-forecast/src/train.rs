//! Training: what is held back, what trees see, and what the newest builds say of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::Pressure;
use crate::booster::{Booster, Goal, Task};
use crate::conformal::{Calibration, Residual, RuntimeCalibration};
use crate::error::ForecastError;
use crate::row::{History, Outcome, Row, Source};
use crate::schema::Schema;
use crate::settings::Settings;
use crate::tree::Ensemble;
use crate::trust::Trust;

/// What was learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Features and dimensions.
    pub schema: Schema,
    /// What it was trained by.
    pub settings: Settings,
    /// What trained it.
    pub booster: String,
    /// Trees for `ln(measured + shift) − ln(prior + shift)` of each dimension; nothing where too few builds measured it.
    pub regressors: Vec<Option<Ensemble>>,
    /// Trees for the log odds of a build's success; nothing where too little is known of failures.
    pub classifier: Option<Ensemble>,
    /// Intervals.
    pub calibration: Calibration,
    /// Whether it may replace the prior.
    pub trust: Trust,
}

/// Trains models.
pub struct Trainer<'a> {
    /// Features and dimensions.
    pub schema: &'a Schema,
    /// The numbers to go by.
    pub settings: &'a Settings,
    /// What dimensions cost.
    pub pressure: &'a Pressure<'a>,
    /// What trains trees.
    pub booster: &'a dyn Booster,
    /// How many threads may work; the model is the same for any number.
    pub threads: usize,
}

/// Builds of a dimension below which no trees are trained.
const LEAST_ROWS: usize = 10;

impl Model {
    /// The forecast of each dimension for a row of numbers, in its unit; the prior where nothing was learnt.
    pub fn dimensions(&self, features: &[f64], prior: &[f64]) -> Vec<f64> {
        dimensions(&self.schema, &self.regressors, features, prior)
    }

    /// The chance that a build succeeds; nothing where too little is known of failures.
    pub fn chance(&self, features: &[f64]) -> Option<f64> {
        self.classifier.as_ref().map(|trees| 1.0 / (1.0 + (-trees.predict(features)).exp()))
    }
}

pub(crate) fn dimensions(
    schema: &Schema,
    regressors: &[Option<Ensemble>],
    features: &[f64],
    prior: &[f64],
) -> Vec<f64> {
    let one = |((dimension, trees), prior): ((&crate::Dimension, &Option<Ensemble>), &f64)| match trees {
        Some(trees) => dimension.value(dimension.log(*prior) + trees.predict(features)),
        None => *prior,
    };
    schema.dimensions.iter().zip(regressors).zip(prior).map(one).collect()
}

impl Trainer<'_> {
    /// Learns from a history. An empty one gives a model that leaves every answer to the prior.
    ///
    /// The newest fifth of a runtime's real builds calibrates intervals and is not learnt from, where that is enough
    /// builds for an interval.
    ///
    /// # Errors
    /// [`ForecastError::Training`], and settings that cannot be.
    pub fn train(&self, history: &History) -> Result<Model, ForecastError> {
        self.settings.check()?;
        let (learn, newest) = self.hold_back(history.rows());
        let regressors = self.regressors(&learn)?;
        let calibration = self.calibrate(&regressors, &newest);
        Ok(Model {
            schema: self.schema.clone(),
            settings: self.settings.clone(),
            booster: self.booster.name().to_owned(),
            classifier: self.classifier(&learn)?,
            trust: Trust::of(self, history)?,
            regressors,
            calibration,
        })
    }

    /// What is learnt from, and the newest successes of each runtime.
    fn hold_back<'a>(&self, rows: &'a [Row]) -> (Vec<&'a Row>, BTreeMap<&'a str, Vec<&'a Row>>) {
        let counts = |row: &&Row| row.is_real() && row.measured().is_some();
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for row in rows.iter().filter(counts) {
            *left.entry(&row.runtime).or_default() += 1;
        }
        for count in left.values_mut() {
            *count = (*count as f64 * self.settings.calibration_share) as usize;
            if *count < self.settings.calibration_min_rows {
                *count = 0;
            }
        }
        let (mut learn, mut newest) = (Vec::new(), BTreeMap::<&str, Vec<&Row>>::new());
        for row in rows.iter().rev() {
            match left.get_mut(row.runtime.as_str()) {
                Some(count) if *count > 0 && counts(&row) => {
                    *count -= 1;
                    newest.entry(&row.runtime).or_default().push(row);
                }
                _ => learn.push(row),
            }
        }
        learn.reverse();
        newest.values_mut().for_each(|rows| rows.reverse());
        (learn, newest)
    }

    /// One ensemble a dimension.
    pub(crate) fn regressors(&self, rows: &[&Row]) -> Result<Vec<Option<Ensemble>>, ForecastError> {
        let count = self.schema.dimensions.len();
        let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        std::thread::scope(|scope| {
            for _ in 0..self.threads.clamp(1, count) {
                scope.spawn(|| {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        if place >= count {
                            break;
                        }
                        let trees = self.regressor(rows, place);
                        done.lock().unwrap_or_else(PoisonError::into_inner).insert(place, trees);
                    }
                });
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    fn regressor(&self, rows: &[&Row], place: usize) -> Result<Option<Ensemble>, ForecastError> {
        let dimension = &self.schema.dimensions[place];
        let (mut features, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let Some(value) = row.measured().and_then(|values| values[place]) else { continue };
            features.push(row.features.as_slice());
            targets.push(dimension.log(value) - dimension.log(row.prior[place]));
            weights.push(self.weight(row));
        }
        if features.len() < LEAST_ROWS {
            return Ok(None);
        }
        let (rounds, goal) = (self.settings.rounds, Goal::Mean);
        let task = Task { name: &dimension.id, rows: &features, targets: &targets, weights: &weights, goal, rounds };
        self.booster.fit(&task, self.settings).map(Some)
    }

    fn classifier(&self, rows: &[&Row]) -> Result<Option<Ensemble>, ForecastError> {
        let rows: Vec<&&Row> = rows.iter().filter(|row| row.is_real()).collect();
        let failures = rows.iter().filter(|row| row.outcome == Outcome::Failed).count();
        if rows.len() < self.settings.feasibility_min_builds || failures == 0 || failures == rows.len() {
            return Ok(None);
        }
        let features: Vec<&[f64]> = rows.iter().map(|row| row.features.as_slice()).collect();
        let targets: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.measured().is_some()))).collect();
        let weights = vec![1.0; rows.len()];
        let (rounds, goal) = (self.settings.classifier_rounds, Goal::Chance);
        let task = Task { name: "success", rows: &features, targets: &targets, weights: &weights, goal, rounds };
        self.booster.fit(&task, self.settings).map(Some)
    }

    fn weight(&self, row: &Row) -> f64 {
        match row.source {
            Source::Built => 1.0,
            Source::Simulated => self.settings.simulated_weight,
        }
    }

    fn calibrate(&self, regressors: &[Option<Ensemble>], newest: &BTreeMap<&str, Vec<&Row>>) -> Calibration {
        let runtime = |(runtime, rows): (&&str, &Vec<&Row>)| {
            let residuals: Vec<Residual<'_>> = rows.iter().map(|row| self.residual(regressors, row)).collect();
            let (level, least) = (self.settings.interval, self.settings.calibration_min_rows);
            let count = self.schema.dimensions.len();
            ((*runtime).to_owned(), RuntimeCalibration::of(&residuals, count, level, least))
        };
        Calibration { runtimes: newest.iter().map(runtime).collect() }
    }

    fn residual<'a>(&self, regressors: &[Option<Ensemble>], row: &'a Row) -> Residual<'a> {
        let told = dimensions(self.schema, regressors, &row.features, &row.prior);
        let measured = row.measured().unwrap_or_default();
        let logs = self.schema.dimensions.iter().zip(&told).zip(measured);
        let logs = logs.map(|((dimension, told), real)| Some(dimension.log((*real)?) - dimension.log(*told)));
        Residual {
            service: &row.service,
            base: &row.base,
            dimensions: logs.collect(),
            pressure: self.errors(&told, measured),
        }
    }

    /// Measured minus told pressure, over what was measured.
    pub(crate) fn errors(&self, told: &[f64], measured: &[Option<f64>]) -> Option<f64> {
        let told: Vec<Option<f64>> = told.iter().zip(measured).map(|(told, real)| real.map(|_| *told)).collect();
        Some((self.pressure)(measured)? - (self.pressure)(&told)?)
    }
}
