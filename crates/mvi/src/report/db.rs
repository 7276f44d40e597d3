//! The index of advisories, as plain data.

use serde::Serialize;

/// The report of `mvi db import`. JSON Schema: `schema/mvi-db-import-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct DbImportReport {
    /// `mvi-db-import/1`.
    pub schema: &'static str,
    /// The file.
    pub index: String,
    /// Records that were seen; always those taken and those rejected together.
    pub read: u64,
    /// Records that came in.
    pub taken: u64,
    /// Records, members and files that did not.
    pub rejected: u64,
    /// The first of them, with their reasons.
    pub rejects: Vec<DbReject>,
    /// Documents on the web, in the order they were asked for.
    pub fetched: Vec<DbFetch>,
    /// Advisories in the index now.
    pub advisories: usize,
    /// Packages that they are about.
    pub packages: usize,
    /// Size of the index.
    pub bytes: usize,
    /// The feeds in it now, by name.
    pub feeds: Vec<DbFeed>,
}

/// A document on the web that was asked for.
#[derive(Debug, Serialize)]
pub(crate) struct DbFetch {
    /// Its address.
    pub url: String,
    /// What came of it.
    pub outcome: FetchOutcome,
    /// Its length, where it was fetched.
    pub bytes: Option<u64>,
}

/// What came of asking for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FetchOutcome {
    /// It was fetched and read.
    Fetched,
    /// Its server says that it is as it was.
    Unchanged,
    /// It could not be had; why is among the rejects.
    Failed,
}

/// Something that is no record.
#[derive(Debug, Serialize)]
pub(crate) struct DbReject {
    /// The file, and what in it.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// The report of `mvi db status`. JSON Schema: `schema/mvi-db-status-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct DbStatusReport {
    /// `mvi-db-status/1`.
    pub schema: &'static str,
    /// The file.
    pub index: String,
    /// Advisories in it, withdrawn ones too.
    pub advisories: usize,
    /// Packages that they are about.
    pub packages: usize,
    /// Its size.
    pub bytes: usize,
    /// Days after which a feed is stale; none where that was not asked.
    pub max_age_days: Option<u32>,
    /// The standard's exposure levels, the lowest first; none in the report of an import.
    pub levels: Vec<DbLevel>,
    /// The feeds, by name.
    pub feeds: Vec<DbFeed>,
}

/// Whether the feeds are young enough for an exposure level.
#[derive(Debug, Serialize)]
pub(crate) struct DbLevel {
    /// Its number.
    pub level: u8,
    /// Its name.
    pub name: String,
    /// Days after which what is known of vulnerabilities counts no more.
    pub max_days: u32,
    /// Whether the oldest feed is no older than that; false where there is none.
    pub fresh: bool,
}

/// A feed in the index.
#[derive(Debug, Serialize)]
pub(crate) struct DbFeed {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// Advisories, rows or scores.
    pub records: u64,
    /// Of them, those withdrawn.
    pub withdrawn: u64,
    /// The newest time that its records state, as they write it.
    pub newest: Option<String>,
    /// When it was imported last.
    pub imported: Option<String>,
    /// Whole days since then.
    pub age_days: i64,
    /// More days than were asked for.
    pub stale: bool,
    /// Where on the web it came from.
    pub sources: Vec<String>,
}
