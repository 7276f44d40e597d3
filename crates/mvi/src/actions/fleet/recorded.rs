//! From an image that was read to the facts the fleet keeps: names, chain, packages of every layer, evidence.

use std::collections::BTreeMap;

use mvi_fleet::{BaseClaim, Contents, Evidence as By, ImageFacts, LayerOfImage, Provided, Scope, Sizes};
use mvi_image::{Location, Scheme};
use mvi_inventory::{Inventory, Package};
use mvi_standard::evidence::Libc;
use mvi_standard::reference::Reference;
use mvi_standard::{Evidence, Standard};

use super::super::evidence::{Statement, evidence};
use super::super::examine::Examined;
use super::super::kept::kept;
use super::super::weights::shipped;
use super::FleetFailure;
use super::dossier::Dossier;
use crate::report::Megabytes;

/// Annotations and labels that name a base: OCI image-spec 1.1, `annotations.md`.
pub(crate) const BASE_KEYS: [&str; 2] = ["org.opencontainers.image.base.digest", "org.opencontainers.image.base.name"];

/// What an image is called in the fleet, and whose ring it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Naming {
    /// Its name; the one it has where it is, where none is given.
    pub name: Option<String>,
    /// What is stated about it.
    pub statement: Statement,
    /// The organism it is a ring of.
    pub gid: Option<String>,
}

/// The facts of an image that was read.
///
/// # Errors
/// [`FleetFailure::Usage`] for one that nothing could recognise again: without a digest, or with layers without.
pub(crate) fn image_facts(
    standard: &Standard,
    examined: &Examined,
    location: &Location,
    naming: &Naming,
) -> Result<ImageFacts, FleetFailure> {
    let name = name_of(examined, location, naming);
    let unfit = |what: &str| FleetFailure::Usage(format!("{name}: {what}; record an image, not an unpacked folder"));
    let digest = examined.image.digest().cloned().ok_or_else(|| unfit("it has no digest"))?;
    let (reference, repository, tag) = reference_of(standard, &name);
    let sizes = examined.sizes();
    let statement = Statement { name: Some(reference.clone()), ..naming.statement.clone() };
    let needs = kept(examined, standard, &statement);
    let measured = Evidence { floor_estimate_mb: needs.floor_estimate_mb, ..evidence(examined, &sizes, &statement) };
    let mut contents = contents(examined.inventory(), examined.layers.len());
    let mut layers = Vec::with_capacity(examined.layers.len());
    for (place, (layer, scanned)) in examined.image.layers.iter().zip(&examined.layers).enumerate() {
        let diff_id = layer.diff_id.clone().ok_or_else(|| unfit("a layer of it has no digest"))?;
        let found = contents.pop_front().flatten().filter(|_| !layer.is_absent());
        let exact = scanned.transfer_bytes.filter(|transfer| !transfer.estimated).map(|transfer| transfer.bytes);
        layers.push(LayerOfImage {
            contents: found.map(|(provides, removes)| {
                let (bytes, folders) = shipped(examined, place);
                Contents { bytes: Some(bytes), diff_id: diff_id.clone(), folders, provides, removes }
            }),
            instruction: examined.instruction(place),
            diff_id,
            transfer: exact,
            unpacked: (!layer.is_absent()).then(|| scanned.facts.tar_bytes()),
        });
    }
    let whole = !examined.image.layers.iter().any(mvi_image::Layer::is_absent);
    let bytes = |mb: Megabytes| whole.then_some(mb.0);
    let mut image = ImageFacts {
        digest,
        reference,
        repository,
        tag,
        platform: examined.image.platform().to_string(),
        layers,
        sizes: Sizes {
            transfer: sizes.transfer_mb.filter(|_| !sizes.transfer_estimated).map(|mb| mb.0),
            unpacked: bytes(sizes.unpacked_mb),
            effective: bytes(sizes.effective_mb),
            wasted: bytes(sizes.wasted_mb),
        },
        dimensions: dimensions(standard, &measured),
        runtime: Some(&measured.runtimes).filter(|runtimes| runtimes.len() == 1).and_then(|r| r.first().cloned()),
        libc: measured.libc.map(|libc| libc_word(libc).to_owned()),
        created: examined.image.config.created.as_deref().and_then(|created| created.parse().ok()),
        organism: naming.gid.clone(),
        scope: Scope::Audited,
        bases: claims(examined, &naming.statement),
        evidence: None,
    };
    let unneeded_mb = needs.unneeded.map(|bytes| Megabytes(bytes).value());
    let mut dossier = Dossier::new(Some(measured), None);
    dossier.unneeded_mb = unneeded_mb;
    dossier.keep(&mut image)?;
    Ok(image)
}

/// What an image is called before it is brought into normal form.
fn name_of(examined: &Examined, location: &Location, naming: &Naming) -> String {
    if let Some(name) = &naming.name {
        return name.clone();
    }
    let file = location.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let stem = file.map(|name| match name.split_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name,
    });
    match (&examined.image.reference, stem) {
        (Some(reference), _) if reference.contains([':', '/', '@']) => reference.clone(),
        // A layout names its images by tags alone.
        (Some(tag), Some(stem)) if !tag.is_empty() && !location.scheme.is_elsewhere() => format!("{stem}:{tag}"),
        (_, Some(stem)) if location.scheme != Scheme::Stdin => stem,
        (Some(reference), _) => reference.clone(),
        (None, _) => location.to_string(),
    }
}

