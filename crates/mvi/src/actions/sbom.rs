//! The bill of materials of an image: what its inventory holds, with layers, licences and who needs whom.

use std::collections::HashMap;

use jiff::Timestamp;
use mvi_image::{Digest, ImageError, Location};
use mvi_inventory::{Ecosystem, Package, cpes, licence};

use super::audit::operating_system;
use super::evidence::{Statement, base};
use super::examine::{Examined, Examiner};
use super::serial::serial;
use crate::report::TOOL;
use crate::report::sbom::{Origin, SbomBase, SbomLayer, SbomPackage, SbomReport};

const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// What a bill holds beside the packages that are in the image.
pub(crate) struct SbomOptions<'a> {
    /// What the user states of the image's base.
    pub statement: &'a Statement,
    /// True to list also the packages that were removed and still travel in a lower layer.
    pub hidden: bool,
    /// The moment at which the bill is made.
    pub now: Timestamp,
}

/// Reads the image and writes down what it is made of.
///
/// # Errors
/// Images that cannot be read.
pub(crate) fn sbom(
    examiner: &Examiner<'_>,
    location: &Location,
    options: &SbomOptions<'_>,
) -> Result<SbomReport, ImageError> {
    let examined = examiner.examine_one(location)?;
    let inventory = examined.inventory();
    let base = base_of(&examined, options.statement);
    let base_layers = base.as_ref().and_then(|base| base.layers).or(options.statement.base_layers);
    let index = NameIndex::of(&inventory.packages);
    let hidden = inventory.hidden.iter().filter(|_| options.hidden);
    let listed = inventory.packages.iter().chain(hidden).chain(&inventory.told);
    let packages: Vec<SbomPackage> = listed.map(|package| entry(package, &index, base_layers)).collect();
    let layers = layers(&examined);
    let mut report = SbomReport {
        schema: "mvi-sbom/1",
        tool: TOOL,
        created: options.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        serial: String::new(),
        image: examined.identity(),
        base,
        os: operating_system(examined.inventory()),
        layers,
        documents: inventory.bills.clone(),
        packages,
        gaps: examined.gaps(),
    };
    report.serial = number_of(&report, options.hidden);
    Ok(report)
}

/// The number of a bill. Where and when it was made is no part of what it says; all that it says follows from the layers,
/// where they are known by their digests.
fn number_of(report: &SbomReport, hidden: bool) -> String {
    let image = (&report.image.manifest_digest, &report.image.config_digest, &report.image.reference);
    let unknown = report.layers.iter().any(|layer| layer.diff_id.is_none());
    let packages = unknown.then_some(&report.packages);
    serial(&(&report.tool, image, &report.base, &report.layers, hidden, packages))
}

fn base_of(examined: &Examined, statement: &Statement) -> Option<SbomBase> {
    let reference = base(examined, statement).reference?;
    let image = &examined.image;
    let digest = image.annotations.get(BASE_DIGEST).or_else(|| image.config.config.labels.get(BASE_DIGEST));
    // A digest is that of the base the image names, not of one that somebody states.
    let digest = digest.filter(|digest| statement.base.is_none() && digest.parse::<Digest>().is_ok());
    Some(SbomBase { reference, digest: digest.cloned(), layers: statement.base_layers })
}

fn layers(examined: &Examined) -> Vec<SbomLayer> {
    let text = |digest: &Option<Digest>| digest.as_ref().map(ToString::to_string);
    let layers = examined.image.layers.iter().enumerate();
    layers
        .map(|(index, layer)| SbomLayer {
            digest: text(&layer.blob),
            diff_id: text(&layer.diff_id),
            instruction: examined.instruction(index),
        })
        .collect()
}

fn entry(package: &Package, index: &NameIndex<'_>, base_layers: Option<u32>) -> SbomPackage {
    let origin = |count: u32| if package.introduced < count { Origin::Base } else { Origin::Application };
    SbomPackage {
        package: package.clone(),
        origin: base_layers.map(origin),
        cpes: cpes(package),
        expressions: package.licences.iter().map(|written| licence::expression(written)).collect(),
        needs: package.depends.iter().map(|name| index.find(package, name)).collect(),
    }
}

/// Packages by their names.
struct NameIndex<'p> {
    packages: &'p [Package],
    places: HashMap<(Ecosystem, &'p str), Vec<usize>>,
}

impl<'p> NameIndex<'p> {
    fn of(packages: &'p [Package]) -> Self {
        let mut places: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, package) in packages.iter().enumerate() {
            places.entry((package.ecosystem, package.name.as_str())).or_default().push(place);
        }
        Self { packages, places }
    }

    /// The package that one means by a name. Of several that have it: for a distribution that of the same architecture,
    /// for Node the one in the nearest folder above, as `require` finds it, and otherwise the first.
    fn find(&self, asking: &Package, name: &str) -> Option<usize> {
        let places = self.places.get(&(asking.ecosystem, name))?;
        let package = |place: &&usize| &self.packages[**place];
        let found = match asking.ecosystem {
            Ecosystem::Npm => {
                let reachable = places.iter().filter(|place| is_above(&package(place).record, &asking.record));
                reachable.max_by_key(|place| package(place).record.len())
            }
            _ => places.iter().find(|place| package(place).architecture == asking.architecture),
        };
        found.or(places.first()).copied()
    }
}

/// True when the `node_modules` folder that holds one record is a folder on the way to the other.
fn is_above(record: &str, asking: &str) -> bool {
    record.rfind("node_modules/").is_some_and(|at| asking.starts_with(&record[..at]))
}
