//! What the score counts: all platforms of a reference as one image, and only the newest that bears it.

use std::collections::{BTreeMap, HashMap, HashSet};

use mvi_fleet::{ImageRow, JudgementFacts};
use mvi_standard::Verdict;
use mvi_standard::solvency::{Candidate, Standing, Tally, weight_of};

use super::FleetFailure;

/// What an image weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weigh {
    /// Each counts 1.
    Images,
    /// Its size.
    Bytes,
    /// How often it is pulled, as its owner says.
    Pulls,
    /// How many pods run it, else how many its owner says.
    Pods,
}

impl Weigh {
    /// The word for it.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Bytes => "bytes",
            Self::Pulls => "pulls",
            Self::Pods => "pods",
        }
    }
}

/// What owners say of the use of their images, by digest: pulls and pods.
pub(super) type Use = HashMap<String, (Option<f64>, Option<f64>)>;

/// The images that are what their reference means now, or run: of several with one reference and platform the newest.
/// What only stands for an image gives way to it.
pub(super) fn current(rows: Vec<ImageRow>) -> (Vec<ImageRow>, Vec<ImageRow>) {
    let name = |row: &ImageRow| (row.repository.clone(), row.tag.clone().unwrap_or_else(|| "latest".to_owned()));
    let mut newest: HashMap<(String, String), u64> = HashMap::new();
    let mut read: HashSet<(String, String)> = HashSet::new();
    for row in &rows {
        let seq = newest.entry((row.image.reference.clone(), row.platform.clone())).or_default();
        *seq = (*seq).max(row.seq);
        if row.layers > 0 {
            read.insert(name(row));
        }
    }
    rows.into_iter().partition(|row| {
        let key = (row.image.reference.clone(), row.platform.clone());
        let gave_way = row.layers == 0 && !row.counted && read.contains(&name(row));
        row.pods > 0 || (newest.get(&key) == Some(&row.seq) && !gave_way)
    })
}

/// Counts the images of a fleet; `scope` says which.
///
/// # Errors
/// [`FleetFailure::Usage`] names an image that has no such weight, [`FleetFailure::Tally`] says the sum does not fit.
pub(super) fn count(
    rows: &[ImageRow],
    scope: impl Fn(&ImageRow) -> bool,
    weigh: Weigh,
    uses: &Use,
) -> Result<(Tally, Vec<Candidate>), FleetFailure> {
    // Where it is known what runs at all, what is not seen runs nowhere.
    let cluster = rows.iter().any(|row| row.pods > 0);
    let mut units: BTreeMap<(&str, &str), Vec<&ImageRow>> = BTreeMap::new();
    let mut platforms: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| scope(row)) {
        // The same reference on the same platform twice is two images that both run.
        let nth = platforms.entry((&row.image.reference, &row.platform)).or_default();
        *nth += 1;
        let apart = if *nth > 1 { row.platform.as_str() } else { "" };
        units.entry((&row.image.reference, apart)).or_default().push(row);
    }
    let (mut tally, mut candidates) = (Tally::default(), Vec::new());
    for ((name, _), members) in units {
        let standing =
            members.iter().map(|row| standing(row.judgement.as_ref())).max_by_key(|standing| rank(*standing));
        let standing = standing.unwrap_or(Standing::Unmeasured);
        let weight = weight(name, &members, (weigh, cluster), uses)?;
        tally.add(standing, weight)?;
        candidates.push(Candidate { name: name.to_owned(), standing, weight });
    }
    Ok((tally, candidates))
}

fn standing(judgement: Option<&JudgementFacts>) -> Standing {
    match judgement {
        None => Standing::Unmeasured,
        Some(judgement) if judgement.verdict == Verdict::Unmeasured => Standing::Unmeasured,
        Some(judgement) if judgement.heavy => Standing::Heavy,
        Some(judgement) if judgement.compliant => Standing::Compliant,
        Some(_) => Standing::Neither,
    }
}

/// Which standing counts for an image of several platforms: the worst.
fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Compliant => 0,
        Standing::Neither => 1,
        Standing::Unmeasured => 2,
        Standing::Heavy => 3,
    }
}

/// What the platforms of an image weigh together; `cluster` says whether it is known what runs.
fn weight(name: &str, members: &[&ImageRow], (weigh, cluster): (Weigh, bool), uses: &Use) -> Result<u64, FleetFailure> {
    let said = |row: &&ImageRow| uses.get(&row.image.digest.to_string()).copied().unwrap_or_default();
    let (what, values): (_, Vec<Option<f64>>) = match weigh {
        Weigh::Images => return Ok(1),
        Weigh::Bytes => ("size", members.iter().map(|row| row.dimensions.get("size_mb").copied()).collect()),
        Weigh::Pulls => ("number of pulls", members.iter().map(|row| said(row).0).collect()),
        Weigh::Pods => {
            let running =
                |row: &&ImageRow| (row.pods > 0).then_some(row.pods as f64).or(said(row).1).or(cluster.then_some(0.0));
            ("number of pods", members.iter().map(running).collect())
        }
    };
    let missing =
        || FleetFailure::Usage(format!("the image `{name}` has no {what}; record it, or count images instead"));
    let values: Option<Vec<f64>> = values.into_iter().collect();
    let value = values.ok_or_else(missing)?.into_iter().reduce(|sum, value| match weigh {
        // A node pulls one platform: the largest is what an image weighs.
        Weigh::Bytes => sum.max(value),
        Weigh::Images | Weigh::Pulls | Weigh::Pods => sum + value,
    });
    value.and_then(weight_of).ok_or_else(missing)
}
