//! What is known of a spiral, as its reports show it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use mvi_seal::Rebuild;
use mvi_standard::Standard;
use mvi_standard::pressure::pressure;

use super::entry::{Begun, Candidate, Entry, Standing, State};
use super::known::Known;
use super::{Desk, Journal, Line};
use crate::report::TOOL;
use crate::report::spiral::{
    CandidateRow, DecisionNote, Expected, LogLine, OrganismNote, RebuildNote, RomNote, SpiralLogReport, SpiralReport,
    Stop,
};

impl Desk<'_, '_> {
    /// The report of this run.
    pub(super) fn report(&self, stops: Vec<Stop>) -> anyhow::Result<SpiralReport> {
        let mut told = report(self.tools.standard, &self.known)?;
        if self.known.decided.is_none() && self.known.has_reached(State::Probed) {
            let forecast = self.forecast()?;
            let trials = self.trials(&self.begun()?, &forecast);
            let (base, reason) = (forecast.decision.chosen, forecast.decision.reason);
            told.expected = Some(Expected { base, reason, trials });
        }
        told.stops = stops;
        told.notes.clone_from(&self.notes);
        Ok(told)
    }
}

/// What is known of the spiral in a folder.
///
/// # Errors
/// A journal that cannot be read, and a folder without one.
pub(crate) fn status(standard: &Standard, folder: &Path) -> anyhow::Result<SpiralReport> {
    report(standard, &Known::of(&lines(folder)?))
}

/// The journal of the spiral in a folder.
///
/// # Errors
/// As [`status`].
pub(crate) fn log(folder: &Path) -> anyhow::Result<SpiralLogReport> {
    let told = |line: Line| -> anyhow::Result<LogLine> {
        let entry = serde_json::to_value(&line.entry)?;
        let done = entry["done"].as_str().unwrap_or_default().to_owned();
        Ok(LogLine { at: line.at.to_string(), done, what: what(&line.entry), entry, sum: line.sum })
    };
    let lines = lines(folder)?.into_iter().map(told).collect::<anyhow::Result<_>>()?;
    Ok(SpiralLogReport { schema: "mvi-spiral-log/1", tool: TOOL, lines })
}

fn lines(folder: &Path) -> anyhow::Result<Vec<Line>> {
    let lines = Journal::read(folder)?;
    if lines.is_empty() {
        bail!("there is no spiral in `{}`; mvi spiral run begins one", folder.display());
    }
    Ok(lines)
}

/// A line in short.
fn what(entry: &Entry) -> String {
    match entry {
        Entry::Begun(begun) => format!("{} as {}, source {}", begun.name, begun.class, begun.source),
        Entry::Candidate(one) => format!("{}: {}", one.base, standing(one).0),
        Entry::Built(built) => format!("{} in {:.1} s, {}", built.base, built.seconds, built.digest),
        Entry::Failed(failed) => format!("{}: {}", failed.base, failed.why.lines().next().unwrap_or_default()),
        Entry::Run { ran } => format!("{} candidates", ran.len()),
        Entry::Counted(one) => {
            let count = one.cve_count.map_or_else(|| "no number".to_owned(), |count| count.to_string());
            format!("{}: {count}, {}", one.base, one.by)
        }
        Entry::Ingested(one) => format!("{} as {}", one.base, one.reference),
        Entry::Decided(decided) => format!("{} {}", decided.id, decided.record["chosen"].as_str().unwrap_or("no base")),
        Entry::Rebuilt(rebuilt) => match &rebuilt.rebuild {
            Rebuild::Equal { .. } => "equal, file by file".to_owned(),
            Rebuild::Different { paths } => format!("{} paths differ", paths.len()),
        },
        Entry::Sealed(sealed) => format!("{} {}", sealed.name, sealed.seal),
        Entry::Registered(one) => format!("{} {}", one.gid, one.reference),
        Entry::Reached { state } => state.word().to_owned(),
    }
}

