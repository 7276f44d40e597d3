//! The main job: read images and bills of materials, judge them, explain every megabyte.

use std::error::Error as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mvi_fleet::{FleetError, Store};
use mvi_image::{Digest, ImageError, Location};
use mvi_inventory::Inventory;
use mvi_standard::crq::{Calendar, Crq, covering};
use mvi_standard::standard::SizeBasis;
use mvi_standard::{Evidence, Standard, judge};

pub(crate) use super::evidence::Statement;

use super::check::{CheckOptions, checked};
use super::contents::contents;
use super::evidence::{evidence, listed_evidence, runtimes};
use super::examine::{Examined, Examiner};
use super::fleet::lineage::{known_bases, placed_on};
use super::fleet::recorded::BASE_KEYS;
use super::kept::{Kept, recalled};
use super::layers::layer_notes;
use super::subject::{ReadBill, Subject};
use super::vulns::{VulnsOptions, high_and_critical, vulns};
use super::waste::waste;
use crate::report::{AuditReport, AuditedImage, Megabytes, OperatingSystem, PackageCounts, TOOL, Unreadable};

/// What an audit goes by.
pub(crate) struct AuditOptions<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// What the user states of the images.
    pub statement: &'a Statement,
    /// Change requests; those that cover an image at the moment count.
    pub crqs: &'a [Crq],
    /// A fleet whose images may be bases of these.
    pub fleet: Option<&'a Store>,
    /// What advisories say is asked here, or why nobody can be asked.
    pub advisories: Result<&'a VulnsOptions<'a>, &'a str>,
    /// Whether to find out what the image needs to run; its objects have to have been looked into.
    pub needs: bool,
    /// What of the checks is left out or permitted; none to do without them. Layers have to be read for them.
    pub checks: Option<&'a CheckOptions<'a>>,
    /// The moment of judging.
    pub now: Timestamp,
}

/// What is audited.
pub(crate) enum Asked {
    /// The images of a location.
    Images(Location),
    /// A bill of materials.
    Bill(PathBuf),
}

/// Audits every image of every location, and every bill; what cannot be read is reported beside the rest.
///
/// # Errors
/// Those of the fleet's store, where one is asked for bases.
pub(crate) fn audit(
    examiner: &Examiner<'_>,
    asked: &[Asked],
    options: &AuditOptions<'_>,
) -> Result<AuditReport, FleetError> {
    let mut report = AuditReport {
        schema: "mvi-audit/1",
        tool: TOOL,
        standard: options.standard.meta.id.clone(),
        standard_digest: options.standard.digest().to_owned(),
        images: Vec::new(),
        unreadable: Vec::new(),
    };
    for asked in asked {
        let location = match asked {
            Asked::Images(location) => location,
            Asked::Bill(file) => {
                match ReadBill::open(file) {
                    Ok(bill) => report.images.push(audited_bill(&bill, options)),
                    Err(error) => report.unreadable.push(unreadable_bill(file, &error)),
                }
                continue;
            }
        };
        let images = match examiner.open(location) {
            Ok(images) => images,
            Err(error) => {
                report.unreadable.push(unreadable(location.to_string(), &error));
                continue;
            }
        };
        for image in images {
            let name =
                image.reference.as_ref().map_or_else(|| location.to_string(), |name| format!("{location} ({name})"));
            match examiner.examine(image) {
                Ok(examined) => report.images.push(audited(examiner, examined, options)?),
                Err(error) => report.unreadable.push(unreadable(name, &error)),
            }
        }
    }
    Ok(report)
}

/// An error with its causes, as one line.
pub(crate) fn unreadable(source: String, error: &ImageError) -> Unreadable {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    Unreadable { source, code: error.code(), message, is_usage: error.is_usage() }
}

/// A bill that cannot be read, beside the images that cannot.
fn unreadable_bill(file: &Path, error: &anyhow::Error) -> Unreadable {
    let source = format!("sbom:{}", file.display());
    Unreadable { source, code: "E-SBOM", message: format!("{error:#}"), is_usage: false }
}

/// What a bill of materials can be judged by: its packages and what advisories say of them. Its size nobody knows.
fn audited_bill(bill: &ReadBill, options: &AuditOptions<'_>) -> AuditedImage {
    let mut evidence = listed_evidence(bill, options.statement);
    justify(&mut evidence, options);
    count_advisories(&mut evidence, bill, options);
    let judgement = judge(options.standard, &evidence, options.now);
    AuditedImage {
        image: bill.identity(),
        verified: false,
        sizes: None,
        efficiency: None,
        unneeded_mb: None,
        floor_estimate_mb: None,
        judgement,
        os: operating_system(bill.inventory()),
        runtimes: Vec::new(),
        package_counts: package_counts(bill.inventory()),
        contents: Vec::new(),
        layers: Vec::new(),
        waste: Vec::new(),
        packages: bill.inventory().packages.clone(),
        hidden_packages: Vec::new(),
        locked_packages: Vec::new(),
        checks: None,
        gaps: bill.gaps(),
    }
}

