//! CISA's catalogue of vulnerabilities that were exploited.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::FeedKind;
use crate::import::Intake;

/// The feed's name.
pub(crate) const FEED: &str = "kev";

/// What the catalogue says of one vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploited {
    /// The day it came into the catalogue, `YYYY-MM-DD`.
    pub added: String,
    /// The day until which United States agencies had to act.
    pub due: String,
    /// Known to be used to extort money.
    pub ransomware: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalogue {
    #[serde(default)]
    date_released: Option<String>,
    vulnerabilities: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "cveID")]
    cve: String,
    #[serde(default)]
    date_added: String,
    #[serde(default)]
    due_date: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
}

/// Takes in the catalogue; what is counted are its rows.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn read(intake: &mut Intake<'_>, bytes: &[u8]) -> Result<(), String> {
    let catalogue: Catalogue = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    intake.begin(FEED, FeedKind::Kev, true);
    intake.dated(FEED, catalogue.date_released.as_deref());
    for (at, row) in catalogue.vulnerabilities.into_iter().enumerate() {
        match serde_json::from_value::<Row>(row) {
            Ok(row) if row.cve.starts_with("CVE-") => {
                let ransomware = row.known_ransomware_campaign_use == "Known";
                intake.exploited(FEED, row.cve, Exploited { added: row.date_added, due: row.due_date, ransomware });
            }
            Ok(row) => intake.reject(&format!("row {}", at + 1), format!("`{}` is no CVE", row.cve)),
            Err(error) => intake.reject(&format!("row {}", at + 1), error.to_string()),
        }
    }
    Ok(())
}
