//! Lets what was computed stand as what is declared, where it is better: D-STALE.

use mvi_fleet::ImageFacts;
use mvi_standard::Verdict;

use super::dossier::Dossier;
use super::{FleetFailure, Memory};
use crate::report::fleet::{AcceptReport, Accepted};

/// Accepts the computed verdict of images, or of all where none is named. One that is not better is a refusal where it
/// was named.
///
/// # Errors
/// [`FleetFailure::Usage`] for an image with nothing to accept, [`FleetFailure::Store`].
pub(crate) fn accept(memory: &mut Memory<'_>, names: &[String]) -> Result<AcceptReport, FleetFailure> {
    let mut found: Vec<ImageFacts> = Vec::new();
    if names.is_empty() {
        memory.store.all_facts(|image| {
            found.push(image);
            true
        })?;
    }
    for name in names {
        found.push(memory.store.facts(name)?);
    }
    let (mut accepted, mut changed) = (Vec::new(), Vec::new());
    for mut image in found {
        let judged = memory.judged(&image)?;
        let stale = judged.findings.iter().any(|finding| finding.code == "D-STALE");
        let mut dossier = Dossier::of(&image)?;
        let (Some(declared), true) = (dossier.declared.as_mut(), stale) else {
            if names.is_empty() {
                continue;
            }
            let text =
                format!("{} declares nothing worse than what is computed; there is nothing to accept", image.reference);
            return Err(FleetFailure::Usage(text));
        };
        let verdict = judged.judgement.verdict;
        accepted.push(Accepted {
            reference: image.reference.clone(),
            declared: judged.effective.declared.unwrap_or(Verdict::Unmeasured),
            accepted: verdict,
        });
        declared.declared_verdict = Some(verdict);
        declared.declared_base_status = declared.declared_base_status.map(|_| verdict);
        dossier.keep(&mut image)?;
        changed.push(image);
    }
    memory.tell(&changed)?;
    Ok(AcceptReport { schema: "mvi-fleet-accept/1", accepted })
}