fn report(standard: &Standard, known: &Known) -> anyhow::Result<SpiralReport> {
    let Some(begun) = &known.begun else { bail!("the journal names no cycle; begin anew: mvi spiral run --fresh") };
    let mut candidates: Vec<CandidateRow> =
        known.candidates.iter().map(|candidate| row(standard, known, begun, candidate)).collect();
    let rank = |one: &CandidateRow| {
        let order = ["built", "open", "failed", "absent", "infeasible"];
        (order.iter().position(|stands| *stands == one.stands), one.pressure.unwrap_or(f64::INFINITY))
    };
    candidates.sort_by(|left, right| {
        let (left, right) = (rank(left), rank(right));
        left.0.cmp(&right.0).then(left.1.total_cmp(&right.1))
    });
    Ok(SpiralReport {
        schema: "mvi-spiral/1",
        tool: TOOL,
        id: begun.id.clone(),
        name: begun.name.clone(),
        class: begun.class.clone(),
        dockerfile: begun.dockerfile.clone(),
        incumbent: begun.incumbent.clone(),
        epoch: begun.epoch,
        state: known.state.map(State::word),
        stops: Vec::new(),
        notes: Vec::new(),
        candidates,
        expected: None,
        decision: known.decided.as_ref().map(|decided| decision(&decided.id, &decided.digest, &decided.record)),
        rebuild: known.rebuilt.as_ref().map(|rebuilt| RebuildNote {
            different: match &rebuilt.rebuild {
                Rebuild::Equal { .. } => Vec::new(),
                Rebuild::Different { paths } => paths.clone(),
            },
            build_cached_s: rebuilt.build_cached_s,
            why: rebuilt.why.clone(),
        }),
        rom: known.sealed.as_ref().map(|sealed| RomNote { name: sealed.name.clone(), seal: sealed.seal.clone() }),
        organism: known.registered.as_ref().map(|one| OrganismNote {
            gid: one.gid.clone(),
            reference: one.reference.clone(),
            digest: one.digest.clone(),
            is_ring: one.is_ring,
        }),
    })
}

fn decision(id: &str, digest: &str, record: &serde_json::Value) -> DecisionNote {
    let text = |name: &str| record[name].as_str().map(str::to_owned);
    let names = record["waiting"].as_array().into_iter().flatten().filter_map(|base| base.as_str());
    let ends = record["interval"].as_array().and_then(|ends| Some([ends.first()?.as_f64()?, ends.get(1)?.as_f64()?]));
    DecisionNote {
        id: id.to_owned(),
        digest: digest.to_owned(),
        chosen: text("chosen"),
        requested: text("requested").unwrap_or_default(),
        gain: record["gain"].as_f64(),
        interval: ends,
        confidence: record["confidence"].as_f64(),
        reason: text("reason").unwrap_or_default(),
        waiting: names.map(str::to_owned).collect(),
    }
}

/// How a candidate stands before it is built, and why.
fn standing(candidate: &Candidate) -> (&'static str, Option<String>) {
    match &candidate.standing {
        Standing::Feasible => ("open", None),
        Standing::Unproven { missing } => ("open", Some(format!("not proven: {}", missing.join("; ")))),
        Standing::Infeasible { proof, .. } => ("infeasible", Some(proof.clone())),
        Standing::Absent { why } => ("absent", Some(why.clone())),
    }
}

fn row(standard: &Standard, known: &Known, begun: &Begun, candidate: &Candidate) -> CandidateRow {
    let base = &candidate.base;
    let (built, failed) = (known.built.get(base), known.failed.get(base));
    let ran = known.ran.as_ref().and_then(|ran| ran.get(base));
    let (stands, why) = match (built, failed) {
        (_, Some(failed)) => ("failed", Some(failed.why.clone())),
        (Some(_), None) => ("built", None),
        (None, None) => standing(candidate),
    };
    let measured = known.measured(base);
    let told = built.and_then(|_| pressure(standard, &measured));
    let mut missing = BTreeMap::new();
    for id in told.iter().flat_map(|pressure| &pressure.missing).filter(|_| known.ran.is_some()) {
        let why = match id.as_str() {
            "cve_count" => known.counted.get(base).map(|counted| counted.by.clone()),
            _ => ran.map(|ran| ran.with.clone()),
        };
        missing.insert(id.clone(), why.unwrap_or_else(|| "not measured yet".to_owned()));
    }
    let image = candidate.image.as_ref();
    CandidateRow {
        base: base.clone(),
        stands,
        why,
        source: image.map(|image| image.source.clone()),
        libc: image.and_then(|image| image.libc.clone()),
        digest: built.map(|built| built.digest.clone()),
        log: built.map(|built| built.log.clone()).or(failed.map(|failed| failed.log.clone())),
        build_s: built.map(|built| built.seconds),
        measured: measured.iter().map(|(id, value)| (id.to_owned(), value)).collect(),
        missing,
        startup_ms: ran.map(|ran| ran.startup_ms.clone()).unwrap_or_default(),
        mem_mb: ran.map(|ran| ran.mem_mb.clone()).unwrap_or_default(),
        coverage: told.as_ref().map_or(0.0, |pressure| pressure.coverage),
        pressure: told.map(|pressure| pressure.value),
        is_incumbent: begun.incumbent.as_ref() == Some(base),
        is_chosen: known.winner() == Some(base.as_str()),
    }
}
