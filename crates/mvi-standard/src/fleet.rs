//! A whole fleet judged: every image with its verdict, pressure, segment and findings, and the score of them all.

mod change;
mod image;
mod scope;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

pub use change::{FleetChange, Outcome, fleet_changes};
pub use image::JudgedImage;
pub use scope::{Scope, Weigh, WeighError};

use crate::crq::{Calendar, Crq};
use crate::declared::{growth, tag_line, tag_order};
use crate::fleet_file::FleetFile;
use crate::organism::{FleetVerdict, base_status, row_status};
use crate::solvency::{Candidate, Solvency};
use crate::standard::Standard;
use crate::verdict::Verdict;

/// What the standard says about a fleet at a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FleetJudgement {
    /// Name of the standard.
    pub standard: String,
    /// Identity of the standard.
    pub standard_digest: String,
    /// The moment, RFC 3339.
    pub judged_at: String,
    /// Every image, in the file's order.
    pub images: Vec<JudgedImage>,
    /// The score of the audited images, each counting once.
    pub solvency: Solvency,
    /// Status of every use class, in the standard's order.
    pub rows: Vec<Status>,
    /// Status of every registered image, in the standard's order.
    pub organisms: Vec<Status>,
}

/// The status of a use class or a registered image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Id of the row or of the image.
    pub id: String,
    /// Its status; nothing when nothing says so.
    pub status: Option<Verdict>,
    /// The status that the standard declares.
    pub declared: Option<Verdict>,
}

/// Judges every image of a fleet file and the fleet as a whole. Pure: `now` decides which exceptions count.
///
/// A change request in force justifies the image it is about; the standard's own list counts for images that no
/// request was ever in force for.
pub fn judge_fleet(standard: &Standard, fleet: &FleetFile, crqs: &[Crq], now: Timestamp) -> FleetJudgement {
    judge_fleet_with(standard, fleet, crqs, &Calendar::of(standard, &[]), now)
}

/// The same with coming standards, which make change requests due on their first day.
pub fn judge_fleet_with(
    standard: &Standard,
    fleet: &FleetFile,
    crqs: &[Crq],
    calendar: &Calendar,
    now: Timestamp,
) -> FleetJudgement {
    let judged = |image| image::judged(standard, image, crqs, calendar, now);
    let mut images: Vec<JudgedImage> = fleet.images.iter().map(judged).collect();
    add_growth(standard, fleet, &mut images);
    let verdicts: Vec<FleetVerdict<'_>> = images
        .iter()
        .map(|image| FleetVerdict {
            reference: &image.reference,
            class: image.class.as_deref(),
            verdict: image.verdict,
        })
        .collect();
    let rows = standard.rows.iter().map(|row| Status {
        id: row.id.clone(),
        status: row_status(standard, row, &verdicts),
        declared: declared_status(standard, &row.id),
    });
    let organisms = standard.gids.iter().map(|gid| Status {
        id: gid.id.clone(),
        status: base_status(standard, gid, &verdicts),
        declared: Some(gid.status),
    });
    let (rows, organisms) = (rows.collect(), organisms.collect());
    FleetJudgement {
        standard: standard.meta.id.clone(),
        standard_digest: standard.digest().to_owned(),
        judged_at: now.to_string(),
        solvency: Solvency::of(&scope::counted(&images, Scope::Audited)),
        rows,
        organisms,
        images,
    }
}

impl FleetJudgement {
    /// The score over some of the images, counted or weighed.
    ///
    /// # Errors
    ///
    /// [`WeighError`] names the image that has no such weight, or says that the sum does not fit.
    pub fn solvency_by(&self, scope: Scope, weigh: Weigh) -> Result<Solvency, WeighError> {
        scope::tally(&self.images, scope, weigh).map(|tally| Solvency::of(&tally))
    }

    /// The images that a plan can choose from, each of weight 1.
    pub fn candidates(&self, scope: Scope) -> Vec<Candidate> {
        scope::units(&self.images, scope)
            .into_iter()
            .map(|unit| Candidate { name: unit.name.to_owned(), standing: unit.standing, weight: 1 })
            .collect()
    }
}

/// The status that a row of the standard prints for itself.
fn declared_status(standard: &Standard, row: &str) -> Option<Verdict> {
    let rows = standard.document().get("row")?.as_array()?;
    let entry = rows.iter().find(|entry| entry["id"] == row)?;
    serde_json::from_value(entry.get("status")?.clone()).ok()
}

/// Place of an image in its fleet, its tag, and its size in MB.
type TaggedSize<'a> = (usize, &'a str, f64);

/// D-GROWTH on every tag that is much larger than the tag before it in the same repository.
fn add_growth(standard: &Standard, fleet: &FleetFile, images: &mut [JudgedImage]) {
    let mut lines: BTreeMap<(&str, Option<&str>), Vec<TaggedSize<'_>>> = BTreeMap::new();
    for (place, image) in fleet.images.iter().enumerate() {
        if let Some((tag, size_mb)) = image.tag.as_deref().zip(image.size_mb) {
            lines.entry((&image.repository, image.platform.as_deref())).or_default().push((place, tag, size_mb));
        }
    }
    for tags in lines.values_mut() {
        // Tags that cannot be compared, such as two variants, are in different runs.
        tags.sort_by_cached_key(|(_, tag, _)| tag_line(tag));
        for pair in tags.windows(2) {
            let [(_, old, old_mb), (place, new, new_mb)] = pair else { continue };
            let finding = (tag_order(old, new) == Some(Ordering::Less))
                .then(|| growth(standard, (old, *old_mb), (new, *new_mb)))
                .flatten();
            if let Some(image) = images.get_mut(*place) {
                image.findings.extend(finding);
            }
        }
    }
}

#[cfg(test)]
mod tests;
