//! The index of advisories: feeds into it, and what it holds.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use mvi_advisories::{Feed, FeedSource, FeedStatus, Import, ImportLimits, Index, IndexError, IndexLock, index};
use mvi_registry::{Download, RegistryError, Validators};
use mvi_standard::Standard;

use crate::progress::Tally;
use crate::report::db::{DbFeed, DbFetch, DbImportReport, DbLevel, DbReject, DbStatusReport, FetchOutcome};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Something to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FeedPlace {
    /// A file.
    File(PathBuf),
    /// The address of a document on the web.
    Url(String),
}

/// Fetches the document at an address into a file, unless it is as it was.
pub(crate) type Fetch<'a> = &'a dyn Fn(&str, &Validators, &mut File) -> Result<Download, RegistryError>;

/// What an import reads, and where it goes.
pub(crate) struct ImportPlan<'a> {
    /// The index.
    pub index: &'a Path,
    /// Files and documents, read in this order.
    pub places: &'a [FeedPlace],
    /// How documents on the web are had.
    pub fetch: Fetch<'a>,
    /// Whether what was imported before is forgotten.
    pub replace: bool,
    /// Now.
    pub now: Timestamp,
    /// Where progress shows.
    pub tally: &'a Tally,
}

/// Reads feeds into the index; `waiting` is called where another import has to end first. Files and records that cannot be
/// read are counted, named and left out.
///
/// # Errors
/// An index that is there and cannot be read, or one that cannot be written; what was there stays.
pub(crate) fn import(plan: &ImportPlan<'_>, waiting: impl FnOnce()) -> anyhow::Result<DbImportReport> {
    let lock = IndexLock::take(plan.index, waiting)?;
    let known = if plan.replace { None } else { known(plan.index)? };
    let statuses = known.as_ref().map(Index::feeds).unwrap_or_default();
    let mut reading = Import::new(ImportLimits::default(), plan.now.as_second());
    let mut fetched = Vec::new();
    plan.tally.start(plan.places.len());
    for place in plan.places {
        let name = match place {
            FeedPlace::File(file) => {
                read_file(&mut reading, file);
                file.display().to_string()
            }
            FeedPlace::Url(url) => {
                fetched.push(fetch(&mut reading, url, statuses, plan.fetch));
                url.clone()
            }
        };
        plan.tally.done(&name);
    }
    let counts = reading.counts();
    let rejects = reading.rejects().iter();
    let rejects = rejects.map(|it| DbReject { place: it.place.clone(), reason: it.reason.clone() }).collect();
    let has_news = reading.has_news();
    let bytes = {
        let kept = kept(known, &reading, plan.index)?;
        let feeds = reading.onto(kept);
        index::build(&feeds)?
    };
    if has_news || plan.replace {
        index::write(plan.index, &bytes, &lock)?;
    }
    let status = describe(plan.index, &Index::from_bytes(bytes)?, None, plan.now);
    Ok(DbImportReport {
        schema: "mvi-db-import/1",
        index: status.index,
        read: counts.read,
        taken: counts.taken,
        rejected: counts.rejected,
        rejects,
        fetched,
        advisories: status.advisories,
        packages: status.packages,
        bytes: status.bytes,
        feeds: status.feeds,
    })
}

fn read_file(reading: &mut Import, file: &Path) {
    let place = file.display().to_string();
    match File::open(file) {
        Ok(opened) => reading.read(&place, opened),
        Err(error) => reading.unreadable(&place, error.to_string()),
    }
}

/// Fetches a document into a file without a name and reads it; one that cannot be had is a reject, and what is known of its
/// feeds stays.
fn fetch(reading: &mut Import, url: &str, known: &[FeedStatus], fetch: Fetch<'_>) -> DbFetch {
    let source = known.iter().flat_map(|feed| &feed.sources).find(|source| source.url == url);
    let validators = source.map(|source| Validators { etag: source.etag.clone(), modified: source.modified.clone() });
    let outcome = tempfile::tempfile().map_err(|error| error.to_string()).and_then(|mut file| {
        let got = fetch(url, &validators.unwrap_or_default(), &mut file).map_err(|error| reasons(&error))?;
        Ok((got, file))
    });
    let (outcome, bytes) = match outcome {
        Ok((Download::Unchanged, _)) => {
            reading.confirm(url);
            (FetchOutcome::Unchanged, None)
        }
        Ok((Download::Fetched { validators, bytes }, file)) => {
            let Validators { etag, modified } = validators;
            reading.read_fetched(FeedSource { url: url.to_owned(), etag, modified }, file);
            (FetchOutcome::Fetched, Some(bytes))
        }
        Err(reason) => {
            reading.unreadable(url, reason);
            (FetchOutcome::Failed, None)
        }
    };
    DbFetch { url: url.to_owned(), outcome, bytes }
}

