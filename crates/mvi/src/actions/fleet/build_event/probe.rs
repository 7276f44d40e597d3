//! What a probe showed: the report of `mvi probe`, or the bare numbers.

use serde_json::Value;

use super::super::super::examine::Examined;
use super::super::FleetFailure;
use crate::report::build_event::Values;

/// The dimensions that were measured by running an image.
#[derive(Debug, Default)]
pub(crate) struct Probed {
    /// `startup_ms` and `mem_mb`, as far as they were measured.
    pub values: Values,
    /// How often.
    pub repetitions: Option<u32>,
    /// What to know about them.
    pub notes: Vec<String>,
}

/// How long an image is at rest before its memory counts, by the standard, in ms.
const SETTLED: f64 = 10_000.0;

impl Probed {
    /// Reads a probe of this image: `mvi-probe/1`, or `{"startup_ms": …, "mem_mb": …, "runs": …}`.
    ///
    /// # Errors
    /// A document that is neither, or that is of another image.
    pub(super) fn read(document: &Value, examined: &Examined) -> Result<Self, FleetFailure> {
        if document["schema"] == "mvi-probe/1" {
            return Self::read_report(document, examined);
        }
        let mut probed = Self::default();
        Self::set(&mut probed.values, "startup_ms", document["startup_ms"].as_f64());
        Self::set(&mut probed.values, "mem_mb", document["mem_mb"].as_f64());
        probed.repetitions = document["runs"].as_u64().and_then(|runs| runs.try_into().ok());
        if probed.values.is_empty() {
            let text = "the probe has neither startup_ms nor mem_mb; it is the JSON of mvi probe, or has these numbers";
            return Err(FleetFailure::Usage(text.to_owned()));
        }
        Ok(probed)
    }

    fn read_report(document: &Value, examined: &Examined) -> Result<Self, FleetFailure> {
        let digests = [&examined.image.manifest_digest, &examined.image.config_digest];
        let digests: Vec<String> = digests.into_iter().flatten().map(ToString::to_string).collect();
        let is_ours = |image: &&Value| {
            let names = ["manifest_digest", "config_digest"].map(|key| image["image"][key].as_str());
            names.into_iter().flatten().any(|digest| digests.iter().any(|ours| ours == digest))
        };
        let images = document["images"].as_array().into_iter().flatten();
        let image = images.clone().find(is_ours);
        let image = image.ok_or_else(|| {
            FleetFailure::Usage("the probe is of another image: no digest of it is this image's".to_owned())
        })?;
        let measures = &image["measures"];
        let mut probed = Self::default();
        Self::set(&mut probed.values, "startup_ms", measures["startup_ms"]["median"].as_f64());
        Self::set(&mut probed.values, "mem_mb", measures["steady_mb"]["median"].as_f64());
        let runs = measures["startup_ms"]["values"].as_array().map(Vec::len);
        probed.repetitions = runs.and_then(|runs| runs.try_into().ok());
        if probed.values.is_empty() {
            probed.notes.push("the probe measured nothing of this image".to_owned());
        }
        let settled = document["settle_ms"].as_f64().filter(|settled| *settled < SETTLED);
        if let Some(settled) = settled.filter(|_| probed.values.contains_key("mem_mb")) {
            probed.notes.push(format!("memory was looked at {settled} ms after readiness; the standard asks for 10 s"));
        }
        Ok(probed)
    }
}
