//! Which layers of an image are its base's, by digests where nobody states their number, and what other bases would change.

use mvi_fleet::Store;
use mvi_image::{Digest, HeadersOnly, Image};
use mvi_inventory::PackageCollector;

use super::args::vulns::VulnsArgs;
use super::look::{Need, look, look_at};
use super::output::Failure;
use crate::actions::fleet::lineage::known_bases;
use crate::actions::subject::Subject;
use crate::actions::vulns::base::{Candidate, base_update, best_first};
use crate::actions::vulns::{VulnsOptions, vulns};
use crate::report::vulns::VulnsReport;
use crate::report::vulns::base::{BaseKnownBy, VulnsBase};

/// What may tell which layers are the base's.
pub(super) struct Lineage {
    stated: Option<u32>,
    old: Option<Chain>,
    /// The bases that were asked about, in the order of the arguments; bills of materials have no layers.
    candidates: Vec<Option<Chain>>,
    fleet: Option<Store>,
}

/// What an image stands on.
pub(super) struct Standing {
    /// Its base.
    pub base: Option<VulnsBase>,
    /// Which of the bases that were asked about are that base.
    pub is_current: Vec<bool>,
}

/// The diff ids of an image, base first.
struct Chain {
    name: String,
    layers: Vec<Digest>,
}

impl Lineage {
    /// Opens what is named; no layer is read.
    ///
    /// # Errors
    /// Images that cannot be opened, and the fleet's store.
    pub(super) fn open(args: &VulnsArgs) -> Result<Self, Failure> {
        let chain = |spec: &String| if spec.starts_with("sbom:") { Ok(None) } else { chain_of(args, spec).map(Some) };
        let asks_fleet = args.store.is_some() || !args.base_image.is_empty();
        Ok(Self {
            stated: args.base_layers,
            old: args.old_base.as_ref().map(|spec| chain_of(args, spec)).transpose()?,
            candidates: args.base_image.iter().map(chain).collect::<Result<_, _>>()?,
            fleet: if asks_fleet { super::fleet::known_fleet(args.store.as_deref())? } else { None },
        })
    }

    /// Which layers of a subject are the base's: as stated, or the longest known chain that the image begins with.
    ///
    /// # Errors
    /// A base that was named and is not the image's; the fleet's store.
    pub(super) fn base_of(&self, subject: &dyn Subject) -> Result<Standing, Failure> {
        let image = subject.image().map(|examined| chain(&examined.image)).unwrap_or_default();
        let base = self.nearest(subject, &image)?;
        let layers = base.as_ref().and_then(|base| usize::try_from(base.layers).ok());
        let is_it = |chain: &Chain| begins_with(&image, &chain.layers) && Some(chain.layers.len()) == layers;
        let is_current = self.candidates.iter().map(|chain| chain.as_ref().is_some_and(is_it)).collect();
        Ok(Standing { base, is_current })
    }

    fn nearest(&self, subject: &dyn Subject, image: &[Digest]) -> Result<Option<VulnsBase>, Failure> {
        if let Some(layers) = self.stated {
            return Ok(Some(VulnsBase::stated(layers)));
        }
        if let Some(old) = &self.old {
            if !begins_with(image, &old.layers) {
                let text = format!(
                    "{} is not what {} stands on: its layers are not the first ones",
                    old.name,
                    subject.identity().title()
                );
                return Err(Failure::usage(text));
            }
            return Ok(Some(named(old, BaseKnownBy::OldBase)));
        }
        let current = self.candidates.iter().flatten().filter(|base| begins_with(image, &base.layers));
        let current = current.max_by_key(|base| base.layers.len()).map(|base| named(base, BaseKnownBy::Candidate));
        let known = match &self.fleet {
            Some(store) => known_bases(store, image)?.into_iter().next(),
            None => None,
        };
        let known = known.and_then(|base| {
            let layers = u32::try_from(base.layers).ok()?;
            Some(VulnsBase { layers, known_by: BaseKnownBy::Fleet, reference: Some(base.reference) })
        });
        // The nearest base is the one with the most layers.
        Ok(current.into_iter().chain(known).max_by_key(|base| base.layers))
    }
}

fn named(base: &Chain, known_by: BaseKnownBy) -> VulnsBase {
    let layers = u32::try_from(base.layers.len()).unwrap_or(u32::MAX);
    VulnsBase { layers, known_by, reference: Some(base.name.clone()) }
}

/// False for a chain without layers, with which every image begins.
fn begins_with(image: &[Digest], base: &[Digest]) -> bool {
    !base.is_empty() && image.starts_with(base)
}

fn chain(image: &Image) -> Vec<Digest> {
    image.layers.iter().map_while(|layer| layer.diff_id.clone()).collect()
}

fn chain_of(args: &VulnsArgs, spec: &str) -> Result<Chain, Failure> {
    let images = look(&args.read, spec, Need::of(&HeadersOnly), |examiner, location| examiner.open(location))?;
    match images.as_slice() {
        [only] => {
            let name = only.reference.clone().unwrap_or_else(|| spec.to_owned());
            Ok(Chain { name, layers: chain(only) })
        }
        _ => {
            Err(Failure::usage(format!("{spec} has several images; append the name of one: FILE:NAME or oci:DIR:TAG")))
        }
    }
}

/// Asks about every other base, and puts the best first.
///
/// # Errors
/// An image of which nobody knows which layers are the base's; bases that cannot be read; the index.
pub(super) fn weigh(
    report: &mut VulnsReport,
    args: &VulnsArgs,
    is_current: &[bool],
    options: &VulnsOptions<'_>,
) -> Result<(), Failure> {
    if args.base_image.is_empty() {
        return Ok(());
    }
    if report.base.is_none() {
        let text = format!(
            "nobody knows which layers of {} are its base's; say how many (--base-layers N) or what it was built on (--old-base IMAGE)",
            args.image
        );
        return Err(Failure::usage(text));
    }
    for (spec, is_current) in args.base_image.iter().zip(is_current) {
        let update = look_at(&args.read, spec, Need::of(&PackageCollector), |subject| {
            let other = VulnsOptions { base: None, reach: None, ..*options };
            let asked = vulns(subject, &other)?;
            let candidate = Candidate { subject, report: asked, is_current: *is_current };
            Ok::<_, mvi_advisories::IndexError>(base_update(report, candidate, options.index.0))
        })?;
        report.base_updates.push(update.map_err(|error| Failure::from(anyhow::Error::from(error)))?);
    }
    best_first(&mut report.base_updates);
    Ok(())
}
