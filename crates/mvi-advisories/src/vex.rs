//! VEX: what the makers of an image say about vulnerabilities in it. OpenVEX, CSAF VEX and CycloneDX.

mod csaf;
mod cyclonedx;
mod openvex;
mod product;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::product::{Product, SubjectNames};

/// Bytes of the longest document that is read.
pub const VEX_BYTES: u64 = 64 << 20;

/// What somebody says of a product and a vulnerability: OpenVEX 0.2.0, "Status Labels".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VexStatus {
    /// No action is needed.
    NotAffected,
    /// Something has to be done.
    Affected,
    /// This version has the fix.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

impl VexStatus {
    /// The word of OpenVEX.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        }
    }

    /// True when it says that a finding is none.
    #[must_use]
    pub fn clears(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexStatement {
    /// Names of the vulnerability.
    pub ids: Vec<String>,
    /// What it is about; a statement about nothing holds for nothing.
    pub products: Vec<Product>,
    /// What it says.
    pub status: VexStatus,
    /// Why, as a label of its standard.
    pub justification: Option<String>,
    /// Why or what to do, in words.
    pub text: Option<String>,
    /// When it was made: RFC 3339.
    pub at: Option<String>,
}

/// A document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VexDocument {
    /// The standard it keeps to: `OpenVEX`, `CSAF`, `CycloneDX`.
    pub standard: &'static str,
    /// Who says it; empty where it does not say.
    pub author: String,
    /// Its statements, the oldest first.
    pub statements: Vec<VexStatement>,
    /// Statements that were left out, and why: whoever reads it should know that something is missing.
    pub left_out: Vec<String>,
}

/// Why something is no document.
#[derive(Debug, Error)]
pub enum VexError {
    /// It is no JSON, or not of the shape its standard gives it.
    #[error("is not the JSON it should be: {0}")]
    Json(#[from] serde_json::Error),
    /// It is none of the standards.
    #[error("is neither OpenVEX, nor CSAF with product statuses, nor CycloneDX with vulnerabilities")]
    Unknown,
}

/// What tells the standards apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(default, rename = "@context")]
    context: serde_json::Value,
    #[serde(default)]
    bom_format: Option<String>,
    #[serde(default)]
    document: Option<serde::de::IgnoredAny>,
}

/// Reads a document, by its content.
///
/// # Errors
/// [`VexError`].
pub fn read_vex(bytes: &[u8]) -> Result<VexDocument, VexError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head: Head = serde_json::from_slice(bytes)?;
    let is_openvex = head.context.as_str().is_some_and(|context| context.contains("openvex"));
    let mut document = match head {
        _ if is_openvex => openvex::read(bytes)?,
        Head { bom_format: Some(format), .. } if format == "CycloneDX" => cyclonedx::read(bytes)?,
        Head { document: Some(_), .. } => csaf::read(bytes)?,
        Head { .. } => return Err(VexError::Unknown),
    };
    document.statements.sort_by(|left, right| left.at.cmp(&right.at));
    Ok(document)
}

impl VexDocument {
    /// The last of its statements that is about one of these vulnerabilities in this package of this image.
    #[must_use]
    pub fn about(&self, ids: &[&str], package: &str, subject: &SubjectNames<'_>) -> Option<&VexStatement> {
        let is_about = |statement: &&VexStatement| {
            statement.ids.iter().any(|id| ids.contains(&id.as_str()))
                && statement.products.iter().any(|product| product.covers(package, subject))
        };
        self.statements.iter().rev().find(is_about)
    }
}

#[cfg(test)]
mod tests;
