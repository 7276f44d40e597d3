//! Loading a standard: TOML, what it extends, its schema, its digest; files are read by the caller.

mod bases;
mod error;
mod fixed;
pub(crate) mod keys;
mod merge;
pub(crate) mod parse;
pub(crate) mod schema;

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use bases::{Bases, KnownBase};
pub(crate) use error::list;
pub use error::{LoadError, Violation};

use crate::standard::Standard;

/// Finds the text of a standard that another one extends, by the name it gives; the error says what was tried.
pub type Resolve<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// Name of the standard that is built in.
pub const BUILTIN: &str = "V13";

/// The built-in standard as its file.
pub const BUILTIN_TOML: &str = include_str!("../data/standard-v13.toml");

/// Every standard that is built in, by the name it is asked for and extended by: V13, which judges by default, and
/// the draft of the next one.
pub const BUILTINS: &[(&str, &str)] =
    &[(BUILTIN, BUILTIN_TOML), ("V14-draft", include_str!("../data/standard-v14-draft.toml"))];

/// The JSON Schema (2020-12) that every standard follows, extensions resolved.
pub const SCHEMA_JSON: &str = include_str!("../data/standard.schema.json");

impl Standard {
    /// The built-in Image Standard V13.
    ///
    /// # Errors
    ///
    /// [`LoadError`] never happens with the embedded file. That it follows the schema is a test, not a step of every
    /// run: checking takes longer than all other loading.
    pub fn builtin() -> Result<Self, LoadError> {
        Self::freeze(merge::resolved(BUILTIN_TOML.as_bytes(), &|name| Err(format!("`{name}` is not asked for")))?)
    }

    /// A built-in standard by its name, `V13` or `V14-draft`; nothing for a name that none has.
    ///
    /// # Errors
    ///
    /// As [`Standard::builtin`].
    pub fn builtin_named(name: &str) -> Option<Result<Self, LoadError>> {
        let (_, toml) = BUILTINS.iter().find(|(known, _)| *known == name)?;
        let resolved = merge::resolved(toml.as_bytes(), &|name| Err(format!("`{name}` is not built in")));
        Some(resolved.and_then(Self::freeze))
    }

    /// Loads a standard from the bytes of its TOML file.
    ///
    /// `extends = "V13"` means a built-in standard, as does every name of [`BUILTINS`]; any other name is handed to `resolve`. An entry of the
    /// extending file replaces the fields it names in the entry with the same key; plain tables merge field by field;
    /// `disable = ["row:go-static"]` takes entries away first, so that one can be disabled and written anew.
    ///
    /// # Errors
    ///
    /// [`LoadError`]: bytes that are not UTF-8 or not TOML (with line and column), an extension that cannot be found,
    /// runs in a circle or is deeper than 8, a `disable` or key that fits nothing, and every place where the result
    /// does not follow the schema.
    pub fn load(toml: &[u8], resolve: Resolve<'_>) -> Result<Self, LoadError> {
        let merged = merge::resolved(toml, resolve)?;
        schema::check(SCHEMA_JSON, &merged)?;
        Self::freeze(merged)
    }

    /// The typed tables and the identity of a document that follows the schema.
    fn freeze(merged: Value) -> Result<Self, LoadError> {
        let mut standard: Self =
            serde_json::from_value(merged.clone()).map_err(|source| LoadError::Shape { source })?;
        fixed::check(&standard)?;
        standard.digest = digest(&merged)?;
        standard.document = merged;
        Ok(standard)
    }
}

/// The identity of a document: `sha256:` over its canonical JSON, RFC 8785.
fn digest(document: &Value) -> Result<String, LoadError> {
    let canonical = serde_json_canonicalizer::to_vec(document).map_err(|source| LoadError::Canonical { source })?;
    let hex: String = Sha256::digest(&canonical).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sha256:{hex}"))
}

#[cfg(test)]
mod tests;
