//! Acceptance gates: measured values against thresholds; what was not measured never passes.

use serde::Serialize;

use super::case::{Case, measured, size};
use crate::evidence::RuntimePackages;
use crate::numbers::{beside, mb, short};
use crate::standard::{Acceptance, Operator, SizeBasis};

/// One gate with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    /// Id, `AC-SIZE`.
    pub id: String,
    /// Name for people.
    pub criterion: String,
    /// Outcome.
    pub status: GateStatus,
    /// Measured value in `unit`; nothing when there is none or it is only known within limits.
    pub measured: Option<f64>,
    /// Comparison that has to hold: measured, operator, threshold.
    pub operator: Operator,
    /// Threshold in `unit`.
    pub threshold: f64,
    /// Unit of both numbers.
    pub unit: String,
    /// Why, with the numbers.
    pub reason: String,
}

/// Outcome of a gate, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GateStatus {
    /// The value is within the threshold.
    Pass,
    /// There is no value, or not one that decides.
    NoData,
    /// The value is beyond the threshold.
    Fail,
}

/// The outcome of several gates together: one failure fails, and missing data is never a pass.
pub fn worst_gate(gates: &[Gate]) -> Option<GateStatus> {
    gates.iter().map(|gate| gate.status).max()
}

/// The gates of the standard, in its order.
pub(super) fn of(case: &Case<'_>) -> Vec<Gate> {
    case.standard.acceptance.iter().map(|row| gate(case, row)).collect()
}

fn gate(case: &Case<'_>, row: &Acceptance) -> Gate {
    let blank = Gate {
        id: row.id.clone(),
        criterion: row.criterion.clone(),
        status: GateStatus::NoData,
        measured: None,
        operator: row.op,
        threshold: row.threshold,
        unit: row.unit.clone(),
        reason: String::new(),
    };
    match row.metric.as_str() {
        "size_mb" => size_gate(case, blank),
        "layer_count" => match case.evidence.layer_count {
            Some(count) => compared(blank, f64::from(count), "layers"),
            None => no_data(blank, "the layers were not counted"),
        },
        "runtime_packages" => packages_gate(&case.evidence.runtime_packages, blank),
        "pull_s_at_1gbps" => pull_gate(case, blank),
        "cve_high_plus" => match case.evidence.measured.cve_high_plus {
            Some(count) => compared(blank, f64::from(count), "HIGH and CRITICAL"),
            None => {
                let why = case.evidence.measured.cve_unknown.as_deref();
                no_data(blank, &format!("no data: {}", why.unwrap_or("vulnerabilities were not looked up")))
            }
        },
        "build_cached_s" => match case.evidence.measured.build_cached_s {
            Some(seconds) => compared(blank, seconds, "s"),
            None => no_data(blank, "no data: no rebuild was timed"),
        },
        metric => {
            let reason = format!("no data: nothing measures `{metric}`");
            no_data(blank, &reason)
        }
    }
}

fn size_gate(case: &Case<'_>, mut blank: Gate) -> Gate {
    let certain = case.class.as_ref().ok().filter(|choice| choice.source.is_certain());
    let whose = match certain {
        Some(choice) => {
            blank.threshold = choice.row.target_max_mb;
            blank.operator = if choice.row.target_max_exclusive { Operator::Less } else { Operator::AtMost };
            format!(", the target of `{}`", choice.row.id)
        }
        None => String::new(),
    };
    let Some(size) = case.size else {
        let reason = format!("the {} size is unknown", case.basis.as_str());
        return no_data(blank, &reason);
    };
    let threshold = blank.threshold;
    let mut gate = compared(blank, size.mb, &format!("MB {}", size.basis.as_str()));
    gate.reason.push_str(&whose);
    if size.straddles(threshold) {
        gate.reason.push_str(&straddling(size.mb, &mb(threshold)));
    }
    gate
}

fn pull_gate(case: &Case<'_>, blank: Gate) -> Gate {
    let Some(size) = size(&case.evidence.sizes, SizeBasis::Transfer) else {
        return no_data(blank, "the transfer size is unknown");
    };
    // Megabytes times 8 are megabits, over 1000 Mbit/s; unpacking is not in it.
    let seconds = |size_mb: f64| 8.0 * size_mb / LINK_MBPS;
    let limit_mb = blank.threshold * LINK_MBPS / 8.0;
    let limit = format!("{} s", short(blank.threshold));
    let mut gate = compared(blank, seconds(size.mb), "s");
    gate.reason.push_str(&format!(": download of {} at 1 Gbps, without unpacking", mb(size.mb)));
    if size.straddles(limit_mb) {
        gate.reason.push_str(&straddling(size.mb, &format!("{limit} ({})", mb(limit_mb))));
    }
    gate
}

fn packages_gate(packages: &RuntimePackages, blank: Gate) -> Gate {
    match packages {
        RuntimePackages::Known { count } => compared(blank, f64::from(*count), "packages"),
        RuntimePackages::Unknown { reason } => {
            let reason = format!("no data: {reason}");
            no_data(blank, &reason)
        }
        RuntimePackages::Between { low, high, reason } => {
            let holds = |count: u32| blank.operator.holds(f64::from(count), blank.threshold);
            let status = match (holds(*low), holds(*high)) {
                (true, true) => GateStatus::Pass,
                (false, false) => GateStatus::Fail,
                (true, false) | (false, true) => GateStatus::NoData,
            };
            let limit = format!("{} {}", blank.operator.as_str(), short(blank.threshold));
            let reason = format!("between {low} and {high} packages, {limit} asked: {reason}");
            Gate { status, reason, ..blank }
        }
    }
}

fn compared(gate: Gate, value: f64, what: &str) -> Gate {
    let Some(value) = measured(Some(value)) else { return no_data(gate, "the measured value is no number") };
    let holds = gate.operator.holds(value, gate.threshold);
    let status = if holds { GateStatus::Pass } else { GateStatus::Fail };
    let limit = format!("{} {}", gate.operator.as_str(), short(gate.threshold));
    let reason = format!("{} {what}, {limit} asked", beside(value, gate.threshold));
    Gate { status, measured: Some(value), reason, ..gate }
}

fn no_data(gate: Gate, reason: &str) -> Gate {
    Gate { status: GateStatus::NoData, reason: reason.to_owned(), ..gate }
}

fn straddling(size_mb: f64, limit: &str) -> String {
    let (low, high) = (short(size_mb * 0.9), short(size_mb * 1.1));
    format!("; the size is an estimate, and its ±10 % ({low} to {high} MB) lie on both sides of {limit}")
}

/// The link of the pull gate, megabits a second.
const LINK_MBPS: f64 = 1000.0;

#[cfg(test)]
mod tests;
