//! Where an image comes from: by its layers, by what others say, and where the two disagree.

mod split;

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde::Serialize;

use crate::error::{FleetError, Result};
use crate::fact::Evidence;
use crate::query::rows::{self, Named, Placed};
use crate::store::Store;

pub(super) use split::present;
pub use split::{Split, SplitPart};

/// Steps that claims are followed; beyond, the chain is cut and said to be.
const STEPS: usize = 32;

/// The lineage of one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineageOf {
    /// Which image.
    pub image: Named,
    /// Images it stands on by its layers, nearest first; the last is its root. Several may end at one chain.
    pub bases: Vec<Ancestor>,
    /// Images with exactly its layers, which are not its bases.
    pub twins: Vec<Named>,
    /// What others say of it and of what they say it is built on, nearest first.
    pub claims: Vec<Claim>,
    /// Contradictions.
    pub findings: Vec<LineageFinding>,
}

/// An image that another stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ancestor {
    /// Which image.
    #[serde(flatten)]
    pub image: Named,
    /// How many layers it has.
    pub layers: usize,
    /// The organism it is a ring of.
    pub gid: Option<String>,
}

/// What somebody says of an image's base.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Claim {
    /// Of what.
    pub child: String,
    /// What it is built on.
    pub parent: String,
    /// Who says so.
    pub evidence: Evidence,
}

/// A contradiction in an image's lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code")]
pub enum LineageFinding {
    /// A claim names another base than the layers show; the layers win.
    #[serde(rename = "D-LINEAGE")]
    Contradicted {
        /// The claim.
        claim: Claim,
        /// The nearest base by layers, where there is one.
        nearest: Option<Named>,
        /// Whether the claimed base is an ancestor as well, only not the nearest.
        is_ancestor: bool,
    },
    /// An image cannot be smaller than what it is built on.
    #[serde(rename = "E-LINEAGE-SIZE")]
    SmallerThanBase {
        /// The claim.
        claim: Claim,
        /// Uncompressed bytes of the image.
        child_bytes: u64,
        /// Uncompressed bytes of the claimed base.
        parent_bytes: u64,
    },
    /// The claims go round in a circle.
    #[serde(rename = "E-LINEAGE-CYCLE")]
    Cycle {
        /// The claim that leads back to where the walk has been.
        claim: Claim,
    },
    /// The claims go on for longer than they are followed.
    #[serde(rename = "W-LINEAGE-DEPTH")]
    TooDeep {
        /// The last one that was followed.
        claim: Claim,
    },
}

impl Store {
    /// The lineage of the image that `name` means: a digest, its latest reference, or a GID.
    ///
    /// Base by layers: a known image whose whole chain of diff ids is a proper prefix of this one's.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn lineage(&self, name: &str) -> Result<LineageOf, FleetError> {
        self.read(|db| {
            let image = rows::image(db, name)?;
            let bases = bases(db, &image)?;
            let (claims, mut findings) = claims(db, &image, name)?;
            contradictions(db, &image, &bases, &claims, &mut findings)?;
            let same = rows::ending_at(db, image.tip)?.into_iter();
            let twins =
                same.filter(|twin| twin.id != image.id && !image.path.is_empty()).map(|twin| twin.named).collect();
            let bases = bases.into_iter().map(|base| ancestor(db, base)).collect::<Result<_>>()?;
            Ok(LineageOf { image: image.named, bases, twins, claims, findings })
        })
    }
}

