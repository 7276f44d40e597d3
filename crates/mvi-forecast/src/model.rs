//! Models as JSON: written the same for the same, and nothing of a file is used before all of it was checked.

use serde::{Deserialize, Serialize};

use crate::conformal::Calibration;
use crate::error::ForecastError;
use crate::schema::{Schema, digest_of};
use crate::settings::Settings;
use crate::train::Model;
use crate::tree::Ensemble;
use crate::trust::Trust;

/// The format that is written and read.
pub const FORMAT: &str = "mvi-forecast/1";

/// Most bytes of a model.
const MOST_BYTES: usize = 64 << 20;

/// A model as it lies in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: String,
    /// Digest of the feature schema.
    schema: String,
    /// Digest of the JSON of `model`.
    digest: String,
    model: Body,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    schema: Schema,
    settings: Settings,
    booster: String,
    calibration: Calibration,
    trust: Trust,
    classifier: Option<Ensemble>,
    regressors: Vec<Option<Ensemble>>,
}

/// The bytes of a model, the same for the same model.
///
/// # Errors
/// [`ForecastError::Unreadable`] for numbers JSON has no word for.
pub fn write_model(model: &Model) -> Result<Vec<u8>, ForecastError> {
    let model = model.clone();
    let body = Body {
        schema: model.schema,
        settings: model.settings,
        booster: model.booster,
        calibration: model.calibration,
        trust: model.trust,
        classifier: model.classifier,
        regressors: model.regressors,
    };
    let digest = digest_of(&serde_json::to_vec(&body).map_err(ForecastError::Unreadable)?);
    let kept = Kept { format: FORMAT.to_owned(), schema: body.schema.digest(), digest, model: body };
    serde_json::to_vec(&kept).map_err(ForecastError::Unreadable)
}

/// The model of a file, if it is whole and for `wanted`; any schema where that is nothing.
///
/// # Errors
/// [`ForecastError::Unreadable`], [`ForecastError::Altered`], [`ForecastError::OtherSchema`],
/// [`ForecastError::Unsound`].
pub fn read_model(bytes: &[u8], wanted: Option<&Schema>) -> Result<Model, ForecastError> {
    let unsound = |reason: String| ForecastError::Unsound { reason };
    if bytes.len() > MOST_BYTES {
        return Err(unsound(format!("it has {} bytes, {MOST_BYTES} is the end", bytes.len())));
    }
    let Kept { format, schema: said, digest, model: body } =
        serde_json::from_slice(bytes).map_err(ForecastError::Unreadable)?;
    if format != FORMAT {
        return Err(unsound(format!("its format is `{format}`, and `{FORMAT}` is read")));
    }
    let found = digest_of(&serde_json::to_vec(&body).map_err(ForecastError::Unreadable)?);
    if found != digest {
        return Err(ForecastError::Altered { said: digest, found });
    }
    let own = body.schema.digest();
    if own != said {
        return Err(ForecastError::Altered { said, found: own });
    }
    if let Some(wanted) = wanted.map(Schema::digest).filter(|wanted| *wanted != said) {
        return Err(ForecastError::OtherSchema { said, wanted });
    }
    body.check()?;
    Ok(Model {
        schema: body.schema,
        settings: body.settings,
        booster: body.booster,
        regressors: body.regressors,
        classifier: body.classifier,
        calibration: body.calibration,
        trust: body.trust,
    })
}

impl Body {
    /// A digest says that nobody slipped; that it makes sense is looked at beside.
    fn check(&self) -> Result<(), ForecastError> {
        let unsound = |reason: String| Err(ForecastError::Unsound { reason });
        self.schema.check()?;
        self.settings.check()?;
        let (features, dimensions) = (self.schema.features.len(), self.schema.dimensions.len());
        if self.regressors.len() != dimensions {
            return unsound(format!("{} regressors for {dimensions} dimensions", self.regressors.len()));
        }
        for trees in self.regressors.iter().chain([&self.classifier]).flatten() {
            trees.check(features)?;
        }
        let impossible = |width: &f64| !width.is_finite() || *width < 0.0;
        for (runtime, known) in &self.calibration.runtimes {
            let mut widths = known.dimensions.iter().chain([&known.pressure, &known.pair]).flatten();
            if known.dimensions.len() != dimensions || widths.any(impossible) {
                return unsound(format!("the intervals of {runtime} do not fit"));
            }
        }
        Ok(())
    }
}
