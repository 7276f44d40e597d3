//! Reads images as an audit does and tells the fleet what was found in them.

use mvi_fleet::{ImageFacts, Scope};
use mvi_image::{Digest, Image, ImageError, Location};
use mvi_standard::Severity;
use mvi_standard::judge::Finding;

use super::super::audit::unreadable;
use super::super::examine::Examiner;
use super::super::vulns::{VulnsOptions, all_severities, vulns};
use super::dossier::Dossier;
use super::lineage::stand_in_digest;
use super::recorded::{Naming, image_facts};
use super::{FleetFailure, Memory};
use crate::report::Unreadable;
use crate::report::fleet::{Change, RecordReport, RecordedImage};

/// What reading an image came to.
pub(super) enum Read {
    /// It was read.
    New {
        /// What was found.
        facts: Box<ImageFacts>,
        /// Why its advisories were not counted, where that was asked for.
        cve_unknown: Option<String>,
    },
    /// It was recorded before and not read again.
    Known(Digest),
    /// It was built before the images that were asked for.
    TooOld,
}

/// Whether images that are known are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// They are.
    Yes,
    /// Their digest says that nothing changed.
    No,
}

/// Records images one after the other; what cannot be read is reported beside the rest.
///
/// # Errors
/// [`FleetFailure`] where the fleet cannot be told; images told before that stay.
pub(crate) fn record(
    memory: &mut Memory<'_>,
    examiner: &Examiner<'_>,
    locations: &[Location],
    (naming, again, advisories): (&Naming, Again, Option<&VulnsOptions<'_>>),
) -> Result<RecordReport, FleetFailure> {
    let mut report = RecordReport { schema: "mvi-fleet-record/1", images: Vec::new(), unreadable: Vec::new() };
    for location in locations {
        let images = match examiner.open(location) {
            Ok(images) => images,
            Err(error) => {
                report.unreadable.push(unreadable(location.to_string(), &error));
                continue;
            }
        };
        for image in images {
            // A name or an organism that is given, and what advisories say today, is news even about an image that is known.
            let again =
                if naming.name.is_some() || naming.gid.is_some() || advisories.is_some() { Again::Yes } else { again };
            let known = again == Again::No && image.digest().is_some_and(|digest| is_recorded(memory, digest));
            let digest = image.digest().filter(|_| known).cloned();
            let read = match digest {
                Some(digest) => Ok(Read::Known(digest)),
                None => read(memory.law.standard, examiner, image, (location, naming, advisories)),
            };
            match read {
                Ok(read) => report.images.extend(tell(memory, location, read)?),
                Err(complaint) => report.unreadable.push(complaint),
            }
        }
    }
    Ok(report)
}

/// Reads an image that was opened.
///
/// # Errors
/// What to say about one that cannot be read.
pub(super) fn read(
    standard: &mvi_standard::Standard,
    examiner: &Examiner<'_>,
    image: Image,
    (location, naming, advisories): (&Location, &Naming, Option<&VulnsOptions<'_>>),
) -> Result<Read, Unreadable> {
    let complain = |error: &ImageError| unreadable(location.to_string(), error);
    let examined = examiner.examine(image).map_err(|error| complain(&error))?;
    let mut facts = image_facts(standard, &examined, location, naming).map_err(|error| Unreadable {
        source: location.to_string(),
        code: "E-UNFIT",
        message: error.to_string(),
        is_usage: true,
    })?;
    let counted = advisories.map(|asked| {
        let report = vulns(&examined, asked).map_err(|error| error.to_string())?;
        all_severities(&report)
    });
    let cve_unknown = match counted {
        Some(Ok(count)) => {
            facts.dimensions.insert(CVE_COUNT.to_owned(), f64::from(count));
            None
        }
        Some(Err(why)) => Some(why),
        None => None,
    };
    Ok(Read::New { facts: Box::new(facts), cve_unknown })
}

/// The dimension that counts advisories.
const CVE_COUNT: &str = "cve_count";

/// True for an image whose layers the fleet has.
pub(super) fn is_recorded(memory: &Memory<'_>, digest: &Digest) -> bool {
    memory.store.facts(&digest.to_string()).is_ok_and(|facts| !facts.layers.is_empty())
}

/// Tells the fleet about an image, with what its owner declared before; a stand-in for it counts no more.
///
/// # Errors
/// [`FleetFailure`].
pub(super) fn tell(
    memory: &mut Memory<'_>,
    location: &Location,
    read: Read,
) -> Result<Option<RecordedImage>, FleetFailure> {
    let mut uncounted = None;
    let (image, change, new_layers) = match read {
        Read::TooOld => return Ok(None),
        Read::Known(digest) => (memory.store.facts(&digest.to_string())?, Change::Same, 0),
        Read::New { facts, cve_unknown } => {
            uncounted = cve_unknown;
            let mut image = *facts;
            let mut told = adopt(memory, &mut image)?;
            let change = match memory.store.facts(&image.digest.to_string()) {
                Ok(_) => Change::Changed,
                Err(_) => Change::New,
            };
            told.push(image.clone());
            let done = memory.tell(&told)?;
            let last = done.last();
            let change = if last.is_some_and(|done| !done.new) { Change::Same } else { change };
            (image, change, last.map_or(0, |done| done.new_layers))
        }
    };
    let judged = memory.judged(&image)?;
    Ok(Some(RecordedImage {
        source: location.to_string(),
        reference: image.reference.clone(),
        digest: image.digest.to_string(),
        platform: image.platform.clone(),
        change,
        layers: image.layers.len(),
        new_layers,
        base: judged.evidence.base.reference.clone(),
        base_source: judged.evidence.base.source,
        verdict: judged.judgement.verdict,
        effective: judged.effective.effective,
        findings: judged.findings.into_iter().chain(uncounted.as_deref().map(not_counted)).collect(),
    }))
}

/// W-CVE-UNKNOWN: a number that may be too small is none.
fn not_counted(why: &str) -> Finding {
    Finding { code: "W-CVE-UNKNOWN", severity: Severity::Low, text: format!("its advisories are not counted: {why}") }
}

/// Tells the fleet about an image whose facts are at hand.
///
/// # Errors
/// [`FleetFailure`].
pub(crate) fn record_facts(
    memory: &mut Memory<'_>,
    location: &Location,
    facts: ImageFacts,
) -> Result<Option<RecordedImage>, FleetFailure> {
    tell(memory, location, Read::New { facts: Box::new(facts), cve_unknown: None })
}

/// Takes over what is known of an image by its owner: from what was told of the same digest, and from stand-ins under
/// its name, which are given back to be told as counting no more.
fn adopt(memory: &mut Memory<'_>, image: &mut ImageFacts) -> Result<Vec<ImageFacts>, FleetFailure> {
    let mut dossier = Dossier::of(image)?;
    let mut declared = None;
    if let Ok(before) = memory.store.facts(&image.digest.to_string()) {
        declared = Dossier::of(&before)?.declared;
        image.organism = image.organism.take().or(before.organism);
        image.scope = before.scope;
        // Dimensions that are measured elsewhere stay.
        for (id, value) in before.dimensions {
            image.dimensions.entry(id).or_insert(value);
        }
    }
    let mut told = Vec::new();
    for platform in [None, Some(image.platform.as_str())] {
        let digest = stand_in_digest(memory.law.standard, &image.reference, platform);
        let Ok(mut stand_in) = memory.store.facts(&digest.to_string()) else { continue };
        let entry = Dossier::of(&stand_in)?.declared;
        if let Some(entry) = &entry {
            image.scope = if entry.audited { Scope::Audited } else { Scope::LineageOnly };
        }
        declared = declared.or(entry);
        image.organism = image.organism.take().or(stand_in.organism.clone());
        stand_in.scope = Scope::LineageOnly;
        told.push(stand_in);
    }
    dossier.declared = declared;
    dossier.keep(image)?;
    Ok(told)
}
