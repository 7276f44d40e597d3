//! Takes in a fleet written by hand: every entry becomes an image, or the declaration of one that was read before.

use std::collections::{BTreeMap, HashMap};

use mvi_fleet::{BaseClaim, Evidence, Fact, ImageFacts, ImageRow, OrganismFacts, Role, Scope, Sizes, SostleRange};
use mvi_standard::fleet_file::{FleetFile, FleetImage};
use mvi_standard::standard::Gid;

use super::dossier::Dossier;
use super::growth::growth;
use super::lineage::{UNKNOWN, is_same, stand_in_digest};
use super::list::{View, rows};
use super::solvency::{Count, score};
use super::{FleetFailure, Memory};
use crate::report::TOOL;
use crate::report::fleet::{Change, ImportReport, ImportedImage};

/// Takes in a fleet file; what is in it already changes nothing. Organisms that the standard lists are registered
/// first, as images are rings of them.
///
/// # Errors
/// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
pub(crate) fn import(memory: &mut Memory<'_>, fleet: &FleetFile) -> Result<ImportReport, FleetFailure> {
    let organisms = register_listed(memory, fleet)?;
    let mut known: Vec<ImageFacts> = Vec::new();
    memory.store.all_facts(|image| {
        known.push(image);
        true
    })?;
    let mut told: Vec<(usize, ImageFacts)> = Vec::new();
    for (place, entry) in fleet.images.iter().enumerate() {
        told.extend(images(memory, entry, &known)?.into_iter().map(|image| (place, image)));
    }
    let facts: Vec<ImageFacts> = told.iter().map(|(_, image)| image.clone()).collect();
    let done = memory.tell(&facts)?;
    let rows = rows(&memory.store, &View::default())?;
    let mut lines: HashMap<&str, Vec<&ImageRow>> = HashMap::new();
    for row in &rows.current {
        lines.entry(&row.repository).or_default().push(row);
    }
    let mut imported = Vec::with_capacity(told.len());
    for ((place, image), ingested) in told.iter().zip(&done) {
        let was_known = known.iter().any(|known| known.digest == image.digest);
        let change = match (ingested.new, was_known) {
            (true, false) => Change::New,
            (true, true) => Change::Changed,
            (false, _) => Change::Same,
        };
        let judged = memory.judged(image)?;
        let line = lines.get(image.repository.as_str()).map(Vec::as_slice).unwrap_or_default();
        let grown = growth(memory.law.standard, &memory.store, image, line.iter().copied())?;
        imported.push(ImportedImage {
            name: fleet.images.get(*place).map(|entry| entry.name.clone()).unwrap_or_default(),
            reference: image.reference.clone(),
            digest: image.digest.to_string(),
            change,
            verdict: judged.judgement.verdict,
            effective: judged.effective.effective,
            findings: judged.findings.into_iter().chain(grown).collect(),
        });
    }
    let solvency = score(memory.law.standard, &rows.current, &Count::default(), &Default::default())?;
    Ok(ImportReport {
        schema: "mvi-fleet-import/1",
        tool: TOOL,
        standard: memory.law.standard.meta.id.clone(),
        standard_digest: memory.law.standard.digest().to_owned(),
        images: imported,
        organisms,
        exceptions: Vec::new(),
        solvency,
    })
}

/// The images that an entry is about: those that were read under its name, else one that stands for it.
fn images(memory: &Memory<'_>, entry: &FleetImage, known: &[ImageFacts]) -> Result<Vec<ImageFacts>, FleetFailure> {
    let standard = memory.law.standard;
    let reference = entry.reference();
    let mut found = Vec::new();
    for image in known {
        let is_it = entry.digest.as_deref() == Some(image.digest.to_string().as_str())
            || (entry.digest.is_none() && is_same(standard, &image.reference, &reference));
        let fits = entry.platform.as_deref().is_none_or(|platform| platform == image.platform);
        if !is_it || !fits || Dossier::of(image)?.measured.is_none() {
            continue;
        }
        let mut image = image.clone();
        let mut dossier = Dossier::of(&image)?;
        dossier.declared = Some(entry.clone());
        dossier.keep(&mut image)?;
        image.scope = scope(entry);
        found.push(image);
    }
    if found.is_empty() {
        let mut stand_in = stand_in(memory, entry);
        Dossier::new(None, Some(entry.clone())).keep(&mut stand_in)?;
        found.push(stand_in);
    }
    Ok(found)
}

