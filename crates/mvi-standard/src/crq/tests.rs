//! Change requests: the worked example at every instant, every guard, the clock, the ledger and files.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;

use super::*;
use crate::decision::{Candidate, DecisionRecord, Outcome};
use crate::feasibility::{HardRule, ReasonFacts};
use crate::standard::Standard;
use crate::verdict::Verdict;
use crate::wheel::Wheel;

mod files;
mod guards;
mod worked;

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::builtin().unwrap());
static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let people = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let roles = [
        ("gid-owner", ["SIGNALS"].as_slice()),
        ("S5-policy", &["POLLY", "SIGNALS"]),
        ("S3-control", &["CONRAD"]),
        ("service-owner", &["INA"]),
    ];
    Directory { roles: roles.into_iter().map(|(role, names)| (role.to_owned(), people(names))).collect() }
});
static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::of(&STANDARD, &[]));

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event(by: &str, at: &str, deed: Deed) -> Event {
    Event { by: by.to_owned(), at: moment(at), deed }
}

fn role(role: &str) -> Deed {
    Deed::Approve { role: role.to_owned() }
}

/// What the guards can ask for in the worked example; tests take single facts away.
struct Case {
    measured: Option<Measured>,
    facts: Option<ReasonFacts>,
    decision: Option<DecisionRecord>,
    organism: Option<Organism>,
    sealed: Option<Sealed>,
    successor: Option<Crq>,
    calendar: Calendar,
}

impl Case {
    fn new() -> Self {
        let wheel = Wheel {
            name: "torch".into(),
            version: "2.3.1".into(),
            tags: vec!["cp312-cp312-manylinux_2_28_x86_64".into()],
        };
        let facts = ReasonFacts {
            wheels: Some(vec![wheel]),
            interpreters: Some(Default::default()),
            runtime: Some("python".into()),
            ..ReasonFacts::default()
        };
        Self {
            measured: Some(Measured { size_mb: 300.0, at: moment("2026-11-01T08:00:00Z") }),
            decision: Some(DecisionRecord {
                id: "D-7".into(),
                requested: "python:3.12-slim".into(),
                requested_pressure: None,
                candidates: crate::decision::candidates(&STANDARD, CrqKind::JustifiedBase, "python:3.12-slim", &facts),
            }),
            facts: Some(facts),
            organism: Some(Organism { gid: "GID-IMG-PYSLIM-001".parse().unwrap(), status: Verdict::Justified }),
            sealed: Some(Sealed { rom: "ROM-OVERRIDE-V13-001".parse().unwrap(), crq: id() }),
            successor: None,
            calendar: CALENDAR.clone(),
        }
    }

    fn apply(&self, crq: &Crq, event: &Event) -> Result<Crq, Refused> {
        let guards = Guards {
            measured: self.measured,
            facts: self.facts.as_ref(),
            decision: self.decision.as_ref(),
            organism: self.organism.as_ref(),
            sealed: self.sealed,
            successor: self.successor.as_ref(),
            ..Guards::new(&STANDARD, &DIRECTORY, &self.calendar)
        };
        apply(crq, event, &guards)
    }

    /// Applies events one after the other.
    fn run(&self, crq: Crq, events: &[Event]) -> Crq {
        events.iter().fold(crq, |crq, event| self.apply(&crq, event).unwrap())
    }
}

fn id() -> CrqId {
    "CRQ-2026-0001".parse().unwrap()
}

fn request() -> Request {
    let code = "no-musl-wheel:torch".parse().unwrap();
    Request {
        image_name: Some("sovereign-ingest".into()),
        size_mb: Some(300.0),
        base: Some("python:3.12-slim".into()),
        constraint: None,
        reasons: vec![Reason { code, proof: Proof::Verified, detail: "trust me".into() }],
    }
}

fn draft(kind: CrqKind) -> Crq {
    let subject = Subject { image: "sovereign-ingest".into(), digest: None, workload: None };
    Crq::draft(id(), kind, subject, "INA", moment("2026-11-01T09:00:00Z"))
}

fn amend(request: Request) -> Event {
    event("INA", "2026-11-01T09:10:00Z", Deed::Amend { request })
}

/// The worked example up to its activation.
fn worked() -> Vec<Event> {
    vec![
        amend(request()),
        event("INA", "2026-11-01T09:20:00Z", Deed::File),
        event("system", "2026-11-01T09:21:00Z", Deed::Decide),
        event("system", "2026-11-01T09:22:00Z", Deed::Log { event: "0199-abc".into() }),
        event("SIGNALS", "2026-11-03T10:00:00Z", role("gid-owner")),
        event("system", "2026-11-03T10:00:30Z", Deed::Register),
        event("system", "2026-11-03T10:01:00Z", Deed::Activate),
    ]
}

fn active() -> Crq {
    Case::new().run(draft(CrqKind::JustifiedBase), &worked())
}
