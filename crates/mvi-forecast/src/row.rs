//! Builds as rows of numbers, and a history of them in the order of time.

use crate::error::ForecastError;
use crate::schema::Schema;

/// Where a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody built and measured it.
    Built,
    /// A simulator made it: it weighs less, calibrates nothing and never counts for trust.
    Simulated,
}

/// How a build ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It failed.
    Failed,
    /// What was measured, by dimension of the schema, in its unit; nothing where it was not.
    Measured(Vec<Option<f64>>),
}

/// One build of a service on a base.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// When, seconds since 1970.
    pub at: i64,
    /// The service.
    pub service: String,
    /// Its runtime.
    pub runtime: String,
    /// The base.
    pub base: String,
    /// The family that the base belongs to.
    pub family: String,
    /// The numbers of the schema's features; NaN where missing.
    pub features: Vec<f64>,
    /// What is expected without any history, by dimension.
    pub prior: Vec<f64>,
    /// Whether a hard rule takes this base out for the service.
    pub ruled_out: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// Where the row comes from.
    pub source: Source,
}

impl Row {
    /// The measurements of a build that succeeded.
    pub fn measured(&self) -> Option<&[Option<f64>]> {
        match &self.outcome {
            Outcome::Failed => None,
            Outcome::Measured(values) => Some(values),
        }
    }

    pub(crate) fn is_real(&self) -> bool {
        self.source == Source::Built
    }
}

/// Rows in the order of time; of the same moment by service and base.
#[derive(Debug, Clone, Default)]
pub struct History {
    rows: Vec<Row>,
}

impl History {
    /// Checks rows against a schema and puts them in order.
    ///
    /// # Errors
    /// [`ForecastError::Row`] with the place of the first row that does not fit.
    pub fn new(schema: &Schema, mut rows: Vec<Row>) -> Result<Self, ForecastError> {
        for (index, row) in rows.iter().enumerate() {
            check(schema, row).map_err(|reason| ForecastError::Row { row: index + 1, reason })?;
        }
        rows.sort_by(|left, right| (left.at, &left.service, &left.base).cmp(&(right.at, &right.service, &right.base)));
        Ok(Self { rows })
    }

    /// The rows, the oldest first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The oldest rows and the rest, of which there are about `share` of all; rows of one moment stay together.
    pub(crate) fn split(&self, share: f64) -> (&[Row], &[Row]) {
        let wanted = (self.rows.len() as f64 * (1.0 - share)).round() as usize;
        let moment = self.rows.get(wanted).map(|row| row.at);
        let cut = moment.map_or(self.rows.len(), |at| self.rows.partition_point(|row| row.at < at));
        self.rows.split_at(cut)
    }
}

fn check(schema: &Schema, row: &Row) -> Result<(), String> {
    if row.features.len() != schema.features.len() || row.prior.len() != schema.dimensions.len() {
        return Err(format!("{} features and {} priors do not fit", row.features.len(), row.prior.len()));
    }
    if let Some(place) = row.features.iter().position(|number| number.is_infinite()) {
        return Err(format!("feature `{}` is not finite", schema.features[place].name));
    }
    let impossible = |value: &f64| !value.is_finite() || *value < 0.0;
    if let Some(place) = row.prior.iter().position(impossible) {
        return Err(format!("the prior of `{}` is {}", schema.dimensions[place].id, row.prior[place]));
    }
    let Outcome::Measured(values) = &row.outcome else { return Ok(()) };
    if values.len() != schema.dimensions.len() {
        return Err(format!("{} measurements do not fit", values.len()));
    }
    match values.iter().position(|value| value.as_ref().is_some_and(impossible)) {
        Some(place) => Err(format!("`{}` cannot be {}", schema.dimensions[place].id, values[place].unwrap_or(0.0))),
        None => Ok(()),
    }
}
