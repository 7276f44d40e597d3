//! What was measured of an image, by the standard's dimension ids.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Measured values by dimension id, each in its dimension's unit; what is not there was not measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Measurements {
    values: BTreeMap<String, f64>,
}

impl Measurements {
    /// A size in MB and nothing else.
    pub fn of_size(size_mb: f64) -> Self {
        let mut measurements = Self::default();
        measurements.set(super::SIZE, size_mb);
        measurements
    }

    /// Records a value. One that is negative or not finite is no measurement and is not kept.
    pub fn set(&mut self, dimension: &str, value: f64) {
        if value.is_finite() && value >= 0.0 {
            self.values.insert(dimension.to_owned(), value);
        }
    }

    /// The value of a dimension.
    pub fn get(&self, dimension: &str) -> Option<f64> {
        self.values.get(dimension).copied().filter(|value| value.is_finite() && *value >= 0.0)
    }

    /// Measured dimensions with their values, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.values.iter().map(|(id, value)| (id.as_str(), *value))
    }

    /// Only the dimensions that the other one has too.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let both = self.values.iter().filter(|(id, _)| other.values.contains_key(*id));
        Self { values: both.map(|(id, value)| (id.clone(), *value)).collect() }
    }
}
