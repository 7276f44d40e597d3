//! What can be wrong with features, histories and models.

use thiserror::Error;

/// Why there is no forecast.
#[derive(Debug, Error)]
pub enum ForecastError {
    /// A feature that is no number.
    #[error("feature `{feature}` is not a finite number; leave it out when it is not known")]
    NotFinite {
        /// Its name.
        feature: String,
    },
    /// A feature of the wrong kind.
    #[error("feature `{feature}` should be {expected}")]
    Kind {
        /// Its name.
        feature: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A feature that the schema does not know.
    #[error("there is no feature `{feature}`; known are {known}")]
    UnknownFeature {
        /// Its name.
        feature: String,
        /// All names, with commas.
        known: String,
    },
    /// A schema that cannot be.
    #[error("the feature schema is unsound: {reason}")]
    Schema {
        /// Why.
        reason: String,
    },
    /// A row of the history that cannot be.
    #[error("build {row} of the history: {reason}")]
    Row {
        /// Its place in the history, from 1.
        row: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Training failed.
    #[error("the trees for `{target}` could not be trained: {reason}")]
    Training {
        /// Which model.
        target: String,
        /// What the booster says.
        reason: String,
    },
    /// A model that is no JSON of ours.
    #[error("the model is not readable; train it again")]
    Unreadable(#[source] serde_json::Error),
    /// A model that somebody altered.
    #[error("the model was altered: it says {said} and its content is {found}; train it again")]
    Altered {
        /// The digest in the file.
        said: String,
        /// The digest of what is in it.
        found: String,
    },
    /// A model of other features.
    #[error("the model is for the feature schema {said}, and {wanted} is in use; train it again")]
    OtherSchema {
        /// The schema of the model.
        said: String,
        /// The schema in use.
        wanted: String,
    },
    /// A model of another version or of impossible content.
    #[error("the model is unsound: {reason}; train it again")]
    Unsound {
        /// Why.
        reason: String,
    },
}
