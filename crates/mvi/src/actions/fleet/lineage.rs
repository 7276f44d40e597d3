//! The base of an image by its layers, beside what the image and people claim: layers win where they can tell.

use mvi_fleet::{FleetError, Store};
use mvi_image::{Algorithm, Digest};
use mvi_standard::belt::base_segment;
use mvi_standard::evidence::{Ancestor, BaseSource, Evidence};
use mvi_standard::reference::Reference;
use mvi_standard::{Standard, Verdict};

/// An image of the fleet that another one stands on by its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownBase {
    /// Its reference.
    pub reference: String,
    /// Its digest.
    pub digest: Digest,
    /// How many layers it has.
    pub layers: usize,
    /// What counts as its verdict, where it was judged.
    pub verdict: Option<Verdict>,
}

/// The images of a fleet below one with these layers, nearest first.
///
/// # Errors
/// [`FleetError`] of the store.
pub(crate) fn known_bases(store: &Store, layers: &[Digest]) -> Result<Vec<KnownBase>, FleetError> {
    let found = store.bases_of(layers)?.into_iter();
    Ok(found
        .map(|(base, judgement)| KnownBase {
            reference: base.image.reference,
            digest: base.image.digest,
            layers: base.layers,
            verdict: judgement.map(|judgement| judgement.effective),
        })
        .collect())
}

/// Writes into the evidence what layers show about its base; `bases` come nearest first, those of one depth together.
///
/// What somebody states of this very image on the command line stays. A base whose digest is claimed is that base,
/// whatever it is called elsewhere. Of several names for the nearest chain, the
/// claimed one counts, then one the standard registers. A claim about an image that the fleet does not know cannot be
/// contradicted by layers, as it may lie between: it stays, with what is known below it.
pub(crate) fn placed_on(standard: &Standard, evidence: &mut Evidence, bases: &[KnownBase], claimed: &[Digest]) {
    let Some(depth) = bases.first().map(|base| base.layers) else { return };
    let (nearest, deeper) = bases.split_at(bases.partition_point(|base| base.layers == depth));
    let same = |base: &&KnownBase, claim: &str| is_same(standard, &base.reference, claim);
    let claim = evidence.base.reference.clone();
    let by_digest = nearest.iter().find(|base| claimed.contains(&base.digest));
    let by_name = claim.as_deref().and_then(|claim| nearest.iter().find(|base| same(base, claim)));
    let claimed_below = deeper.iter().any(|base| claimed.contains(&base.digest));
    let claimed = by_digest.or(by_name);
    let registered = || nearest.iter().find(|base| base_segment(standard, &base.reference).is_some());
    let chosen = claimed.or_else(registered).or(nearest.first());
    let known_below =
        claimed_below || claim.as_deref().is_some_and(|claim| deeper.iter().any(|base| same(&base, claim)));
    let keeps_claim = claim.is_some() && claimed.is_none() && !known_below;
    let stays = evidence.base.source == BaseSource::Stated || keeps_claim;
    let below: Vec<&KnownBase> =
        if stays && claimed.is_none() { chosen.into_iter().chain(deeper).collect() } else { deeper.iter().collect() };
    if let Some(chosen) = chosen.filter(|_| !stays) {
        evidence.base.reference = Some(chosen.reference.clone());
        evidence.base.source = BaseSource::Layers;
    }
    let direct = chosen.filter(|_| !stays || claimed.is_some());
    let standing = |base: &KnownBase| Ancestor { reference: base.reference.clone(), status: base.verdict };
    let mut ancestors: Vec<Ancestor> = below.into_iter().map(standing).collect();
    // A base that has to be replaced is an ancestor with that standing even where it is the direct one.
    ancestors.extend(direct.filter(|base| base.verdict == Some(Verdict::Replace)).map(standing));
    for declared in std::mem::take(&mut evidence.ancestors) {
        if !ancestors.iter().any(|known| is_same(standard, &known.reference, &declared.reference)) {
            ancestors.push(declared);
        }
    }
    evidence.ancestors = ancestors;
}

