//! The decision about other bases: what was found out about each, and whether it confirms that there is no way around.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::crq::CrqKind;
use crate::feasibility::{Feasibility, HardRule, ReasonFacts, feasibility};
use crate::reference::Reference;
use crate::standard::{RomBase, Standard};

/// A decision record: every candidate with what is known about it. Image Standard V13, decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecord {
    /// Key of the record.
    pub id: String,
    /// Base that is asked for.
    pub requested: String,
    /// Pressure of a real build on the requested base.
    pub requested_pressure: Option<f64>,
    /// Bases that could take its place.
    pub candidates: Vec<Candidate>,
}

/// A base that could take the requested one's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Its reference.
    pub base: String,
    /// What was found out.
    pub outcome: Outcome,
}

/// What was found out about a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// A hard rule takes it out.
    Infeasible {
        /// Which one.
        rule: HardRule,
        /// The fact that proves it.
        proof: String,
    },
    /// A trial build failed.
    TrialFailed {
        /// Digest of its log.
        log: String,
    },
    /// A real build was measured.
    Measured {
        /// Its pressure.
        pressure: f64,
        /// Its size, MB.
        size_mb: f64,
    },
    /// Nothing but a forecast is known; it confirms and refutes nothing.
    Predicted {
        /// The forecast pressure.
        pressure: f64,
    },
    /// Nothing is known yet.
    Open,
}

/// What a decision record amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Confirmation {
    /// No candidate takes the requested base's place.
    Confirmed,
    /// A candidate does.
    Refuted {
        /// Which one.
        base: String,
        /// Why.
        reason: String,
    },
    /// Candidates have neither been excluded nor measured, so the request waits.
    Undecided {
        /// Which ones.
        waiting: Vec<String>,
    },
}

/// Whether a record confirms a request: every candidate is infeasible by a hard rule with its proof, or failed a trial
/// build, or was built and does not do better.
///
/// A musl base does better where its measured pressure is lower by at least the standard's `gain_min`. For a heavy
/// image every registered base is a candidate, and one does better where the image is no longer heavy on it. A
/// candidate that the record leaves out waits; a point forecast alone never decides.
pub fn confirm(standard: &Standard, kind: CrqKind, record: &DecisionRecord) -> Confirmation {
    let mut waiting: Vec<String> = Vec::new();
    for base in required(standard, kind, &record.requested) {
        let given = record.candidates.iter().find(|candidate| same(standard, &candidate.base, base));
        match given.map(|candidate| weighed(standard, kind, record, candidate)) {
            Some(Weighed::Excluded) => {}
            Some(Weighed::Better(reason)) => return Confirmation::Refuted { base: base.to_owned(), reason },
            Some(Weighed::Open) | None => waiting.push(base.to_owned()),
        }
    }
    let required: BTreeSet<&str> = required(standard, kind, &record.requested).collect();
    for extra in record.candidates.iter().filter(|extra| !required.iter().any(|base| same(standard, &extra.base, base)))
    {
        if let Weighed::Better(reason) = weighed(standard, kind, record, extra) {
            return Confirmation::Refuted { base: extra.base.clone(), reason };
        }
    }
    if waiting.is_empty() { Confirmation::Confirmed } else { Confirmation::Undecided { waiting } }
}

/// The candidates of a request with everything that hard rules decide now; the rest is open and needs a build.
pub fn candidates(standard: &Standard, kind: CrqKind, requested: &str, facts: &ReasonFacts) -> Vec<Candidate> {
    required(standard, kind, requested)
        .map(|base| {
            let outcome = match feasibility(standard, base, facts) {
                Feasibility::Infeasible { rule: HardRule::FailedTrial, proof } => Outcome::TrialFailed { log: proof },
                Feasibility::Infeasible { rule, proof } => Outcome::Infeasible { rule, proof },
                Feasibility::Feasible | Feasibility::Unknown { .. } => Outcome::Open,
            };
            Candidate { base: base.to_owned(), outcome }
        })
        .collect()
}

enum Weighed {
    Excluded,
    Better(String),
    Open,
}

fn weighed(standard: &Standard, kind: CrqKind, record: &DecisionRecord, candidate: &Candidate) -> Weighed {
    match &candidate.outcome {
        Outcome::Infeasible { proof, .. } if proof.trim().is_empty() => Weighed::Open,
        Outcome::TrialFailed { log } if log.trim().is_empty() => Weighed::Open,
        Outcome::Infeasible { .. } | Outcome::TrialFailed { .. } => Weighed::Excluded,
        Outcome::Predicted { .. } | Outcome::Open => Weighed::Open,
        Outcome::Measured { size_mb, .. } if kind == CrqKind::Heavy => {
            let limit = standard.policy.heavy_mb;
            if *size_mb <= limit {
                return Weighed::Better(format!("the image has {size_mb} MB on it, within {limit} MB"));
            }
            Weighed::Excluded
        }
        Outcome::Measured { pressure, .. } => match record.requested_pressure {
            None => Weighed::Open,
            // A hair, so that a gain of exactly the limit counts as one.
            Some(requested) if requested - pressure >= standard.gbm.gain_min - 1e-9 => Weighed::Better(format!(
                "its measured pressure is {pressure:.4}, and {requested:.4} on the requested base"
            )),
            Some(_) => Weighed::Excluded,
        },
    }
}