/// An image that nobody read, as far as its owner tells. Its digest stands for the name, not for any bytes.
fn stand_in(memory: &Memory<'_>, entry: &FleetImage) -> ImageFacts {
    let standard = memory.law.standard;
    let platform = entry.platform.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    let bytes = |mb: Option<f64>| mb.map(|mb| (mb * 1e6).round() as u64);
    let size = entry.evidence(standard).sizes;
    let judged = size.transfer_mb.map(|size| size.value).or(size.unpacked_mb);
    let measured = entry.measurements(judged);
    let listed = standard.lineage.iter().find(|row| row.child == entry.repository);
    let mut bases: Vec<BaseClaim> = Vec::new();
    for parent in entry.base.iter().chain(listed.map(|row| &row.parent)) {
        let claim = BaseClaim { parent: parent.clone(), evidence: Evidence::Declared };
        if !bases.contains(&claim) {
            bases.push(claim);
        }
    }
    ImageFacts {
        digest: stand_in_digest(standard, &entry.reference(), entry.platform.as_deref()),
        reference: entry.reference(),
        repository: entry.repository.clone(),
        tag: entry.tag.clone(),
        platform,
        layers: Vec::new(),
        sizes: Sizes {
            transfer: bytes(size.transfer_mb.map(|size| size.value)),
            unpacked: bytes(size.unpacked_mb),
            ..Sizes::default()
        },
        dimensions: measured.iter().map(|(id, value)| (id.to_owned(), value)).collect(),
        runtime: None,
        libc: None,
        created: None,
        organism: entry.gid.clone().filter(|gid| standard.gids.iter().any(|known| known.id == *gid)),
        scope: scope(entry),
        bases,
        evidence: None,
    }
}

fn scope(entry: &FleetImage) -> Scope {
    if entry.audited { Scope::Audited } else { Scope::LineageOnly }
}

/// Registers the organisms that the standard lists and the fleet does not know yet; gives their ids. They come as they
/// are listed: without a digest and a sealed record, which an audit points out.
fn register_listed(memory: &mut Memory<'_>, fleet: &FleetFile) -> Result<Vec<String>, FleetFailure> {
    let standard = memory.law.standard;
    let mut news = Vec::new();
    for gid in &standard.gids {
        if !memory.store.events_of(&gid.id)?.is_empty() {
            continue;
        }
        let entry = fleet.images.iter().find(|entry| entry.gid.as_deref() == Some(gid.id.as_str()));
        let facts = Fact::Organism(listed(gid, entry));
        memory.append(&facts, Some(&format!("register:{}", gid.id)))?;
        news.push(gid.id.clone());
    }
    Ok(news)
}

fn listed(gid: &Gid, entry: Option<&FleetImage>) -> OrganismFacts {
    let is_base = entry.is_none_or(|entry| entry.role == mvi_standard::evidence::Role::Base);
    let level = |level: Option<u8>| level.map_or_else(|| UNKNOWN.to_owned(), |level| format!("L{level}"));
    OrganismFacts {
        gid: gid.id.clone(),
        reference: gid.image.clone(),
        role: if is_base { Role::Base } else { Role::Service },
        digests: BTreeMap::new(),
        status: gid.status,
        provisional: true,
        dimensions: BTreeMap::new(),
        school: gid.school.clone(),
        owner: gid.owner.clone(),
        vsm: gid.vsm.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
        sostle: SostleRange { min: level(gid.sostle_min), max: level(gid.sostle_max) },
        segment: u8::try_from(gid.segment).ok(),
        crq: None,
    }
}
