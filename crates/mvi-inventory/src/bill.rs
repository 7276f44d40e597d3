//! Bills of materials that others wrote, read back as an inventory: CycloneDX, SPDX 2 and 3, and this program's own.

mod cyclonedx;
mod entry;
mod own;
mod spdx3;
mod spdx_json;
mod spdx_tag_value;

use mvi_image::{Gap, GapCode};
use serde::Deserialize;
use thiserror::Error;

use self::entry::Entry;
use crate::inventory::Inventory;
use crate::parse::os_release::OsRelease;

/// Bytes of the longest bill that is read.
pub const BILL_BYTES: u64 = 512 << 20;

/// Entries without a package URL that are named one by one.
const MOST_NAMED: usize = 20;

/// What a bill says.
#[derive(Debug, Clone, Default)]
pub struct Bill {
    /// The standard it keeps to, as it says: `CycloneDX 1.6`, `SPDX-2.3`, `SPDX-3.0.1`, `mvi-sbom/1`.
    pub standard: String,
    /// What it is about; empty where it does not say.
    pub subject: String,
    /// When it was made, as it says.
    pub created: Option<String>,
    /// Its packages and the operating system. Nobody knows of bytes, of files and of who asked for them.
    pub inventory: Inventory,
    /// Instructions of the image's layers, base first, as far as the bill has them.
    pub instructions: Vec<Option<String>>,
    /// True when it says of any package which layer brought it.
    pub has_layers: bool,
    /// Entries without a package URL.
    pub nameless: usize,
}

/// Why something is no bill.
#[derive(Debug, Error)]
pub enum BillError {
    /// It is JSON, or should be, and cannot be read.
    #[error("is not the JSON it should be: {0}")]
    Json(#[from] serde_json::Error),
    /// It is no bill that is known.
    #[error("is neither CycloneDX, nor SPDX, nor a bill that this program wrote")]
    Unknown,
}

/// What tells the kinds of JSON bills apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(default)]
    bom_format: Option<String>,
    #[serde(default)]
    spdx_version: Option<String>,
    #[serde(default)]
    schema: Option<String>,
    #[serde(default, rename = "@graph")]
    graph: Option<serde::de::IgnoredAny>,
}

/// Reads a bill of any of the kinds that are known, by its content. Entries that are no packages are passed over; those
/// that have no package URL are gaps.
///
/// # Errors
/// [`BillError`].
pub fn read_bill(bytes: &[u8]) -> Result<Bill, BillError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if bytes.first() != Some(&b'{') {
        return match spdx_tag_value::read(&String::from_utf8_lossy(bytes)) {
            Some(listed) => Ok(listed.bill()),
            None => Err(BillError::Unknown),
        };
    }
    let head: Head = serde_json::from_slice(bytes)?;
    match head {
        Head { bom_format: Some(format), .. } if format == "CycloneDX" => Ok(cyclonedx::read(bytes)?.bill()),
        Head { spdx_version: Some(_), .. } => Ok(spdx_json::read(bytes)?.bill()),
        Head { schema: Some(schema), .. } if schema.starts_with("mvi-sbom/") => own::read(bytes),
        Head { graph: Some(_), .. } => Ok(spdx3::read(bytes)?.ok_or(BillError::Unknown)?.bill()),
        Head { .. } => Err(BillError::Unknown),
    }
}

/// What the standards have in common.
#[derive(Default)]
struct Listed {
    standard: String,
    subject: String,
    created: Option<String>,
    os: Option<OsRelease>,
    entries: Vec<Entry>,
}

impl Listed {
    fn bill(self) -> Bill {
        let mut inventory = Inventory::default();
        let mut instructions = Vec::new();
        let mut nameless = Vec::new();
        let has_layers = self.entries.iter().any(|entry| entry.layer.is_some());
        for entry in self.entries {
            if let (Some(layer), Some(instruction)) = (entry.layer, &entry.instruction) {
                // A bill may name any number; images have fewer than 128 layers, those of real engines.
                let layer = layer as usize;
                if layer < 1024 {
                    instructions.resize(instructions.len().max(layer + 1), None);
                    instructions[layer] = Some(instruction.clone());
                }
            }
            match entry.package() {
                Some(package) => inventory.packages.push(package),
                None => nameless.push(entry.name),
            }
        }
        inventory.os = self.os.or_else(|| entry::os_of(&inventory.packages));
        inventory.packages.sort_by(|left, right| {
            let key = |it: &crate::Package| (it.ecosystem, it.name.clone(), it.version.clone(), it.record.clone());
            key(left).cmp(&key(right))
        });
        for name in nameless.iter().take(MOST_NAMED) {
            let text = format!("`{name}` has no package URL: nothing can be looked up about it");
            inventory.gaps.push(Gap::whole(GapCode::Database, text));
        }
        if let Some(more) = nameless.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            inventory.gaps.push(Gap::whole(GapCode::Database, format!("{more} more entries have no package URL")));
        }
        let Self { standard, subject, created, .. } = self;
        Bill { standard, subject, created, inventory, instructions, has_layers, nameless: nameless.len() }
    }
}

#[cfg(test)]
mod tests;
