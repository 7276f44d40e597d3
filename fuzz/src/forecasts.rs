//! Models of forecasts, which are files.

use mvi_forecast::{Ensemble, contributions, read_model, write_model};

/// Numbers of the rows that trees are walked with.
const WIDTH: usize = 3;

/// The bytes as a model: what is read is written the same. And as trees without the digest that guards them: what is
/// sound can be walked, and what it says of features is what it says in all.
pub fn forecast_model(bytes: &[u8]) {
    if let Ok(model) = read_model(bytes, None) {
        let written = write_model(&model).expect("what was read can be written");
        assert_eq!(read_model(&written, Some(&model.schema)).ok().as_ref(), Some(&model));
    }
    let Ok(trees) = serde_json::from_slice::<Ensemble>(bytes) else { return };
    if trees.check(WIDTH).is_err() {
        return;
    }
    for row in [[0.0; WIDTH], [f64::NAN; WIDTH], [1e9, -1e9, 0.5]] {
        let (told, parts) = (trees.predict(&row), contributions(&trees, &row));
        let largest = parts.iter().fold(told.abs().max(1.0), |largest, part| largest.max(part.abs()));
        assert!(told.is_finite() && parts.iter().all(|part| part.is_finite()), "{told} {parts:?}");
        assert!((parts.iter().sum::<f64>() - told).abs() <= largest, "{told} is not {parts:?}");
    }
}