/// An error with its causes, in a line.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        text = format!("{text}: {found}");
        cause = found.source();
    }
    text
}

/// The index that is there; none where there is no file.
fn known(path: &Path) -> anyhow::Result<Option<Index>> {
    match Index::open(path) {
        Err(IndexError::Open { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some).with_context(|| cannot_add(path)),
    }
}

/// The feeds of the index that are there and that nothing of what was read replaces.
fn kept(known: Option<Index>, reading: &Import, path: &Path) -> anyhow::Result<Vec<Feed>> {
    let Some(index) = known else { return Ok(Vec::new()) };
    index.sources(|feed| !reading.replaces(feed)).with_context(|| cannot_add(path))
}

fn cannot_add(path: &Path) -> String {
    format!("`{}` cannot be added to; --replace starts from nothing", path.display())
}

/// The addresses that the feeds of an index came from, each once.
///
/// # Errors
/// An index that is missing or cannot be read.
pub(crate) fn addresses(path: &Path) -> anyhow::Result<Vec<String>> {
    let index = open(path)?;
    let mut found: Vec<String> =
        index.feeds().iter().flat_map(|feed| &feed.sources).map(|source| source.url.clone()).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// What is in the index, and how old; feeds that were imported more than `max_age` days ago are stale. The levels are those
/// of the standard, each with whether every feed is young enough for it.
///
/// # Errors
/// An index that is missing or cannot be read.
pub(crate) fn status(
    path: &Path,
    max_age: Option<u32>,
    standard: &Standard,
    now: Timestamp,
) -> anyhow::Result<DbStatusReport> {
    let mut report = describe(path, &open(path)?, max_age, now);
    let oldest = report.feeds.iter().map(|feed| feed.age_days).max();
    report.levels = (standard.sostle_levels.iter())
        .map(|row| DbLevel {
            level: row.level,
            name: row.name.clone(),
            max_days: row.min_scan_days,
            fresh: oldest.is_some_and(|age| age <= i64::from(row.min_scan_days)),
        })
        .collect();
    Ok(report)
}

/// Opens the index.
///
/// # Errors
/// An index that is missing or cannot be read.
pub(crate) fn open(path: &Path) -> anyhow::Result<Index> {
    match Index::open(path) {
        Err(IndexError::Open { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            anyhow::bail!("there is no index of advisories at `{}`\nnext: mvi db import PATH… makes it", path.display())
        }
        opened => opened.with_context(|| format!("cannot use `{}`", path.display())),
    }
}

fn describe(path: &Path, index: &Index, max_age: Option<u32>, now: Timestamp) -> DbStatusReport {
    let feeds = index.feeds().iter().map(|feed| {
        let age_days = ((now.as_second() - feed.imported) / DAY).max(0);
        DbFeed {
            name: feed.name.clone(),
            kind: feed.kind.as_str(),
            records: feed.records,
            withdrawn: feed.withdrawn,
            newest: feed.newest.clone(),
            imported: Timestamp::from_second(feed.imported).ok().map(|time| time.to_string()),
            age_days,
            stale: max_age.is_some_and(|most| age_days > i64::from(most)),
            sources: feed.sources.iter().map(|source| source.url.clone()).collect(),
        }
    });
    DbStatusReport {
        schema: "mvi-db-status/1",
        index: path.display().to_string(),
        advisories: index.advisories(),
        packages: index.packages(),
        bytes: index.size(),
        max_age_days: max_age,
        levels: Vec::new(),
        feeds: feeds.collect(),
    }
}
