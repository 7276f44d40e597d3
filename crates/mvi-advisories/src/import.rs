//! An import: feeds are read into one model, everything that comes in is counted, and what is no record is named.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use serde::{Deserialize, Serialize};

use crate::advisory::{Advisory, Entry, line};
use crate::feed::kev::Exploited;
use crate::feed::{FeedKind, ImportLimits, archive};

/// Everything of one feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// What it is.
    pub about: FeedStatus,
    /// Its advisories by their ids.
    pub advisories: BTreeMap<String, Advisory>,
    /// Exploited CVEs, of a catalogue.
    #[serde(default)]
    pub exploited: BTreeMap<String, Exploited>,
    /// Scores and percentiles by CVE.
    #[serde(default)]
    pub scores: BTreeMap<String, (f32, f32)>,
}

/// What is known of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedStatus {
    /// Its name: `osv/PyPI`, `alpine-secdb/v3.18/main`, `kev`.
    pub name: String,
    /// Its kind.
    pub kind: FeedKind,
    /// Advisories, rows of a catalogue or scores that it has.
    pub records: u64,
    /// Of them, those that were withdrawn.
    pub withdrawn: u64,
    /// The newest time that its records state, as they write it.
    pub newest: Option<String>,
    /// When it was imported last, or its sources said that it is as it was: seconds since 1970.
    pub imported: i64,
    /// Where on the web it came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FeedSource>,
}

/// A document on the web that a feed came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedSource {
    /// Its address.
    pub url: String,
    /// The server's `ETag`, to ask whether it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The server's `Last-Modified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

impl Default for FeedStatus {
    fn default() -> Self {
        let name = String::new();
        Self { name, kind: FeedKind::Osv, records: 0, withdrawn: 0, newest: None, imported: 0, sources: Vec::new() }
    }
}

/// Something that is no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The file, and the member or record in it.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// What was counted while files were read: `read` is always `taken` + `rejected`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records, rows and documents that were seen.
    pub read: u64,
    /// Those that came into a feed, where they may have replaced another of the same id.
    pub taken: u64,
    /// Those that did not.
    pub rejected: u64,
}

/// Reads files.
#[derive(Debug)]
pub struct Import {
    feeds: BTreeMap<String, Feed>,
    /// Feeds of which a whole export was read, so that what was known of them before goes.
    whole: BTreeSet<String>,
    /// Where what is being read came from.
    source: Option<FeedSource>,
    /// Addresses of documents that are as they were.
    confirmed: BTreeSet<String>,
    counts: Counts,
    rejects: Vec<Reject>,
    limits: ImportLimits,
    now: i64,
}

impl Import {
    /// Nothing yet; `now` is seconds since 1970.
    #[must_use]
    pub fn new(limits: ImportLimits, now: i64) -> Self {
        Self {
            feeds: BTreeMap::new(),
            whole: BTreeSet::new(),
            source: None,
            confirmed: BTreeSet::new(),
            counts: Counts::default(),
            rejects: Vec::new(),
            limits,
            now,
        }
    }

    /// Reads a file of any known shape, told by its content. What cannot be read is a reject that names `place`; the
    /// import goes on.
    pub fn read(&mut self, place: &str, source: impl Read + Seek) {
        let before = self.whole.clone();
        let mut intake = Intake { import: self, place: place.to_owned(), is_whole: false };
        if let Err(reason) = archive::read(&mut intake, source) {
            intake.reject("", reason);
            // Half of an export adds to what is known, and replaces nothing.
            self.whole = before;
        }
    }

    /// Reads what was fetched from an address; its feeds remember it.
    pub fn read_fetched(&mut self, fetched: FeedSource, source: impl Read + Seek) {
        let place = fetched.url.clone();
        self.source = Some(fetched);
        self.read(&place, source);
        self.source = None;
    }

    /// The document at an address is as it was: what is known of its feeds is as new as if it had been read.
    pub fn confirm(&mut self, url: &str) {
        self.confirmed.insert(url.to_owned());
    }

    /// Whether anything came in or was confirmed.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.counts.taken > 0 || !self.confirmed.is_empty()
    }

    /// True where a whole export of the feed was read: what was known of it before is not needed.
    #[must_use]
    pub fn replaces(&self, feed: &str) -> bool {
        self.whole.contains(feed)
    }

    /// A file that could not be opened.
    pub fn unreadable(&mut self, place: &str, reason: String) {
        Intake { import: self, place: place.to_owned(), is_whole: false }.reject("", reason);
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Rejects that are named, in the order of reading; [`Counts`] has their number.
    #[must_use]
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// The feeds that were read together with those that were known before: a whole export replaces its feed, single
    /// records replace records.
    #[must_use]
    pub fn onto(self, known: Vec<Feed>) -> Vec<Feed> {
        let mut feeds: BTreeMap<String, Feed> = known.into_iter().map(|feed| (feed.about.name.clone(), feed)).collect();
        for feed in feeds.values_mut() {
            if feed.about.sources.iter().any(|source| self.confirmed.contains(&source.url)) {
                feed.about.imported = self.now;
            }
        }
        for (name, read) in self.feeds {
            let replaces = self.whole.contains(&name);
            let feed = feeds.entry(name).or_default();
            if replaces {
                // An export from a file does not make its address forgotten; whether that has news must be asked anew.
                let address = |source: FeedSource| FeedSource { url: source.url, ..FeedSource::default() };
                let known = std::mem::take(&mut feed.about.sources);
                *feed = Feed::default();
                feed.about.sources = known.into_iter().map(address).collect();
            }
            let sources = merged(std::mem::take(&mut feed.about.sources), &read.about.sources);
            let newest = feed.about.newest.take().max(read.about.newest.clone());
            feed.about = FeedStatus { newest, sources, ..read.about };
            feed.advisories.extend(read.advisories);
            feed.exploited.extend(read.exploited);
            feed.scores.extend(read.scores);
            feed.about.records = (feed.advisories.len() + feed.exploited.len() + feed.scores.len()) as u64;
            feed.about.withdrawn =
                feed.advisories.values().filter(|advisory| advisory.withdrawn.is_some()).count() as u64;
        }
        feeds.into_values().collect()
    }
}

