//! The school of a build, and its gates: the standard's own findings, and what could not be compared.

use mvi_fleet::FleetError;
use mvi_standard::Severity;
use mvi_standard::judge::{Finding, GateStatus};
use mvi_standard::organism::{self, Build};
use mvi_standard::standard::School;

use super::super::{FleetFailure, Memory};
use super::Known;
use crate::report::build_event::{EventGate, SchoolNote};

/// The school that counts, and where it is from.
pub(super) fn of<'s>(
    memory: &Memory<'s>,
    stated: Option<&str>,
    now: &Known,
) -> Result<Option<(&'s School, &'static str)>, FleetFailure> {
    let standard = memory.law.standard;
    let find = |id: &str| organism::school(standard, id);
    if let Some(id) = stated {
        let known = || standard.schools.iter().map(|school| school.id.as_str()).collect::<Vec<_>>().join(", ");
        let found =
            find(id).ok_or_else(|| FleetFailure::Usage(format!("there is no school {id}; there are {}", known())))?;
        return Ok(Some((found, "stated")));
    }
    if let Some(gid) = &now.facts.organism {
        match memory.store.organism(gid) {
            Ok(known) => return Ok(find(&known.facts.school).map(|school| (school, "organism"))),
            Err(FleetError::Unknown { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let default = organism::default_school(standard, now.judged.judgement.verdict, now.facts.runtime.as_deref());
    Ok(default.map(|school| (school, "default")))
}

pub(super) fn note(school: &School, source: &'static str) -> SchoolNote {
    SchoolNote { id: school.id.clone(), source }
}

/// The gates of a school and what else it finds.
pub(super) fn gates(
    school: &School,
    (before, after): (Option<Build<'_>>, Build<'_>),
) -> (Vec<EventGate>, Vec<Finding>) {
    let mut found = organism::regressions(school, before, after);
    let limits = [
        ("A-STARTUP", "startup_ms", school.startup_regression_pct),
        ("A-GROWTH", "size_mb", school.size_regression_pct),
    ];
    let mut gates = Vec::new();
    for (id, dimension, limit) in limits {
        let Some(limit_percent) = limit else { continue };
        let old = before.and_then(|before| before.measured.get(dimension));
        let new = after.measured.get(dimension);
        let percent = old.zip(new).filter(|(old, _)| *old > 0.0).map(|(old, new)| 100.0 * (new - old) / old);
        let finding = found.iter().position(|finding| finding.code == id).map(|place| found.remove(place));
        let (status, reason) = match (&finding, percent, old, new) {
            (Some(finding), ..) => (GateStatus::Fail, finding.text.clone()),
            (None, Some(percent), ..) => {
                (GateStatus::Pass, format!("{percent:+.1} %, and {} allows {limit_percent} %", school.id))
            }
            (None, None, _, None) => (GateStatus::NoData, format!("{dimension} was not measured")),
            (None, None, None, _) if before.is_none() => (GateStatus::NoData, "there is no ring before".to_owned()),
            (None, None, ..) => (GateStatus::NoData, format!("{dimension} of the ring before is not known")),
        };
        // The standard's own words: slower start fails a build, growth is reported.
        let blocks = match &finding {
            Some(finding) => finding.severity >= Severity::High,
            None => id == "A-STARTUP",
        };
        gates.push(EventGate { id, dimension, status, blocks, percent, limit_percent, reason });
    }
    (gates, found)
}
