//! Refuses facts that could not be kept: numbers JSON cannot hold, texts without end, chains without end.

use mvi_image::{Algorithm, Digest};

use crate::bytes::EXACT;
use crate::error::{Fault, Result};
use crate::fact::{Contents, DecisionFacts, Fact, ImageFacts, LayerOfImage, canonical};

/// Layers of one image; overlay file systems end at 127 to 500.
const LAYERS: usize = 4096;
/// Packages and removals of one layer.
const PACKAGES: usize = 1_000_000;
/// Bytes of one text.
const TEXT: usize = 8192;
/// Items of any other list.
const ITEMS: usize = 100_000;

pub(super) fn fact(fact: &Fact) -> Result<()> {
    let subject = fact.subject();
    text(&subject, "its subject", &subject)?;
    match fact {
        Fact::Layer(contents) => layer(contents),
        Fact::Image(facts) => image(facts),
        Fact::Judgement(judgement) => {
            let numbers = [judgement.pressure, judgement.coverage].into_iter().flatten();
            numbers.into_iter().try_for_each(|value| finite(&subject, "pressure or coverage", value))?;
            match judgement.segment {
                Some(segment) if segment > 63 => {
                    Err(Fault::refused(subject, format!("segment {segment} is not 0 to 63")))
                }
                _ => Ok(()),
            }
        }
        Fact::Lineage(lineage) => text(&subject, "its base", &lineage.parent),
        Fact::Vulnerability(vulnerability) => {
            count(&subject, "affected packages", vulnerability.affects.len(), ITEMS)?;
            count(&subject, "aliases", vulnerability.aliases.len(), ITEMS)?;
            count(&subject, "words on what it is about", vulnerability.about.len(), ITEMS)?;
            vulnerability.affects.iter().try_for_each(|affected| text(&subject, "a package URL", &affected.purl))
        }
        Fact::Run(run) => {
            text(&subject, "its cluster", &run.cluster)?;
            count(&subject, "nodes", run.nodes.len(), ITEMS)?;
            size(&subject, "pods", Some(run.pods))
        }
        Fact::Organism(organism) => {
            crate::gid::check(&organism.gid)?;
            organism.dimensions.iter().try_for_each(|(name, value)| finite(&subject, name, *value))
        }
        Fact::Crq(crq) | Fact::Lapsed(crq) => size(&subject, "its revision", Some(crq.revision)),
        Fact::Decision(decision) => {
            text(&subject, "its service", &decision.service)?;
            text(&subject, "its base", &decision.requested)?;
            digest(decision)
        }
        Fact::Build(_) | Fact::Retired(_) | Fact::Rom(_) | Fact::Standard(_) => Ok(()),
    }
}

/// Refuses a decision whose digest is not that of its record.
fn digest(decision: &DecisionFacts) -> Result<()> {
    let found = Digest::of(Algorithm::Sha256, canonical(&decision.document)?.as_bytes());
    if found == decision.digest {
        return Ok(());
    }
    Err(Fault::refused(&decision.id, format!("its record has the digest {found}, not {}", decision.digest)))
}

fn layer(contents: &Contents) -> Result<()> {
    let subject = contents.diff_id.to_string();
    count(&subject, "packages", contents.provides.len().max(contents.removes.len()), PACKAGES)?;
    let purls = contents.provides.iter().map(|package| &package.purl).chain(&contents.removes);
    purls.into_iter().try_for_each(|purl| text(&subject, "a package URL", purl))
}

fn image(image: &ImageFacts) -> Result<()> {
    let subject = image.digest.to_string();
    text(&subject, "its reference", &image.reference)?;
    text(&subject, "its repository", &image.repository)?;
    text(&subject, "its platform", &image.platform)?;
    count(&subject, "layers", image.layers.len(), LAYERS)?;
    let sizes = [image.sizes.transfer, image.sizes.unpacked, image.sizes.effective, image.sizes.wasted];
    let of_layer = |layer: &LayerOfImage| [layer.transfer, layer.unpacked];
    let all = sizes.into_iter().chain(image.layers.iter().flat_map(of_layer));
    all.into_iter().try_for_each(|bytes| size(&subject, "a size", bytes))?;
    image.bases.iter().try_for_each(|claim| text(&subject, "a declared base", &claim.parent))?;
    image.dimensions.iter().try_for_each(|(name, value)| finite(&subject, name, *value))
}

/// Refuses contents that are another layer's than the one they stand at.
pub(crate) fn contents(image: &ImageFacts) -> Result<()> {
    for layer in &image.layers {
        let Some(contents) = &layer.contents else { continue };
        if contents.diff_id != layer.diff_id {
            let reason = format!("contents of {} stand at {}", contents.diff_id, layer.diff_id);
            return Err(Fault::refused(image.digest.to_string(), reason));
        }
    }
    Ok(())
}

fn text(subject: &str, what: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        return Err(Fault::refused(subject, format!("{what} is empty")));
    }
    if value.len() > TEXT {
        let start: String = subject.chars().take(160).collect();
        return Err(Fault::refused(start, format!("{what} has {} bytes, {TEXT} is the end", value.len())));
    }
    Ok(())
}

fn count(subject: &str, what: &str, found: usize, most: usize) -> Result<()> {
    if found > most {
        return Err(Fault::refused(subject, format!("{found} {what}, {most} is the end")));
    }
    Ok(())
}

fn size(subject: &str, what: &str, value: Option<u64>) -> Result<()> {
    match value {
        Some(value) if value > EXACT => Err(Fault::refused(subject, format!("{what} is {value}, beyond 2^53 - 1"))),
        _ => Ok(()),
    }
}

fn finite(subject: &str, what: &str, value: f64) -> Result<()> {
    if value.is_finite() { Ok(()) } else { Err(Fault::refused(subject, format!("{what} is not a finite number"))) }
}
