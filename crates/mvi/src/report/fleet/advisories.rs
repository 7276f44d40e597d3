//! What came of advisories that the fleet was told.

use serde::Serialize;

/// What came of advisories. JSON Schema: `schema/mvi-fleet-advisories-1.json`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct AdvisoriesReport {
    /// `mvi-fleet-advisories/1`.
    pub schema: &'static str,
    /// Records that were read.
    pub records: usize,
    /// Records that were not known.
    pub new: usize,
    /// Records that say something else than before, or affect other packages.
    pub changed: usize,
    /// Records that were known like this.
    pub same: usize,
    /// Records that their source took back.
    pub withdrawn: usize,
    /// Records about kinds of packages that are not found in images; they are not kept.
    pub elsewhere: usize,
    /// Records that affect a package of the fleet.
    pub affecting: usize,
    /// Package versions of the fleet that are affected.
    pub packages: usize,
    /// Pairs of record and package that nobody can decide, as a version has no place in its ecosystem's order.
    pub undecided: usize,
    /// The first of them.
    pub undecided_first: Vec<Undecided>,
    /// What could not be read.
    pub unreadable: Vec<NotRead>,
}

/// A package of which nobody knows whether a record affects it.
#[derive(Debug, Serialize)]
pub(crate) struct Undecided {
    /// The record.
    pub advisory: String,
    /// The package URL.
    pub package: String,
}

/// Something that is no record.
#[derive(Debug, Serialize)]
pub(crate) struct NotRead {
    /// The file, and the entry in it.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}