/// Sources that were known with those that were read; of one address what was read last.
fn merged(known: Vec<FeedSource>, read: &[FeedSource]) -> Vec<FeedSource> {
    let kept = known.into_iter().filter(|source| read.iter().all(|other| other.url != source.url));
    kept.chain(read.iter().cloned()).collect()
}

/// Where the readers of feeds put what they read, one file at a time.
pub(crate) struct Intake<'m> {
    import: &'m mut Import,
    place: String,
    is_whole: bool,
}

impl Intake<'_> {
    pub(crate) fn limits(&self) -> &ImportLimits {
        &self.import.limits
    }

    /// From here on OSV records are those of whole exports.
    pub(crate) fn whole_exports(&mut self) {
        self.is_whole = true;
    }

    /// Reads something inside the file.
    pub(crate) fn within<T>(&mut self, member: &str, read: impl FnOnce(&mut Intake<'_>) -> T) -> T {
        let place = format!("{}: {member}", self.place);
        read(&mut Intake { import: self.import, place, is_whole: self.is_whole })
    }

    pub(crate) fn reject(&mut self, what: &str, reason: String) {
        self.import.counts.read += 1;
        self.import.counts.rejected += 1;
        if self.import.rejects.len() < self.import.limits.named {
            let place = if what.is_empty() { self.place.clone() } else { format!("{}: {what}", self.place) };
            self.import.rejects.push(Reject { place, reason });
        }
    }

    /// Says that records of a feed follow.
    pub(crate) fn begin(&mut self, name: &str, kind: FeedKind, is_whole: bool) {
        let now = self.import.now;
        let source = self.import.source.clone();
        let feed = self.import.feeds.entry(name.to_owned()).or_default();
        feed.about.kind = kind;
        feed.about.imported = now;
        if feed.about.name.is_empty() {
            feed.about.name = name.to_owned();
        }
        if let Some(source) = source.filter(|source| feed.about.sources.iter().all(|known| known.url != source.url)) {
            feed.about.sources.push(source);
        }
        if is_whole {
            self.import.whole.insert(name.to_owned());
        }
    }

    /// A time that the feed states.
    pub(crate) fn dated(&mut self, feed: &str, time: Option<&str>) {
        if let Some(feed) = self.import.feeds.get_mut(feed) {
            feed.about.newest = feed.about.newest.take().max(time.map(str::to_owned));
        }
    }

    fn count(&mut self) {
        self.import.counts.read += 1;
        self.import.counts.taken += 1;
    }

    /// A record of OSV; `is_whole` where it came with all others of its ecosystem.
    pub(crate) fn osv(&mut self, feed: &str, advisory: Advisory, is_whole: bool) {
        self.begin(feed, FeedKind::Osv, is_whole);
        self.advisory(feed, advisory);
    }

    /// An advisory, in place of any of the same id.
    pub(crate) fn advisory(&mut self, feed: &str, advisory: Advisory) {
        self.count();
        self.dated(feed, advisory.modified.as_deref());
        if let Some(feed) = self.import.feeds.get_mut(feed) {
            feed.advisories.insert(advisory.id.clone(), advisory);
        }
    }

    /// One more entry of an advisory that a feed tells piece by piece.
    pub(crate) fn entry(&mut self, feed: &str, name: (String, Option<String>), entry: Entry) {
        self.entries(feed, name, vec![entry], None);
    }

    /// More entries of such an advisory, counted as one record; it is named by its id and the CVE it is.
    pub(crate) fn entries(
        &mut self,
        feed: &str,
        (id, alias): (String, Option<String>),
        entries: Vec<Entry>,
        summary: Option<&str>,
    ) {
        self.count();
        let Some(feed) = self.import.feeds.get_mut(feed) else { return };
        let advisory = feed.advisories.entry(id.clone()).or_insert_with(|| Advisory {
            id,
            aliases: alias.into_iter().collect(),
            ..Advisory::default()
        });
        if advisory.summary.is_empty() {
            advisory.summary = line(summary.unwrap_or_default(), 300);
        }
        advisory.entries.extend(entries);
    }

    pub(crate) fn exploited(&mut self, feed: &str, cve: String, exploited: Exploited) {
        self.count();
        if let Some(feed) = self.import.feeds.get_mut(feed) {
            feed.exploited.insert(cve, exploited);
        }
    }

    pub(crate) fn score(&mut self, feed: &str, cve: String, score: f32, percentile: f32) {
        self.count();
        if let Some(feed) = self.import.feeds.get_mut(feed) {
            feed.scores.insert(cve, (score, percentile));
        }
    }
}