/// The digest of what stands for an image that nobody read: it follows from the name, not from any bytes.
pub(super) fn stand_in_digest(standard: &Standard, reference: &str, platform: Option<&str>) -> Digest {
    let normal = Reference::normalise(reference, &standard.mirrors);
    let name = normal.map_or_else(|_| reference.to_owned(), |normal| normal.to_string());
    let text = format!("mvi-fleet/1 declared\n{name}\n{}", platform.unwrap_or(UNKNOWN));
    Digest::of(Algorithm::Sha256, text.as_bytes())
}

/// The platform of an image whose owner names none.
pub(super) const UNKNOWN: &str = "unknown";

/// True for two spellings of one reference. `localhost/` is what podman and buildah write before names that have no
/// registry.
pub(super) fn is_same(standard: &Standard, left: &str, right: &str) -> bool {
    let bare = |text: &str| text.strip_prefix("localhost/").unwrap_or(text).to_owned();
    let normal = |text: &str| Reference::normalise(&bare(text), &standard.mirrors).ok();
    left == right || normal(left).zip(normal(right)).is_some_and(|(left, right)| left == right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mvi_standard::evidence::DirectBase;

    fn check(claim: Option<(&str, BaseSource)>, bases: &[(&str, usize)], expected: &str) {
        let standard = Standard::builtin().unwrap();
        let base = claim.map_or_else(DirectBase::default, |(reference, source)| DirectBase {
            reference: Some(reference.into()),
            source,
            ..DirectBase::default()
        });
        let mut evidence = Evidence { base, ..Evidence::default() };
        let bases: Vec<KnownBase> = bases
            .iter()
            .map(|(reference, layers)| KnownBase {
                reference: (*reference).into(),
                digest: Digest::of(Algorithm::Sha256, reference.as_bytes()),
                layers: *layers,
                verdict: None,
            })
            .collect();
        let claimed = [Digest::of(Algorithm::Sha256, b"claimed:1")];
        placed_on(&standard, &mut evidence, &bases, &claimed);
        let below: Vec<&str> = evidence.ancestors.iter().map(|base| base.reference.as_str()).collect();
        let told = format!(
            "{} by {:?} on [{}]",
            evidence.base.reference.as_deref().unwrap_or("nothing"),
            evidence.base.source,
            below.join(", ")
        );
        assert_eq!(told, expected);
    }

    #[test]
    fn layers_tell_the_base_where_nobody_does() {
        check(None, &[], "nothing by Unknown on []");
        check(None, &[("own:1", 3), ("alpine:3.21", 1)], "own:1 by Layers on [alpine:3.21]");
        check(None, &[("corp/base:7", 1), ("alpine:3.21.3", 1)], "alpine:3.21.3 by Layers on []");
    }

    #[test]
    fn layers_win_over_a_claim_that_they_contradict() {
        let label = Some(("docker.io/library/alpine:3.21", BaseSource::Label));
        check(label, &[("own:1", 3), ("alpine:3.21", 1)], "own:1 by Layers on [alpine:3.21]");
        check(label, &[("alpine:3.21", 1)], "alpine:3.21 by Layers on []");
    }

    #[test]
    fn a_base_whose_digest_is_claimed_is_that_base_under_any_name() {
        let label = Some(("localhost/other:1", BaseSource::Annotation));
        check(label, &[("claimed:1", 2), ("alpine:3.21", 1)], "claimed:1 by Layers on [alpine:3.21]");
        check(label, &[("own:1", 2), ("claimed:1", 1)], "own:1 by Layers on [claimed:1]");
    }

    #[test]
    fn a_claim_about_what_nobody_knows_stays() {
        let label = Some(("python:3.12-alpine", BaseSource::Label));
        check(label, &[("alpine:3.21", 1)], "python:3.12-alpine by Label on [alpine:3.21]");
        let stated = Some(("debian:12", BaseSource::Stated));
        check(stated, &[("own:1", 3), ("alpine:3.21", 1)], "debian:12 by Stated on [own:1, alpine:3.21]");
    }
}
