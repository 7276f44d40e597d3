//! Models in files: the same back, and clear words about those that were altered.

use mvi_forecast::{Dimension, ForecastError, Schema, read_model, write_model};

use crate::world::{history, schema, train};

#[test]
fn a_model_is_read_back_as_it_was() {
    for count in [0, 1, 600] {
        let model = train(&history(count), 2);
        let bytes = write_model(&model).unwrap();
        let again = read_model(&bytes, Some(&schema())).unwrap();
        assert_eq!(again, model);
        assert_eq!(write_model(&again).unwrap(), bytes);
    }
}

#[test]
fn any_changed_digit_is_found() {
    let text = String::from_utf8(write_model(&train(&history(200), 2)).unwrap()).unwrap();
    let places: Vec<usize> = text.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at).collect();
    for place in places.iter().step_by(places.len() / 40) {
        let mut bytes = text.clone().into_bytes();
        bytes[*place] = if bytes[*place] == b'7' { b'3' } else { b'7' };
        assert!(read_model(&bytes, None).is_err(), "byte {place} of {}", text.len());
    }
    let altered = text.replacen("\"min_builds_total\":150", "\"min_builds_total\":1", 1);
    assert!(matches!(read_model(altered.as_bytes(), None), Err(ForecastError::Altered { .. })));
}

#[test]
fn a_model_of_another_schema_is_refused() {
    let bytes = write_model(&train(&history(20), 1)).unwrap();
    let mut other = schema();
    other.features.swap(0, 2);
    let told = read_model(&bytes, Some(&other)).unwrap_err();
    assert!(matches!(told, ForecastError::OtherSchema { .. }), "{told}");
    let third = Schema::new(schema().features, vec![Dimension { id: "size_mb".into(), shift: 0.0 }]).unwrap();
    assert!(read_model(&bytes, Some(&third)).is_err());
}

#[test]
fn what_is_no_model_is_refused() {
    for text in ["", "{}", "[1]", "{\"format\":\"mvi-forecast/2\"}"] {
        let told = read_model(text.as_bytes(), None).unwrap_err();
        assert!(matches!(told, ForecastError::Unreadable(_)), "{told}");
    }
}
