//! Documents that have to follow a schema.

use serde_json::Value;

/// Reads a document, which has to follow a schema.
pub(crate) fn follow(schema: &str, document: &[u8]) -> Value {
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    // The pattern for languages in OASIS's schema is no regular expression: a bracket too many.
    for owner in ["run", "toolComponent"] {
        if let Some(language) = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")) {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    let document: Value = serde_json::from_slice(document).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    document
}
