//! The decision table: each rule says whether it holds for a case and why, and the first that holds decides.

use serde::Serialize;

use super::case::Case;
use crate::base::BaseStanding;
use crate::evidence::Role;
use crate::numbers::{beside, mb, short};
use crate::standard::RomStatus;
use crate::verdict::{Action, RuleId, Verdict};

/// A rule that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceStep {
    /// Which rule.
    pub rule: RuleId,
    /// Whether it held; only the last step's rule does.
    pub holds: bool,
    /// Why, with the numbers.
    pub why: String,
}

pub(super) struct Decision {
    pub(super) rule: RuleId,
    pub(super) when: String,
    pub(super) verdict: Verdict,
    pub(super) action: Action,
    pub(super) reason: String,
    pub(super) trace: Vec<TraceStep>,
}

/// What a rule says: the action and why it holds, or why it does not.
type Answer = Result<(Action, String), String>;

/// A rule as a function of the case and its size in MB.
type Condition = fn(&Case<'_>, f64) -> Answer;

/// The verdict that a rule means.
pub fn verdict_of(rule: RuleId) -> Verdict {
    match rule {
        RuleId::R0 => Verdict::Unmeasured,
        RuleId::R1 | RuleId::R3 | RuleId::R4 | RuleId::R5 => Verdict::Replace,
        RuleId::R2 => Verdict::Justified,
        RuleId::R6 => Verdict::Floor,
        RuleId::R7 | RuleId::R9 => Verdict::Review,
        RuleId::R8 => Verdict::Audit,
    }
}

/// Tries the rules in order. A rule that the standard switched off is passed over; R0 and R9 cannot be.
pub(super) fn decide(case: &Case<'_>) -> Decision {
    let Some(size) = case.size.map(|size| size.mb) else {
        let why = format!("the {} size is unknown", case.basis.as_str());
        return decision(case, RuleId::R0, (Action::Measure, why), Vec::new());
    };
    let mut trace = vec![TraceStep { rule: RuleId::R0, holds: false, why: format!("the size is {}", mb(size)) }];
    for (rule, holds) in RULES {
        let answer = match case.standard.verdict_rule(*rule) {
            Some(_) => holds(case, size),
            None => Err("this standard switched the rule off".to_owned()),
        };
        match answer {
            Ok(outcome) => return decision(case, *rule, outcome, trace),
            Err(why) => trace.push(TraceStep { rule: *rule, holds: false, why }),
        }
    }
    decision(case, RuleId::R9, otherwise(case, size), trace)
}

fn decision(case: &Case<'_>, rule: RuleId, (action, reason): (Action, String), mut trace: Vec<TraceStep>) -> Decision {
    trace.push(TraceStep { rule, holds: true, why: reason.clone() });
    let when = case.standard.verdict_rule(rule).map_or_else(|| "otherwise".to_owned(), |text| text.when.clone());
    Decision { rule, when, verdict: verdict_of(rule), action, reason, trace }
}

/// R1 to R8; R0 and R9 frame them.
const RULES: &[(RuleId, Condition)] = &[
    (RuleId::R1, never_allowed),
    (RuleId::R2, justified),
    (RuleId::R3, banned),
    (RuleId::R4, debt),
    (RuleId::R5, far_above_floor),
    (RuleId::R6, at_floor),
    (RuleId::R7, base_needs_justification),
    (RuleId::R8, unlisted_heavy_base),
];

fn never_allowed(case: &Case<'_>, _: f64) -> Answer {
    match &case.base {
        BaseStanding::Banned { reference, pattern, note, overridable: false, .. } => {
            Ok((Action::ReplaceBase, format!("its base `{reference}` matches the ban `{pattern}`: {note}")))
        }
        BaseStanding::Banned { pattern, overridable: true, .. } => {
            Err(format!("the ban `{pattern}` on its base can be lifted"))
        }
        other => Err(not_banned(other)),
    }
}

fn justified(case: &Case<'_>, size: f64) -> Answer {
    let Some(exception) = &case.exception else { return Err("no exception names this image".to_owned()) };
    let (source, cap) = (&exception.source, exception.cap_mb);
    if case.is_covered() {
        let numbers = format!("{} MB of {} MB", beside(size, cap), short(cap));
        return Ok((Action::Keep, format!("{source} covers it: {numbers}")));
    }
    if size > cap {
        return Err(format!("{source} covers {} MB and the image has {} MB", short(cap), beside(size, cap)));
    }
    Err(format!("{source} has lapsed"))
}

fn banned(case: &Case<'_>, _: f64) -> Answer {
    match &case.base {
        BaseStanding::Banned { reference, pattern, note, .. } => {
            Ok((Action::ReplaceBase, format!("its base `{reference}` matches the ban `{pattern}`: {note}")))
        }
        other => Err(not_banned(other)),
    }
}

fn not_banned(base: &BaseStanding) -> String {
    match base {
        BaseStanding::Unknown => "its base is unknown".to_owned(),
        BaseStanding::Unresolved { reference, reason } => format!("its base `{reference}` is not resolved: {reason}"),
        BaseStanding::Banned { reference, .. }
        | BaseStanding::Registered { reference, .. }
        | BaseStanding::Outside { reference } => format!("its base `{reference}` is not banned"),
    }
}

fn debt(case: &Case<'_>, _: f64) -> Answer {
    let why = match (&case.evidence.debt, &case.replaced_base) {
        (Some(debt), _) => format!("it is declared a debt: {debt}"),
        (None, Some(base)) => format!("`{base}` below it has to be replaced"),
        (None, None) => return Err("no debt is declared and no base below it has to be replaced".to_owned()),
    };
    Ok(match case.floor_estimate_mb {
        Some(estimate) => (Action::Replace, format!("{why}; its floor is estimated at {}", mb(estimate))),
        None => (Action::Decompose, format!("{why}; its floor is not estimated")),
    })
}

fn far_above_floor(case: &Case<'_>, size: f64) -> Answer {
    let (heavy, limit) = (case.heavy_mb(), case.standard.policy.replace_ratio);
    if size <= heavy {
        return Err(format!("{} MB is not above {}", beside(size, heavy), mb(heavy)));
    }
    let Some(estimate) = case.floor_estimate_mb else { return Err("its floor is not estimated".to_owned()) };
    let ratio = size / estimate;
    let times = format!("{} is {} times its estimated floor of {}", mb(size), beside(ratio, limit), mb(estimate));
    if ratio >= limit {
        return Ok((Action::Replace, format!("{times}, and {} times are too many", short(limit))));
    }
    Err(format!("{times}, and only {} times would be too many", short(limit)))
}

fn at_floor(case: &Case<'_>, size: f64) -> Answer {
    let BaseStanding::Registered { reference, rom, status: RomStatus::Floor, .. } = &case.base else {
        return Err(not_on_floor_base(&case.base));
    };
    let ceiling = match (&case.ceiling, &case.class) {
        (Some(ceiling), _) => ceiling,
        (None, Err(reason)) => return Err(reason.text()),
        (None, Ok(choice)) => return Err(format!("`{}` has no ceiling", choice.row.id)),
    };
    let limit = format!(
        "the ceiling of `{}`, {} MB + {} MB grace{}",
        ceiling.row,
        short(ceiling.target_max_mb),
        short(ceiling.grace_mb),
        if ceiling.exclusive { ", itself excluded" } else { "" }
    );
    let size_text = beside(size, ceiling.mb);
    if ceiling.admits(size) {
        let base = if reference == rom { format!("`{rom}`") } else { format!("`{reference}`, registered as `{rom}`") };
        return Ok((Action::Keep, format!("it stands on {base}, and {size_text} MB is within {limit}")));
    }
    Err(format!("{size_text} MB is above {limit}"))
}

fn not_on_floor_base(base: &BaseStanding) -> String {
    match base {
        BaseStanding::Registered { rom, .. } => format!("its base `{rom}` is registered for justified images only"),
        BaseStanding::Outside { reference } => format!("its base `{reference}` is not registered"),
        BaseStanding::Banned { reference, .. } => format!("its base `{reference}` is banned"),
        BaseStanding::Unknown | BaseStanding::Unresolved { .. } => not_banned(base),
    }
}

fn base_needs_justification(case: &Case<'_>, _: f64) -> Answer {
    match &case.base {
        BaseStanding::Registered { rom, status: RomStatus::Justified, .. } => {
            Ok((Action::Justify, format!("its base `{rom}` is for justified images, and no exception covers this one")))
        }
        BaseStanding::Registered { rom, status: RomStatus::Floor, .. } => {
            Err(format!("its base `{rom}` needs no justification"))
        }
        other => Err(not_on_floor_base(other)),
    }
}

fn unlisted_heavy_base(case: &Case<'_>, size: f64) -> Answer {
    let heavy = case.heavy_mb();
    match (case.evidence.role, case.evidence.contents_known) {
        (Role::Service, _) => Err("it is a service, not a base".to_owned()),
        (Role::Base, true) => Err("its contents are listed".to_owned()),
        (Role::Base, false) if size <= heavy => Err(format!("{} MB is not above {}", beside(size, heavy), mb(heavy))),
        (Role::Base, false) => {
            let why =
                format!("it is a base of {} MB, above {}, and its contents are not listed", short(size), mb(heavy));
            Ok((Action::AuditContents, why))
        }
    }
}

fn otherwise(case: &Case<'_>, size: f64) -> (Action, String) {
    let split = case.standard.policy.split_mb;
    match &case.base {
        BaseStanding::Registered { .. } => {
            let why = at_floor(case, size).err().unwrap_or_else(|| "the rule for the floor is switched off".to_owned());
            (Action::Trim, format!("its base is registered, and it is not at the floor: {why}"))
        }
        BaseStanding::Unknown | BaseStanding::Unresolved { .. } if size > split => (
            Action::Split,
            format!("{}, and {} MB is above {}", not_banned(&case.base), beside(size, split), mb(split)),
        ),
        BaseStanding::Unknown | BaseStanding::Unresolved { .. } => (
            Action::AuditDeps,
            format!("{}, so what its {} are for has to be found out first", not_banned(&case.base), mb(size)),
        ),
        // A banned base gets here only when the standard switched the rules on bans off.
        BaseStanding::Outside { reference } | BaseStanding::Banned { reference, .. } => {
            (Action::RegisterBase, format!("its base `{reference}` is known and not registered"))
        }
    }
}
