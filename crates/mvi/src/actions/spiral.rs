//! A service from its source to a sealed and registered ROM: the conductor of what the other actions do. Its steps are
//! guarded, written into a journal, and gone on with after any end.

mod base;
mod begin;
mod candidate;
mod decide;
mod dockerfile;
mod entry;
mod ingest;
mod journal;
mod known;
mod measured;
mod place;
mod register;
mod report;
mod seal;
mod trial;
mod tried;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use mvi_advisories::Index;
use mvi_forecast::Row as Build;
use mvi_probe::build::{Builder, Found};
use mvi_probe::remove_abandoned;
use mvi_probe::run::{Kind, sweep};
use mvi_seal::{PublicKey, RomFolder, SigningKey};
use mvi_standard::Standard;
use mvi_standard::standard::Row;

pub(crate) use decide::DECISION_TYPE;
pub(crate) use entry::{RunPlan, State};
use journal::{Journal, Line};
pub(crate) use report::{log, status};

use super::build::FOLDERS;
use super::fleet::Memory;
use super::{ExamineOptions, Examiner};
use crate::report::spiral::{SpiralReport, Stop};
use entry::Entry;
use known::Known;
use place::Place;

/// What is asked for.
pub(crate) struct Wish<'a> {
    /// The folder of the service.
    pub source: &'a Path,
    /// Its Dockerfile, seen from the folder; the folder's own, or a template, where none is named.
    pub dockerfile: Option<&'a Path>,
    /// The stage that runs.
    pub target: Option<&'a str>,
    /// What it is called: REPOSITORY:TAG.
    pub name: String,
    /// The class.
    pub class: &'a Row,
    /// Bases and where they are.
    pub bases: BTreeMap<String, String>,
    /// Other images that stages start from.
    pub others: BTreeMap<String, String>,
    /// `NAME=VALUE` for the builder.
    pub arguments: &'a [String],
    /// Its level of exposure, where it has one.
    pub level: Option<u8>,
    /// The time of everything that is built; that of the cycle's beginning where none is stated.
    pub epoch: Option<u64>,
    /// How candidates are run.
    pub runs: RunPlan,
    /// The last state to be reached.
    pub until: State,
    /// True where what was done before does not count.
    pub fresh: bool,
    /// What registration needs beside what is measured.
    pub card: Card,
}

/// What registration needs; what is missing follows from the standard.
pub(crate) struct Card {
    /// Who answers for it.
    pub owner: Option<String>,
    /// Rebuild profile.
    pub school: Option<String>,
    /// Operating role.
    pub vsm: Option<String>,
    /// Exposure levels.
    pub sostle: Option<(u8, u8)>,
}

/// What a spiral works with.
pub(crate) struct Tools<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// How images are read.
    pub options: &'a ExamineOptions,
    /// Watches layers being read.
    pub progress: &'a dyn mvi_image::Progress,
    /// Who builds; or why nobody does.
    pub builder: Result<(&'static dyn Builder, Found), String>,
    /// Options for the builder.
    pub more: &'a [String],
    /// How long one build may take.
    pub limit: Duration,
    /// What runs; the first that works where none is named.
    pub runtime: Option<Kind>,
    /// Folders of programs.
    pub search_path: &'a std::ffi::OsStr,
    /// This program, and its words for guarding a builder.
    pub guard: (&'a Path, &'a [&'a str]),
    /// Where temporary folders are made.
    pub temporary: &'a Path,
    /// Advisories.
    pub index: Option<(&'a Index, &'a Path)>,
    /// Builds of before, beside those of the fleet.
    pub history: &'a [Build],
    /// Threads that learn.
    pub threads: usize,
    /// The key that seals.
    pub key: Option<&'a SigningKey>,
    /// Where ROMs are, and whose seals count.
    pub roms: (&'a RomFolder, &'a [PublicKey]),
    /// The clock.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Fresh random bytes.
    pub seed: [u8; 32],
    /// Is shown what is being done, and every line of the builder.
    pub watch: &'a dyn Fn(Word<'_>),
}

/// What whoever watches is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word<'a> {
    /// What is begun.
    Step(&'a str),
    /// A line of the builder.
    Builder(&'a str),
}

/// A spiral at work.
struct Desk<'a, 'm> {
    wish: &'a Wish<'a>,
    tools: &'a Tools<'a>,
    /// The fleet; none where the steps that are asked for need none.
    memory: Option<&'a mut Memory<'m>>,
    journal: Journal,
    known: Known,
    place: Place,
    /// What to know about this run.
    notes: Vec<String>,
}

/// Goes as far as is asked for, or as the guards let.
///
/// # Errors
/// What cannot be read, written, built or run for reasons that are none of the candidates'; everything that was done
/// until then is in the journal, and nothing else is left.
pub(crate) fn run(
    wish: &Wish<'_>,
    tools: &Tools<'_>,
    memory: Option<&mut Memory<'_>>,
    folder: &Path,
) -> anyhow::Result<SpiralReport> {
    let journal = Journal::open(folder)?;
    // What runs before this one left where they were killed.
    remove_abandoned(tools.temporary, FOLDERS);
    sweep(tools.temporary);
    let (journal, place, notes) = begin::begin(wish, tools, (journal, folder))?;
    let known = Known::of(journal.lines());
    let mut desk = Desk { wish, tools, memory, journal, known, place, notes };
    let mut stops: Vec<Stop> = Vec::new();
    for state in State::ALL.into_iter().take_while(|state| *state <= wish.until) {
        if desk.known.has_reached(state) {
            continue;
        }
        stops = desk.step(state)?;
        if !stops.is_empty() {
            break;
        }
        desk.write(Entry::Reached { state })?;
    }
    if desk.known.has_reached(State::Registered) {
        desk.place.keep_winner(desk.known.winner().and_then(|base| desk.known.candidate(base)));
    }
    desk.report(stops)
}

impl Desk<'_, '_> {
    /// One step; gives what keeps it from being done.
    fn step(&mut self, state: State) -> anyhow::Result<Vec<Stop>> {
        (self.tools.watch)(Word::Step(state.word()));
        match state {
            State::Probed => self.look_at_bases(),
            State::Measured => self.measure(),
            State::Ingested => self.ingest(),
            State::Predicted => self.decide(),
            State::Sealed => self.seal(),
            State::Registered => self.register(),
        }
    }

    /// Writes down what was done.
    fn write(&mut self, entry: Entry) -> anyhow::Result<()> {
        self.journal.write((self.tools.clock)(), entry)?;
        self.known = Known::of(self.journal.lines());
        Ok(())
    }

    fn examiner(&self) -> Examiner<'_> {
        examiner(self.tools)
    }

    /// Tells what is begun.
    fn tell(&self, what: &str) {
        (self.tools.watch)(Word::Step(what));
    }

    /// The cycle; every step but the first has one.
    fn begun(&self) -> anyhow::Result<entry::Begun> {
        self.known.begun.clone().ok_or_else(|| anyhow::anyhow!("the journal names no cycle"))
    }
}

/// Reads images with everything that any step asks for.
fn examiner<'a>(tools: &Tools<'a>) -> Examiner<'a> {
    Examiner {
        options: tools.options,
        collector: &mvi_inventory::InventoryCollector,
        estimate: true,
        progress: tools.progress,
    }
}

/// A guard that does not hold.
fn stop(code: &'static str, text: impl Into<String>) -> Vec<Stop> {
    vec![Stop { code: code.to_owned(), text: text.into() }]
}
