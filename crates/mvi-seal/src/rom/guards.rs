//! What has to hold before a ROM is sealed; each guard that does not hold is told, none is guessed.

use serde::{Deserialize, Serialize};

use super::content::{Rebuild, RomContent};

/// What the caller found out about the winner; `None` is not known, and refuses like a no.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SealingFacts {
    /// The acceptance gates: names of those that fail or have no data; `None` when none was asked.
    pub failing_gates: Option<Vec<String>>,
    /// True when the base is banned.
    pub base_banned: Option<bool>,
    /// True when an active CRQ covers the base.
    pub crq_active: bool,
    /// True when the winner was really built and measured, not only predicted.
    pub measured_by_build: bool,
    /// True when the base has a GID.
    pub gid_registered: bool,
}

/// A guard that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// A stable code: `SEAL-COVERAGE`.
    pub code: &'static str,
    /// What is wrong.
    pub text: String,
}

/// The guards of `content` that do not hold, in a fixed order. Overrides need a CRQ and a GID; templates need it all.
#[must_use]
pub fn refusals(content: &RomContent, facts: &SealingFacts) -> Vec<Refusal> {
    let guards: &[Guard] = if content.exception.is_some() { EXCEPTION } else { TEMPLATE };
    guards.iter().filter_map(|guard| guard(content, facts)).collect()
}

type Guard = fn(&RomContent, &SealingFacts) -> Option<Refusal>;

const TEMPLATE: &[Guard] = &[coverage, gates, base, measured, rebuilt, gid];
const EXCEPTION: &[Guard] = &[approved, gid];

fn refuse(code: &'static str, text: impl Into<String>) -> Option<Refusal> {
    Some(Refusal { code, text: text.into() })
}

fn coverage(content: &RomContent, _: &SealingFacts) -> Option<Refusal> {
    let all = content.dimensions.each();
    let missing: Vec<&str> = all.iter().filter(|(_, found)| found.is_none()).map(|(id, _)| *id).collect();
    if missing.is_empty() && content.coverage >= 1.0 {
        return None;
    }
    refuse("SEAL-COVERAGE", format!("all five dimensions are required; not measured: {}", missing.join(", ")))
}

fn gates(_: &RomContent, facts: &SealingFacts) -> Option<Refusal> {
    match &facts.failing_gates {
        None => refuse("SEAL-GATES", "the acceptance gates were not evaluated"),
        Some(failing) if !failing.is_empty() => {
            refuse("SEAL-GATES", format!("acceptance gates that do not pass: {}", failing.join(", ")))
        }
        Some(_) => None,
    }
}

fn base(content: &RomContent, facts: &SealingFacts) -> Option<Refusal> {
    match facts.base_banned {
        Some(false) => None,
        Some(true) if facts.crq_active => None,
        Some(true) => refuse("SEAL-BAN", format!("{} is banned and no CRQ is active", content.base)),
        None => refuse("SEAL-BAN", format!("whether {} is banned is not known", content.base)),
    }
}

fn measured(_: &RomContent, facts: &SealingFacts) -> Option<Refusal> {
    if facts.measured_by_build {
        None
    } else {
        refuse("SEAL-MEASURED", "no runs are named for start-up and memory: it was predicted, not built and measured")
    }
}

fn rebuilt(content: &RomContent, _: &SealingFacts) -> Option<Refusal> {
    match &content.rebuild {
        Some(Rebuild::Equal { .. } | Rebuild::Different { .. }) => None,
        None => refuse("SEAL-REBUILD", "it was not built twice and compared"),
    }
}

fn gid(content: &RomContent, facts: &SealingFacts) -> Option<Refusal> {
    if facts.gid_registered { None } else { refuse("SEAL-GID", format!("{} has no GID", content.base)) }
}

fn approved(_: &RomContent, facts: &SealingFacts) -> Option<Refusal> {
    if facts.crq_active { None } else { refuse("SEAL-CRQ", "the CRQ is not approved and registered") }
}