/// The change request in force that covers the image, if one does.
fn justify(evidence: &mut Evidence, options: &AuditOptions<'_>) {
    let Some(image) = &evidence.image else { return };
    let calendar = Calendar::of(options.standard, &[]);
    let about = (image.as_str(), evidence.digest.as_deref());
    let covered = covering(options.standard, options.crqs, &calendar, about, options.now);
    evidence.justification = covered.map(|coverage| coverage.justification);
}

fn count_advisories(evidence: &mut Evidence, subject: &dyn Subject, options: &AuditOptions<'_>) {
    match vulnerabilities(subject, options) {
        Ok(count) => evidence.measured.cve_high_plus = Some(count),
        Err(why) => evidence.measured.cve_unknown = Some(why),
    }
}

fn audited(
    examiner: &Examiner<'_>,
    examined: Examined,
    options: &AuditOptions<'_>,
) -> Result<AuditedImage, FleetError> {
    let sizes = examined.sizes();
    let mut evidence = match options.fleet {
        Some(store) => placed_evidence(store, &examined, options)?,
        None => evidence(&examined, &sizes, options.statement),
    };
    justify(&mut evidence, options);
    count_advisories(&mut evidence, &examined, options);
    let needs = match options.needs {
        true => recalled(examiner, &examined, options.standard, options.statement),
        false => Kept::default(),
    };
    evidence.floor_estimate_mb = evidence.floor_estimate_mb.or(needs.floor_estimate_mb);
    let judgement = judge(options.standard, &evidence, options.now);
    let waste = waste(&examined);
    let mut audited = AuditedImage {
        image: examined.identity(),
        verified: examined.verified,
        sizes: Some(sizes),
        efficiency: examined.tree.efficiency(),
        unneeded_mb: needs.unneeded.map(Megabytes),
        floor_estimate_mb: needs.floor_estimate_mb,
        judgement,
        os: operating_system(examined.inventory()),
        runtimes: runtimes(&examined),
        package_counts: package_counts(examined.inventory()),
        contents: contents(&examined, &sizes, &waste),
        layers: layer_notes(&examined),
        waste,
        checks: options.checks.map(|asked| checked(&examined, asked)),
        gaps: examined.gaps(),
        packages: Vec::new(),
        hidden_packages: Vec::new(),
        locked_packages: Vec::new(),
    };
    let inventory = examined.into_inventory();
    (audited.packages, audited.hidden_packages) = (inventory.packages, inventory.hidden);
    audited.locked_packages = inventory.locked;
    Ok(audited)
}

/// Distinct advisories of severity HIGH and CRITICAL, or why nobody can tell.
fn vulnerabilities(subject: &dyn Subject, options: &AuditOptions<'_>) -> Result<u32, String> {
    let asked = options.advisories?;
    let found = vulns(subject, asked).map_err(|error| error.to_string())?;
    high_and_critical(&found)
}

/// The evidence of an image with what a fleet knows about the images below it.
fn placed_evidence(store: &Store, examined: &Examined, options: &AuditOptions<'_>) -> Result<Evidence, FleetError> {
    let image = &examined.image;
    let layers: Vec<Digest> = image.layers.iter().map_while(|layer| layer.diff_id.clone()).collect();
    let bases = known_bases(store, &layers)?;
    let nearest = bases.first().and_then(|base| u32::try_from(base.layers).ok());
    let stated = options.statement;
    let statement =
        Statement { base_layers: stated.base_layers.or(nearest.filter(|_| stated.base.is_none())), ..stated.clone() };
    let mut evidence = evidence(examined, &examined.sizes(), &statement);
    let claims =
        BASE_KEYS.iter().filter_map(|key| image.annotations.get(*key).or_else(|| image.config.config.labels.get(*key)));
    let claimed: Vec<Digest> = claims.filter_map(|claim| claim.parse().ok()).collect();
    placed_on(options.standard, &mut evidence, &bases, &claimed);
    Ok(evidence)
}

/// The runtime profile that the image's program needs, by the standard's id; none where several are possible.
#[must_use]
pub(crate) fn runtime_of(examined: &Examined) -> Option<String> {
    match runtimes(examined).as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The size that the standard counts, MB.
#[must_use]
pub(crate) fn judged_size(standard: &Standard, examined: &Examined) -> Option<f64> {
    let sizes = examined.sizes();
    match standard.meta.size_basis {
        SizeBasis::Transfer => sizes.transfer_mb.map(Megabytes::value),
        SizeBasis::Unpacked => Some(sizes.unpacked_mb.value()),
    }
}

pub(crate) fn operating_system(inventory: &Inventory) -> Option<OperatingSystem> {
    let os = inventory.os.as_ref()?;
    let name = os.pretty_name.clone().or_else(|| os.distro()).unwrap_or_else(|| "an unnamed system".into());
    Some(OperatingSystem { id: os.id.clone(), version_id: os.version_id.clone(), name })
}

fn package_counts(inventory: &Inventory) -> PackageCounts {
    let mut counts = PackageCounts { hidden: inventory.hidden.len(), ..PackageCounts::default() };
    for package in &inventory.packages {
        let count = match package.ecosystem.as_str() {
            "deb" => &mut counts.deb,
            "apk" => &mut counts.apk,
            "pypi" => &mut counts.pypi,
            "npm" => &mut counts.npm,
            other => counts.others.entry(other).or_default(),
        };
        *count += 1;
    }
    counts
}
