//! Remarks and findings: what weakens a judgement, beside the rule that decided it.

use serde::Serialize;

use super::Note;
use super::case::{Case, names_image};
use super::exception::ExceptionState;
use crate::base::BaseStanding;
use crate::class::{Ceiling, ClassSource, NoClass};
use crate::numbers::{mb, short};
use crate::standard::BanScope;
use crate::verdict::Severity;

/// Something about the evidence or the image that a reader should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code; `E-` for what could not be decided, `W-` for a warning.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it is, with the names and numbers.
    pub text: String,
}

/// Findings about one image, worst first.
pub(super) fn of(case: &Case<'_>) -> Vec<Finding> {
    let found = [base(case), class(case), class_base(case), exception(case), estimate(case)];
    let mut findings: Vec<Finding> = found.into_iter().flatten().chain(banned_ancestors(case)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// Where the size lies outside the target band; a target written `~` is a band of ±10 % around its number.
pub(super) fn notes(case: &Case<'_>) -> Vec<Note> {
    let (Some(size), Ok(choice), Some(ceiling)) = (case.size, &case.class, &case.ceiling) else { return Vec::new() };
    let row = choice.row;
    let (low, high) = if row.approx { (0.9, 1.1) } else { (1.0, 1.0) };
    if size.mb > row.target_max_mb * high && ceiling.admits(size.mb) {
        return vec![Note::OverTarget];
    }
    if size.mb < row.target_min_mb * low { vec![Note::BelowBand] } else { Vec::new() }
}

fn base(case: &Case<'_>) -> Option<Finding> {
    match &case.base {
        BaseStanding::Unresolved { reference, reason } => {
            Some(finding("E-BASE-UNRESOLVED", Severity::High, format!("the base `{reference}`: {reason}")))
        }
        BaseStanding::Unknown => {
            let text = "no base is known, so neither bans nor registered bases were compared; state it with `--base`";
            Some(finding("W-BASE-UNKNOWN", Severity::Medium, text.to_owned()))
        }
        BaseStanding::Banned { .. } | BaseStanding::Registered { .. } | BaseStanding::Outside { .. } => None,
    }
}

fn class(case: &Case<'_>) -> Option<Finding> {
    match &case.class {
        Ok(choice) => match &choice.source {
            ClassSource::Declared | ClassSource::Inferred => None,
            ClassSource::Ambiguous { candidates } => Some(ambiguous(case, &choice.row.id, candidates)),
        },
        Err(reason @ NoClass::NotInStandard { .. }) => {
            Some(finding("E-CLASS-NOT-IN-STANDARD", Severity::Medium, reason.text()))
        }
        Err(reason @ (NoClass::NoRuntime | NoClass::NoRow { .. })) => {
            Some(finding("W-CLASS-UNKNOWN", Severity::Low, reason.text()))
        }
    }
}

/// A doubt about the class weighs more where the size is the floor in some of the classes and not in others.
fn ambiguous(case: &Case<'_>, taken: &str, candidates: &[String]) -> Finding {
    let has_room = |id: &&String| {
        let ceiling = case.standard.row(id).map(|row| Ceiling::of(&case.standard.policy, row));
        ceiling.zip(case.size).is_some_and(|(ceiling, size)| ceiling.admits(size.mb))
    };
    let roomy: Vec<&str> = candidates.iter().filter(has_room).map(String::as_str).collect();
    let all = candidates.join(", ");
    let text = format!("{all} all fit; `{taken}` with the largest ceiling was taken, declare one");
    if roomy.is_empty() || roomy.len() == candidates.len() {
        return finding("W-CLASS-AMBIGUOUS", Severity::Low, text);
    }
    let text = format!("{text}: only {} has room for it", roomy.join(", "));
    finding("W-CLASS-AMBIGUOUS", Severity::Medium, text)
}

fn class_base(case: &Case<'_>) -> Option<Finding> {
    let (Ok(choice), BaseStanding::Registered { rom, row_ids, .. }) = (&case.class, &case.base) else { return None };
    let text = format!("`{rom}` is registered for {}, not for `{}`", row_ids.join(", "), choice.row.id);
    (!row_ids.contains(&choice.row.id)).then(|| finding("W-CLASS-BASE", Severity::Low, text))
}

fn exception(case: &Case<'_>) -> Option<Finding> {
    let exception = case.exception.as_ref()?;
    let source = &exception.source;
    match exception.state {
        ExceptionState::Covers if exception.review_due => {
            let text = format!("{source} is due for review and still counts");
            Some(finding("W-JUSTIFIED-DUE", Severity::Low, text))
        }
        ExceptionState::Covers => None,
        ExceptionState::Lapsed => {
            Some(finding("W-JUSTIFIED-LAPSED", Severity::Medium, format!("{source} has lapsed and no longer counts")))
        }
        ExceptionState::OverCap => {
            let size = case.size.map(|size| short(size.mb)).unwrap_or_default();
            let text = format!("the image has outgrown {source}: {size} MB, and {} are covered", mb(exception.cap_mb));
            Some(finding("W-JUSTIFIED-CAP", Severity::Medium, text))
        }
    }
}

fn estimate(case: &Case<'_>) -> Option<Finding> {
    let size = case.size?;
    let limits = [
        case.ceiling.as_ref().map(|ceiling| (format!("the ceiling of `{}`", ceiling.row), ceiling.mb)),
        Some(("the limit for heavy images".to_owned(), case.heavy_mb())),
        case.exception.as_ref().map(|exception| (format!("the cap of {}", exception.source), exception.cap_mb)),
    ];
    let near: Vec<String> = limits
        .into_iter()
        .flatten()
        .filter(|(_, limit)| size.straddles(*limit))
        .map(|(name, limit)| format!("{name}, {}", mb(limit)))
        .collect();
    let text = format!("the size is an estimate of {}, which is within 10 % of {}", mb(size.mb), near.join(" and "));
    (!near.is_empty()).then(|| finding("W-SIZE-ESTIMATED", Severity::Low, text))
}

/// Banned bases further down, where the standard's bans look at all ancestors. They never change the verdict.
fn banned_ancestors(case: &Case<'_>) -> Vec<Finding> {
    if case.standard.policy.ban_scope == BanScope::Direct || matches!(case.base, BaseStanding::Registered { .. }) {
        return Vec::new();
    }
    let ban_on = |image: &str| case.standard.banned.iter().find(|ban| names_image(&ban.pattern, image, case.standard));
    case.evidence
        .ancestors
        .iter()
        .filter_map(|ancestor| ban_on(&ancestor.reference).map(|ban| (ancestor, ban)))
        .map(|(ancestor, ban)| {
            let text = format!("`{}` below its base matches the ban `{}`", ancestor.reference, ban.pattern);
            finding("W-BAN-ANCESTRY", Severity::Medium, text)
        })
        .collect()
}

fn finding(code: &'static str, severity: Severity, text: String) -> Finding {
    Finding { code, severity, text }
}
