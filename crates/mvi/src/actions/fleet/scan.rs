//! Reads every image of many places, several at once; remembers how far it came, so that it can be gone on with.

mod journal;
mod kubernetes;
mod sources;

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use jiff::Timestamp;
use mvi_image::{Digest, Location};

use super::super::audit::unreadable;
use super::super::examine::Examiner;
use super::list::{View, rows};
use super::record::{Again, Read, is_recorded, read, tell};
use super::recorded::Naming;
use super::solvency::{Count, score};
use super::{FleetFailure, Memory};
use crate::report::Unreadable;
use crate::report::fleet::{RecordedImage, ScanReport};

pub(crate) use journal::{Journal, JournalError, Plan};
pub(crate) use kubernetes::{Workloads, pods};
pub(crate) use sources::{SourceError, expand};

/// How places are read.
pub(crate) struct ScanOptions {
    /// Whether images that are known are read again.
    pub again: Again,
    /// Images built before are left out.
    pub since: Option<Timestamp>,
    /// Times a place that cannot be reached is tried again.
    pub retries: u32,
    /// Images read at the same time.
    pub at_once: usize,
    /// Whether an earlier scan is gone on with.
    pub resumed: bool,
}

/// What just happened, for whoever watches.
pub(crate) enum ScanStep<'a> {
    /// So many places will be read.
    Found(usize),
    /// A place is done.
    Done(&'a str),
}

/// What came of one place.
struct Outcome {
    place: usize,
    reads: Vec<Read>,
    unreadable: Vec<Unreadable>,
}

/// Reads the places of a plan that are not done yet.
///
/// # Errors
/// [`FleetFailure`] where the fleet cannot be told; what was told before stays, and the journal knows of it.
pub(crate) fn scan(
    memory: &mut Memory<'_>,
    examiner: &Examiner<'_>,
    journal: &mut Journal,
    options: &ScanOptions,
    watch: &mut dyn FnMut(&ScanStep<'_>),
) -> Result<ScanReport, FleetFailure> {
    let places = journal.plan().places.clone();
    let mut open: Vec<usize> = (0..places.len()).filter(|place| !journal.is_done(*place)).collect();
    let done_before = places.len() - open.len();
    watch(&ScanStep::Found(open.len()));
    let known = known(memory)?;
    let pulled = journal.plan().workloads.as_ref().map(kubernetes::pulled).unwrap_or_default();
    let mut told = Told { again: options.again, images: Vec::new(), unreadable: BTreeMap::new(), too_old: 0 };
    for attempt in 0..=options.retries {
        let last = attempt == options.retries;
        let standard = memory.law.standard;
        let reader = Reader { examiner, options, known: &known, pulled: &pulled, places: &places, standard };
        let again = reader.read_all(&open, &mut |outcome| {
            let place = outcome.place;
            let retry = !last && outcome.unreadable.iter().any(is_passing);
            told.take(memory, journal, &places, outcome)?;
            if !retry {
                watch(&ScanStep::Done(&places[place]));
            }
            Ok(retry)
        })?;
        open = again;
        if open.is_empty() {
            break;
        }
    }
    let runs = match &journal.plan().workloads {
        Some(workloads) => Some(kubernetes::tell(memory, workloads.clone(), journal)?),
        None => None,
    };
    journal.end()?;
    let standard = memory.law.standard;
    let rows = rows(&memory.store, &View::default())?;
    Ok(ScanReport {
        schema: "mvi-fleet-scan/1",
        begun: journal.plan().begun.to_string(),
        resumed: options.resumed,
        found: places.len(),
        done_before,
        images: told.images,
        too_old: told.too_old,
        unreadable: told.unreadable.into_values().flatten().collect(),
        runs,
        solvency: score(standard, &rows.current, &Count::default(), &Default::default())?,
    })
}

/// Digests of the images whose layers the fleet has.
fn known(memory: &Memory<'_>) -> Result<HashSet<Digest>, FleetFailure> {
    let rows = memory.store.list(&mvi_fleet::ListFilter::default())?;
    Ok(rows.into_iter().filter(|row| row.layers > 0).map(|row| row.image.digest).collect())
}

/// True for what may be different a moment later.
fn is_passing(unreadable: &Unreadable) -> bool {
    matches!(unreadable.code, "E-UNREACHABLE" | "E-RATE-LIMIT" | "E-REGISTRY" | "E-NO-SERVICE" | "E-READ" | "E-TLS")
}

/// What the fleet was told so far.
struct Told {
    again: Again,
    images: Vec<RecordedImage>,
    unreadable: BTreeMap<usize, Vec<Unreadable>>,
    too_old: usize,
}

impl Told {
    fn take(
        &mut self,
        memory: &mut Memory<'_>,
        journal: &mut Journal,
        places: &[String],
        outcome: Outcome,
    ) -> Result<(), FleetFailure> {
        let Outcome { place, reads, unreadable } = outcome;
        let mut digests = Vec::new();
        if let Some(location) = places.get(place).and_then(|text| Location::parse(text).ok()) {
            for read in reads {
                let read = if self.again == Again::No { told_before(memory, read) } else { read };
                match tell(memory, &location, read)? {
                    Some(image) => {
                        digests.push(image.digest.clone());
                        self.images.push(image);
                    }
                    None => self.too_old += 1,
                }
            }
        }
        if unreadable.is_empty() {
            self.unreadable.remove(&place);
            // The fleet has it on the disk: only now may the journal say so.
            journal.done(place, digests)?;
        } else {
            self.unreadable.insert(place, unreadable);
        }
        Ok(())
    }
}

/// An image that another place had first keeps the name it has from there.
fn told_before(memory: &Memory<'_>, read: Read) -> Read {
    match read {
        Read::New { facts, .. } if is_recorded(memory, &facts.digest) => Read::Known(facts.digest),
        other => other,
    }
}

/// Reads places on several threads.
struct Reader<'a> {
    examiner: &'a Examiner<'a>,
    options: &'a ScanOptions,
    known: &'a HashSet<Digest>,
    pulled: &'a BTreeMap<String, Digest>,
    places: &'a [String],
    standard: &'a mvi_standard::Standard,
}

