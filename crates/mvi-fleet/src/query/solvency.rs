//! The sums that the fleet's score is worked out from; the score itself is the standard's.

use rusqlite::Row;
use serde::Serialize;

use crate::error::FleetError;
use crate::store::Store;

/// Sums over all audited images of organisms that are not retired; an image counts once, whatever its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SolvencyTally {
    /// By number of images.
    pub images: Weights,
    /// By transfer bytes of images; those of unknown size add nothing.
    pub bytes: Weights,
    /// Images of unknown size.
    pub without_bytes: u64,
}

/// One way of weighing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Weights {
    /// All.
    pub total: u64,
    /// On a floor base, with no trigger.
    pub compliant: u64,
    /// Over the heavy line and not justified.
    pub heavy: u64,
    /// Not judged, or judged without a size.
    pub unmeasured: u64,
}

impl Store {
    /// The tally as it stands: one row, kept up to date with every change.
    ///
    /// # Errors
    /// [`FleetError::Database`].
    pub fn solvency_tally(&self) -> Result<SolvencyTally, FleetError> {
        let sql = "SELECT total, compliant, heavy, unmeasured, total_bytes, compliant_bytes, heavy_bytes,
                          unmeasured_bytes, without_bytes FROM tally";
        self.read(|db| Ok(db.query_row(sql, [], read)?))
    }

    /// The same sums counted anew from images and judgements, without what was kept.
    ///
    /// # Errors
    /// [`FleetError::Database`].
    pub fn solvency_recount(&self) -> Result<SolvencyTally, FleetError> {
        let sql = "WITH share AS (
                SELECT image.transfer AS bytes, coalesce(judgement.compliant, 0) AS compliant,
                       coalesce(judgement.heavy, 0) AS heavy, coalesce(judgement.verdict, 'none') = 'none' AS unmeasured
                FROM image LEFT JOIN judgement ON judgement.digest = image.digest
                WHERE image.audited AND image.digest NOT IN (
                    SELECT ring.digest FROM organism JOIN ring ON ring.gid = organism.gid
                    WHERE organism.retired IS NOT NULL))
            SELECT count(*), coalesce(sum(compliant), 0), coalesce(sum(heavy), 0), coalesce(sum(unmeasured), 0),
                   coalesce(sum(bytes), 0), coalesce(sum(compliant * bytes), 0), coalesce(sum(heavy * bytes), 0),
                   coalesce(sum(unmeasured * bytes), 0), coalesce(sum(bytes IS NULL), 0) FROM share";
        self.read(|db| Ok(db.query_row(sql, [], read)?))
    }
}

/// Four sums of images, four of bytes, and the images without.
fn read(row: &Row<'_>) -> rusqlite::Result<SolvencyTally> {
    let weights = |at| -> rusqlite::Result<Weights> {
        let (total, compliant) = (row.get(at)?, row.get(at + 1)?);
        Ok(Weights { total, compliant, heavy: row.get(at + 2)?, unmeasured: row.get(at + 3)? })
    };
    Ok(SolvencyTally { images: weights(0)?, bytes: weights(4)?, without_bytes: row.get(8)? })
}
