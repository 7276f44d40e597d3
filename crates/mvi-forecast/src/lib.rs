//! Forecasts of what a service measures on a base, learnt from builds, on plain numbers; images are unknown here.
//!
//! Image Standard V13, forecasting: five regressors of the residual over a prior, split-conformal intervals, Shapley
//! values as factors, a gate that says when the prior decides instead, and a decision that keeps what is there unless
//! the gain is real. Time and randomness are arguments; the same rows give the same model, whatever the threads.

mod booster;
mod case;
mod conformal;
mod decide;
mod error;
mod evaluate;
mod forecast;
mod model;
mod row;
mod schema;
mod settings;
mod shapley;
mod train;
mod tree;
mod trust;

pub use booster::{Booster, Forust, Goal, Task};
pub use case::Case;
pub use conformal::{Calibration, RuntimeCalibration, half_width};
pub use decide::{Decision, DecisionKind, Ranked, decide};
pub use error::ForecastError;
pub use evaluate::{Baseline, DimensionError, Evaluation, MethodScore, evaluate};
pub use forecast::{By, Candidate, DimensionForecast, Factor, Forecast, forecast};
pub use model::{FORMAT, read_model, write_model};
pub use row::{History, Outcome, Row, Source};
pub use schema::{Dimension, Feature, FeatureKind, Schema, Value};
pub use settings::Settings;
pub use shapley::contributions;
pub use train::{Model, Trainer};
pub use tree::{Ensemble, Node, Tree};
pub use trust::{Backtest, Doubt, Trust};

/// What a set of dimensions costs: the pressure over those that are there, in the schema's order; nothing when none is.
pub type Pressure<'a> = dyn Fn(&[Option<f64>]) -> Option<f64> + Sync + 'a;
