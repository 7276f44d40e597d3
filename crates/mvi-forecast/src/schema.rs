//! Features and dimensions by name, in their order; values become numbers here and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::ForecastError;

/// What a feature can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FeatureKind {
    /// A finite number.
    Number,
    /// Yes or no.
    Flag,
    /// One word of a list, whose order is its number.
    Category {
        /// The words.
        values: Vec<String>,
    },
}

/// A feature of a service, its Dockerfile or a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// What it can be.
    pub what: FeatureKind,
}

/// A measured dimension: forecasts are made of `ln(value + shift)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Its id in the standard, `size_mb`.
    pub id: String,
    /// Added before the logarithm, so that 0 can be measured.
    pub shift: f64,
}

impl Dimension {
    /// `ln(value + shift)`; a value at which that has no logarithm counts as one thousandth.
    pub fn log(&self, value: f64) -> f64 {
        (value + self.shift).max(1e-3).ln()
    }

    /// The value of a logarithm, never below 0.
    pub fn value(&self, log: f64) -> f64 {
        (log.exp() - self.shift).max(0.0)
    }
}

/// A value before it is a number.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A word.
    Text(String),
}

/// All features and dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The features, in the order of a row's numbers.
    pub features: Vec<Feature>,
    /// The dimensions, in the order of a row's measurements.
    pub dimensions: Vec<Dimension>,
}

/// Most features and dimensions.
const MOST: usize = 256;

impl Schema {
    /// Checks and keeps features and dimensions.
    ///
    /// # Errors
    /// [`ForecastError::Schema`] where names repeat, nothing is there, or there are more than 256.
    pub fn new(features: Vec<Feature>, dimensions: Vec<Dimension>) -> Result<Self, ForecastError> {
        let schema = Self { features, dimensions };
        schema.check()?;
        Ok(schema)
    }

    pub(crate) fn check(&self) -> Result<(), ForecastError> {
        let refuse = |reason: String| Err(ForecastError::Schema { reason });
        let counts = [self.features.len(), self.dimensions.len()];
        if counts.iter().any(|count| *count == 0 || *count > MOST) {
            return refuse(format!("{} features and {} dimensions", counts[0], counts[1]));
        }
        let names: BTreeSet<&str> = self.features.iter().map(|feature| feature.name.as_str()).collect();
        let ids: BTreeSet<&str> = self.dimensions.iter().map(|dimension| dimension.id.as_str()).collect();
        if names.len() != counts[0] || ids.len() != counts[1] {
            return refuse("a name is there twice".to_owned());
        }
        match self.dimensions.iter().find(|dimension| !dimension.shift.is_finite() || dimension.shift < 0.0) {
            Some(dimension) => refuse(format!("the shift of `{}` is {}", dimension.id, dimension.shift)),
            None => Ok(()),
        }
    }

    /// The schema's identity: `sha256:` over its JSON.
    pub fn digest(&self) -> String {
        // Plain structs of strings and finite numbers always have a JSON form.
        digest_of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// The numbers of a row, by feature; what is not given is missing, which is NaN and has a side of every split.
    ///
    /// A word that a category does not list is missing too: nothing was learnt about it.
    ///
    /// # Errors
    /// [`ForecastError::NotFinite`], [`ForecastError::Kind`], [`ForecastError::UnknownFeature`].
    pub fn encode(&self, values: &BTreeMap<String, Value>) -> Result<Vec<f64>, ForecastError> {
        if let Some(feature) = values.keys().find(|name| !self.features.iter().any(|known| known.name == **name)) {
            let known: Vec<&str> = self.features.iter().map(|feature| feature.name.as_str()).collect();
            return Err(ForecastError::UnknownFeature { feature: feature.clone(), known: known.join(", ") });
        }
        self.features.iter().map(|feature| feature.encode(values.get(&feature.name))).collect()
    }
}

impl Feature {
    fn encode(&self, value: Option<&Value>) -> Result<f64, ForecastError> {
        let Some(value) = value else { return Ok(f64::NAN) };
        let kind = |expected| Err(ForecastError::Kind { feature: self.name.clone(), expected });
        match (&self.what, value) {
            (FeatureKind::Number, Value::Number(number)) if number.is_finite() => Ok(*number),
            (FeatureKind::Number, Value::Number(_)) => Err(ForecastError::NotFinite { feature: self.name.clone() }),
            (FeatureKind::Flag, Value::Flag(flag)) => Ok(f64::from(u8::from(*flag))),
            (FeatureKind::Category { values }, Value::Text(word)) => {
                Ok(values.iter().position(|known| known == word).map_or(f64::NAN, |place| place as f64))
            }
            (FeatureKind::Number, Value::Flag(_) | Value::Text(_)) => kind("a number"),
            (FeatureKind::Flag, Value::Number(_) | Value::Text(_)) => kind("true or false"),
            (FeatureKind::Category { .. }, Value::Number(_) | Value::Flag(_)) => kind("a word"),
        }
    }
}

/// `sha256:` and 64 hex digits.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let feature = |name: &str, what| Feature { name: name.into(), what };
        let values = vec!["go".to_owned(), "python".to_owned()];
        Schema::new(
            vec![
                feature("deps", FeatureKind::Number),
                feature("ml", FeatureKind::Flag),
                feature("runtime", FeatureKind::Category { values }),
            ],
            vec![Dimension { id: "size_mb".into(), shift: 0.0 }],
        )
        .unwrap()
    }

    fn check(name: &str, value: Value, expected: &str) {
        let told = match schema().encode(&BTreeMap::from([(name.to_owned(), value)])) {
            Ok(numbers) => format!("{numbers:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn values_become_numbers_in_the_order_of_the_schema() {
        check("deps", Value::Number(3.0), "[3.0, NaN, NaN]");
        check("ml", Value::Flag(true), "[NaN, 1.0, NaN]");
        check("runtime", Value::Text("python".into()), "[NaN, NaN, 1.0]");
        check("runtime", Value::Text("cobol".into()), "[NaN, NaN, NaN]");
    }

    #[test]
    fn what_is_no_value_is_refused_by_name() {
        check(
            "deps",
            Value::Number(f64::NAN),
            "feature `deps` is not a finite number; leave it out when it is not known",
        );
        check("ml", Value::Number(1.0), "feature `ml` should be true or false");
        check("color", Value::Flag(true), "there is no feature `color`; known are deps, ml, runtime");
    }

    #[test]
    fn another_order_is_another_schema() {
        let mut other = schema();
        other.features.swap(0, 1);
        assert_ne!(schema().digest(), other.digest());
        assert_eq!(schema().digest(), schema().digest());
    }
}