/// Registered bases that a request has to be compared with, without the requested one.
fn required<'a>(standard: &'a Standard, kind: CrqKind, requested: &'a str) -> impl Iterator<Item = &'a str> {
    let counts = move |rom: &&RomBase| kind == CrqKind::Heavy || rom.libc == "musl";
    let other = move |rom: &&RomBase| !same(standard, &rom.reference, requested);
    standard.rom_bases.iter().filter(counts).filter(other).map(|rom| rom.reference.as_str())
}

/// True when two references are one, or count as the same registered base.
fn same(standard: &Standard, left: &str, right: &str) -> bool {
    let normal = |name: &str| Reference::normalise(name, &standard.mirrors).ok();
    let (Some(left), Some(right)) = (normal(left), normal(right)) else { return false };
    let rom = |reference: &Reference| crate::base::registered(standard, reference).map(|rom| rom.reference.clone());
    left == right || (rom(&left).is_some() && rom(&left) == rom(&right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(outcomes: &[(&str, Outcome)]) -> DecisionRecord {
        let candidates =
            outcomes.iter().map(|(base, outcome)| Candidate { base: (*base).to_owned(), outcome: outcome.clone() });
        DecisionRecord {
            id: "D-1".into(),
            requested: "python:3.12-slim".into(),
            requested_pressure: Some(1.2),
            candidates: candidates.collect(),
        }
    }

    fn out() -> Outcome {
        Outcome::Infeasible { rule: HardRule::RuntimeMissing, proof: "no python".into() }
    }

    fn check(kind: CrqKind, python_alpine: Outcome, expected: &str) {
        let record = record(&[
            ("alpine:3.21", out()),
            ("nginx:1.27-alpine", out()),
            ("node:22-alpine", out()),
            ("python:3.12.14-alpine", python_alpine),
        ]);
        let told = match confirm(&Standard::builtin().unwrap(), kind, &record) {
            Confirmation::Confirmed => "confirmed".to_owned(),
            Confirmation::Refuted { base, reason } => format!("{base}: {reason}"),
            Confirmation::Undecided { waiting } => format!("waits for {}", waiting.join(", ")),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn no_alpine_alternative_has_to_be_left() {
        let kind = CrqKind::JustifiedBase;
        check(kind, out(), "confirmed");
        check(kind, Outcome::TrialFailed { log: "sha256:ab".into() }, "confirmed");
        check(kind, Outcome::Measured { pressure: 1.16, size_mb: 280.0 }, "confirmed");
        check(
            kind,
            Outcome::Measured { pressure: 1.15, size_mb: 270.0 },
            "python:3.12-alpine: its measured pressure is 1.1500, and 1.2000 on the requested base",
        );
    }

    #[test]
    fn a_forecast_or_a_proof_without_words_decides_nothing() {
        let kind = CrqKind::BannedBase;
        check(kind, Outcome::Predicted { pressure: 0.1 }, "waits for python:3.12-alpine");
        check(kind, Outcome::Predicted { pressure: 9.0 }, "waits for python:3.12-alpine");
        check(kind, Outcome::Open, "waits for python:3.12-alpine");
        check(
            kind,
            Outcome::Infeasible { rule: HardRule::GlibcWheel, proof: " ".into() },
            "waits for python:3.12-alpine",
        );
        check(kind, Outcome::TrialFailed { log: String::new() }, "waits for python:3.12-alpine");
    }

    #[test]
    fn a_heavy_image_is_compared_with_every_base_by_size() {
        let rest = "scratch, gcr.io/distroless/static, coredns/coredns:latest";
        check(CrqKind::Heavy, Outcome::Measured { pressure: 0.1, size_mb: 600.0 }, &format!("waits for {rest}"));
        check(
            CrqKind::Heavy,
            Outcome::Measured { pressure: 2.0, size_mb: 500.0 },
            "python:3.12-alpine: the image has 500 MB on it, within 500 MB",
        );
    }

    #[test]
    fn hard_rules_fill_in_what_they_can() {
        let facts = ReasonFacts { runtime: Some("python".into()), ..ReasonFacts::default() };
        let told = candidates(&Standard::builtin().unwrap(), CrqKind::JustifiedBase, "python:3.12-slim", &facts);
        let open: Vec<&str> =
            told.iter().filter(|one| one.outcome == Outcome::Open).map(|one| one.base.as_str()).collect();
        assert_eq!((told.len(), open), (4, vec!["python:3.12-alpine"]));
    }
}