impl Reader<'_> {
    /// Hands every outcome to `take` on this thread, in the order in which they come; gives the places to try again.
    fn read_all(
        &self,
        open: &[usize],
        take: &mut dyn FnMut(Outcome) -> Result<bool, FleetFailure>,
    ) -> Result<Vec<usize>, FleetFailure> {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            // No more finished images wait than are read at once: each holds the tables of its packages.
            let (send, receive) = sync_channel(self.options.at_once);
            for _ in 0..self.options.at_once.clamp(1, open.len().max(1)) {
                let (send, next) = (send.clone(), &next);
                scope.spawn(move || self.work(open, next, &send));
            }
            drop(send);
            let done = drain(receive, take);
            if done.is_err() {
                // Nobody listens any more: let the threads find no more work.
                next.store(usize::MAX / 2, Ordering::Relaxed);
            }
            done
        })
    }

    fn work(&self, open: &[usize], next: &AtomicUsize, send: &SyncSender<Outcome>) {
        while let Some(place) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
            if send.send(self.read_place(*place)).is_err() {
                return;
            }
        }
    }

    /// The digest in the name of an image that the fleet knows, or that a node pulled under it: nobody has to be asked.
    fn known_by_name(&self, place: &str) -> Option<Digest> {
        let named = || place.strip_prefix("docker://")?.rsplit_once('@')?.1.parse().ok();
        let digest = self.pulled.get(place).cloned().or_else(named)?;
        (self.options.again == Again::No && self.known.contains(&digest)).then_some(digest)
    }

    fn read_place(&self, place: usize) -> Outcome {
        let text = self.places.get(place).map_or("", String::as_str);
        let mut outcome = Outcome { place, reads: Vec::new(), unreadable: Vec::new() };
        if let Some(digest) = self.known_by_name(text) {
            outcome.reads.push(Read::Known(digest));
            return outcome;
        }
        let opened = Location::parse(text).and_then(|location| Ok((self.examiner.open(&location)?, location)));
        let (images, location) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                outcome.unreadable.push(unreadable(text.to_owned(), &error));
                return outcome;
            }
        };
        for image in images {
            let created = image.config.created.as_deref().and_then(|created| created.parse::<Timestamp>().ok());
            let too_old = self.options.since.zip(created).is_some_and(|(since, created)| created < since);
            let digest =
                image.digest().filter(|digest| self.options.again == Again::No && self.known.contains(*digest));
            match digest.cloned() {
                _ if too_old => outcome.reads.push(Read::TooOld),
                Some(digest) => outcome.reads.push(Read::Known(digest)),
                None => match read(self.standard, self.examiner, image, (&location, &Naming::default(), None)) {
                    Ok(read) => outcome.reads.push(read),
                    Err(complaint) => outcome.unreadable.push(complaint),
                },
            }
        }
        outcome
    }
}

fn drain(
    receive: Receiver<Outcome>,
    take: &mut dyn FnMut(Outcome) -> Result<bool, FleetFailure>,
) -> Result<Vec<usize>, FleetFailure> {
    let mut again = Vec::new();
    for outcome in receive {
        let place = outcome.place;
        if take(outcome)? {
            again.push(place);
        }
    }
    again.sort_unstable();
    Ok(again)
}
