//! What is known of a spiral: the fold of its journal's lines.

use std::collections::BTreeMap;

use mvi_standard::pressure::Measurements;

use super::entry::{
    Begun, Built, Candidate, Counted, Decided, Entry, Failed, Ingested, Ran, Rebuilt, Registered, Sealed, Standing,
    State,
};
use super::journal::Line;

/// Everything that is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The cycle.
    pub begun: Option<Begun>,
    /// The last state that was reached.
    pub state: Option<State>,
    /// Candidates in the order they were looked at.
    pub candidates: Vec<Candidate>,
    /// By base.
    pub built: BTreeMap<String, Built>,
    /// By base.
    pub failed: BTreeMap<String, Failed>,
    /// By base; nothing before any was run.
    pub ran: Option<BTreeMap<String, Ran>>,
    /// By base.
    pub counted: BTreeMap<String, Counted>,
    /// By base.
    pub ingested: BTreeMap<String, Ingested>,
    /// The decision.
    pub decided: Option<Decided>,
    /// The winner's rebuilds.
    pub rebuilt: Option<Rebuilt>,
    /// The winner's seal.
    pub sealed: Option<Sealed>,
    /// The winner's organism.
    pub registered: Option<Registered>,
}

impl Known {
    /// The fold.
    pub(crate) fn of(lines: &[Line]) -> Self {
        let mut known = Self::default();
        lines.iter().for_each(|line| known.take(&line.entry));
        known
    }

    fn take(&mut self, entry: &Entry) {
        match entry.clone() {
            Entry::Begun(begun) => self.begun = Some(*begun),
            Entry::Candidate(candidate) => self.candidates.push(*candidate),
            Entry::Built(built) => drop(self.built.insert(built.base.clone(), built)),
            Entry::Failed(failed) => {
                self.built.remove(&failed.base);
                self.failed.insert(failed.base.clone(), failed);
            }
            Entry::Run { ran } => self.ran = Some(ran.into_iter().map(|ran| (ran.base.clone(), ran)).collect()),
            Entry::Counted(counted) => drop(self.counted.insert(counted.base.clone(), counted)),
            Entry::Ingested(ingested) => drop(self.ingested.insert(ingested.base.clone(), ingested)),
            Entry::Decided(decided) => self.decided = Some(decided),
            Entry::Rebuilt(rebuilt) => self.rebuilt = Some(rebuilt),
            Entry::Sealed(sealed) => self.sealed = Some(sealed),
            Entry::Registered(registered) => self.registered = Some(registered),
            Entry::Reached { state } => self.state = Some(state),
        }
    }

    /// True where a state was reached.
    pub(crate) fn has_reached(&self, state: State) -> bool {
        self.state.is_some_and(|reached| reached >= state)
    }

    /// Candidates that are at hand and that no hard rule excludes.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().filter(|candidate| match candidate.standing {
            Standing::Feasible | Standing::Unproven { .. } => candidate.image.is_some(),
            Standing::Infeasible { .. } | Standing::Absent { .. } => false,
        })
    }

    /// The candidate on a base.
    pub(crate) fn candidate(&self, base: &str) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.base == base)
    }

    /// The base that was decided on.
    pub(crate) fn winner(&self) -> Option<&str> {
        self.decided.as_ref()?.record["chosen"].as_str()
    }

    /// What was measured of a candidate; medians of what was run.
    pub(crate) fn measured(&self, base: &str) -> Measurements {
        let mut measured = Measurements::default();
        let Some(built) = self.built.get(base) else { return measured };
        let ran = self.ran.as_ref().and_then(|ran| ran.get(base));
        let median = |values: &[f64]| mvi_probe::stats::median(values);
        let values = [
            ("size_mb", built.size_mb),
            ("layer_count", Some(built.layers as f64)),
            ("startup_ms", ran.and_then(|ran| median(&ran.startup_ms))),
            ("mem_mb", ran.and_then(|ran| median(&ran.mem_mb))),
            ("cve_count", self.counted.get(base).and_then(|counted| counted.cve_count).map(f64::from)),
        ];
        for (id, value) in values {
            value.into_iter().for_each(|value| measured.set(id, value));
        }
        measured
    }
}