/// Reference, repository and tag in normal form; a name that is no reference stays as it is.
fn reference_of(standard: &Standard, name: &str) -> (String, String, Option<String>) {
    match Reference::normalise(name, &standard.mirrors) {
        Ok(reference) => {
            // A tag says more than a digest, which is kept beside.
            let digest = reference.digest.filter(|_| reference.tag.is_none());
            let shown = Reference { repository: reference.repository, tag: reference.tag, digest };
            (shown.to_string(), shown.repository, shown.tag)
        }
        Err(_) => (name.to_owned(), name.to_owned(), None),
    }
}

fn dimensions(standard: &Standard, evidence: &Evidence) -> BTreeMap<String, f64> {
    use mvi_standard::standard::SizeBasis;
    let size = match standard.meta.size_basis {
        SizeBasis::Transfer => evidence.sizes.transfer_mb.map(|size| size.value),
        SizeBasis::Unpacked => evidence.sizes.unpacked_mb,
    };
    let values = [("size_mb", size), ("layer_count", evidence.layer_count.map(f64::from))];
    values.into_iter().filter_map(|(id, value)| Some((id.to_owned(), value?))).collect()
}

fn libc_word(libc: Libc) -> &'static str {
    match libc {
        Libc::Glibc => "glibc",
        Libc::Musl => "musl",
        Libc::None => "none",
    }
}

/// What is claimed about the base, by the image and by who records it.
fn claims(examined: &Examined, statement: &Statement) -> Vec<BaseClaim> {
    let image = &examined.image;
    let labels = &image.config.config.labels;
    let named = BASE_KEYS.iter().filter_map(|key| image.annotations.get(*key).or_else(|| labels.get(*key)));
    let labelled = named.map(|parent| BaseClaim { parent: parent.clone(), evidence: By::Label });
    let stated = statement.base.iter().map(|parent| BaseClaim { parent: parent.clone(), evidence: By::Declared });
    labelled.chain(stated).filter(|claim| !claim.parent.is_empty()).collect()
}

/// What a layer provides and removes.
type Changes = (Vec<Provided>, Vec<String>);

/// Packages that every layer brings and takes away, base first; nothing for a layer that was not understood.
///
/// A package that changed its version goes and comes in one layer. What is not known about the whole image is not
/// known about any layer of it.
fn contents(inventory: &Inventory, layers: usize) -> std::collections::VecDeque<Option<Changes>> {
    let mut found: Vec<Option<Changes>> = vec![Some(Changes::default()); layers];
    let mut lines: BTreeMap<(&str, &str, Option<&str>, &str), Vec<&Package>> = BTreeMap::new();
    for package in inventory.hidden.iter().chain(&inventory.packages).filter(|package| !package.purl.is_empty()) {
        let ecosystem = package.ecosystem.as_str();
        let key = (ecosystem, package.name.as_str(), package.architecture.as_deref(), package.record.as_str());
        lines.entry(key).or_default().push(package);
    }
    let end = |package: &Package| package.hidden.as_ref().map_or(u32::MAX, |hidden| hidden.removed_in_layer);
    for mut line in lines.into_values() {
        line.sort_by_key(|package| end(package));
        let mut start = 0;
        for package in line {
            if let Some((provides, _)) = at(&mut found, start.max(package.introduced)) {
                let is_system = package.ecosystem.is_system();
                provides.push(Provided {
                    bytes: is_system.then_some(package.installed_bytes),
                    needs: if is_system { package.depends.clone() } else { Vec::new() },
                    path: Some(package.record.clone()),
                    purl: package.purl.clone(),
                    source: source_of(package),
                });
            }
            if let Some((_, removes)) = at(&mut found, end(package)) {
                removes.push(package.purl.clone());
            }
            start = end(package);
        }
    }
    for gap in &inventory.gaps {
        match gap.layer {
            Some(layer) => found.iter_mut().skip(layer as usize).take(1).for_each(|layer| *layer = None),
            None => found.iter_mut().for_each(|layer| *layer = None),
        }
    }
    for (provides, removes) in found.iter_mut().flatten() {
        provides.sort_by(|left, right| (&left.purl, &left.path).cmp(&(&right.purl, &right.path)));
        provides.dedup();
        removes.sort();
        removes.dedup();
    }
    found.into()
}

/// What a package was built from, where that has another name or version.
fn source_of(package: &Package) -> Option<String> {
    let source = package.source.as_ref()?;
    match (source.name == package.name, source.version == package.version) {
        (true, true) => None,
        (_, true) => Some(source.name.clone()),
        (_, false) => Some(format!("{}@{}", source.name, source.version)),
    }
}

fn at(layers: &mut [Option<Changes>], layer: u32) -> Option<&mut Changes> {
    layers.get_mut(layer as usize).and_then(Option::as_mut)
}
