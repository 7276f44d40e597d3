//! Projections: tables that follow from the log and can be dropped and made again. One file each, one line here.

pub(crate) mod crqs;
pub(crate) mod decisions;
pub(crate) mod declared;
pub(crate) mod images;
pub(crate) mod judgements;
pub(crate) mod layers;
pub(crate) mod names;
pub(crate) mod organisms;
pub(crate) mod path;
pub(crate) mod runs;
pub(crate) mod tally;
pub(crate) mod vulnerabilities;

use jiff::Timestamp;
use mvi_image::Digest;
use rusqlite::Connection;

use crate::error::Result;
use crate::fact::Fact;

pub(crate) use names::Names;

/// Every projection, in the order in which an event reaches them: later ones may read what earlier ones wrote.
pub(crate) const PROJECTIONS: &[&dyn Projection] = &[
    &layers::Layers,
    &images::Images,
    &declared::Declared,
    &judgements::Judgements,
    &vulnerabilities::Vulnerabilities,
    &runs::Runs,
    &organisms::Organisms,
    &crqs::Crqs,
    &decisions::Decisions,
    &tally::Tally,
];

/// Tables that follow from events.
pub(crate) trait Projection: Sync {
    /// Its name, for the file's record of what was projected.
    fn name(&self) -> &'static str;

    /// Raised with every change of `schema` or of what `apply` writes; files are then rebuilt when they are opened.
    fn version(&self) -> u32;

    /// Makes its tables, empty.
    fn schema(&self) -> &'static str;

    /// Follows one event. The same events in the same order give the same rows, ids included.
    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()>;
}

/// Where projections are written.
pub(crate) struct Target<'a> {
    /// The database, inside a transaction.
    pub(crate) db: &'a Connection,
    /// Ids of names that were seen lately.
    pub(crate) names: &'a mut Names,
}

/// An event on its way into the projections.
pub(crate) struct Happened<'a> {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) payload_sha256: &'a [u8; 32],
    pub(crate) standard: Option<&'a Digest>,
    pub(crate) fact: &'a Fact,
}

impl Target<'_> {
    /// Lets every projection follow an event.
    pub(crate) fn project(&mut self, event: &Happened<'_>) -> Result<()> {
        PROJECTIONS.iter().try_for_each(|projection| projection.apply(self, event))
    }
}