/// Images the image stands on by layers, nearest first; of several with one chain, the one known first comes first.
pub(super) fn bases(db: &Connection, image: &Placed) -> Result<Vec<Placed>> {
    let mut find = db.prepare_cached("SELECT base FROM descends WHERE image = ?")?;
    let ids: Vec<u64> = find.query_map([image.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut bases = ids.into_iter().map(|id| rows::image_by_id(db, id)).collect::<Result<Vec<_>>>()?;
    bases.sort_by_key(|base| (std::cmp::Reverse(base.path.len()), base.id));
    Ok(bases)
}

fn ancestor(db: &Connection, base: Placed) -> Result<Ancestor> {
    let gid = gid_of(db, &base)?;
    Ok(Ancestor { image: base.named, layers: base.path.len(), gid })
}

/// The organism an image is a ring of.
pub(super) fn gid_of(db: &Connection, image: &Placed) -> Result<Option<String>> {
    let mut find = db.prepare_cached("SELECT min(gid) FROM ring WHERE digest = ?")?;
    Ok(find.query_row([crate::bytes::of_digest(&image.named.digest)], |row| row.get(0))?)
}

/// Follows claims upwards, each once: from the image's digest, its reference and its GID.
fn claims(db: &Connection, image: &Placed, name: &str) -> Result<(Vec<Claim>, Vec<LineageFinding>)> {
    let mut seen: BTreeSet<String> =
        [image.named.digest.to_string(), image.named.reference.clone(), name.into()].into();
    seen.extend(gid_of(db, image)?);
    let own = seen.clone();
    let mut level: Vec<String> = seen.iter().cloned().collect();
    let (mut found, mut findings) = (Vec::new(), Vec::new());
    let mut find = db.prepare_cached("SELECT parent, evidence FROM claim WHERE child = ? ORDER BY parent, evidence")?;
    for step in 0..=STEPS {
        let mut next = Vec::new();
        for child in level {
            let claimed = find.query_map([&child], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
            for claimed in claimed {
                let (parent, evidence): (String, _) = claimed?;
                let claim = Claim { child: child.clone(), parent, evidence: Evidence::of_code(&evidence)? };
                if step == STEPS {
                    findings.push(LineageFinding::TooDeep { claim });
                    continue;
                }
                let parent = claim.parent.clone();
                if seen.insert(parent.clone()) {
                    next.push(parent);
                } else if own.contains(&parent) || reaches(&found, &parent, &claim.child) {
                    findings.push(LineageFinding::Cycle { claim: claim.clone() });
                }
                found.push(claim);
            }
        }
        level = next;
    }
    Ok((found, findings))
}

/// Whether the claims lead from `child` up to `parent`.
fn reaches(claims: &[Claim], child: &str, parent: &str) -> bool {
    let (mut up, mut next) = (BTreeSet::new(), vec![child]);
    while let Some(name) = next.pop() {
        if up.insert(name) {
            next.extend(claims.iter().filter(|claim| claim.child == name).map(|claim| claim.parent.as_str()));
        }
    }
    up.contains(parent)
}

/// Compares the claims on the image itself with its layers. A claim on a base that the fleet does not know contradicts
/// nothing: the base may lie between those that are known.
fn contradictions(
    db: &Connection,
    image: &Placed,
    bases: &[Placed],
    claims: &[Claim],
    findings: &mut Vec<LineageFinding>,
) -> Result<()> {
    let names = own_names(db, image)?;
    for claim in claims.iter().filter(|claim| names.contains(&claim.child)) {
        let Some(claimed) = rows::find(db, &claim.parent)? else { continue };
        if let Some((child_bytes, parent_bytes)) =
            image.unpacked.zip(claimed.unpacked).filter(|(child, base)| child < base)
        {
            findings.push(LineageFinding::SmallerThanBase { claim: claim.clone(), child_bytes, parent_bytes });
        }
        // Tags move and organisms grow: a base counts under every name it ever had.
        let mut same = Vec::new();
        for base in bases {
            if base.tip == claimed.tip || own_names(db, base)?.contains(&claim.parent) {
                same.push(base.path.len());
            }
        }
        let nearest = bases.first();
        if nearest.is_some_and(|nearest| same.contains(&nearest.path.len())) {
            continue;
        }
        findings.push(LineageFinding::Contradicted {
            claim: claim.clone(),
            nearest: nearest.map(|base| base.named.clone()),
            is_ancestor: !same.is_empty(),
        });
    }
    Ok(())
}

/// What an image may be called in a claim.
fn own_names(db: &Connection, image: &Placed) -> Result<Vec<String>> {
    let mut names = vec![image.named.digest.to_string(), image.named.reference.clone()];
    names.extend(gid_of(db, image)?);
    Ok(names)
}
