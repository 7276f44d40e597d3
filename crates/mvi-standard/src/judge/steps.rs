//! What to do next, in order: the action of the deciding rule first, spelled out for this image.

use serde::Serialize;

use super::case::Case;
use super::distance::nearest_base;
use super::rules::Decision;
use crate::base::BaseStanding;
use crate::numbers::mb;
use crate::verdict::Action;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its code.
    pub action: Action,
    /// What that means for this image.
    pub text: String,
}

pub(super) fn of(case: &Case<'_>, decision: &Decision) -> Vec<Step> {
    let mut steps = vec![Step { action: decision.action, text: text(case, decision.action) }];
    match decision.action {
        Action::ReplaceBase => {
            steps.extend(trim_if_over(case));
            if let BaseStanding::Banned { overridable: true, .. } = case.base {
                let text = "or file a change request with the reason why no listed base will do".to_owned();
                steps.push(Step { action: Action::Justify, text });
            }
        }
        Action::RegisterBase => steps.extend(trim_if_over(case)),
        Action::AuditContents | Action::Split => steps.extend(unknown_base(case)),
        Action::Keep
        | Action::Trim
        | Action::AuditDeps
        | Action::Replace
        | Action::Decompose
        | Action::Justify
        | Action::Measure => {}
    }
    steps
}

fn text(case: &Case<'_>, action: Action) -> String {
    match action {
        Action::Keep => keep(case),
        Action::Trim => trim(case),
        Action::AuditDeps => {
            format!("find out what needs {}, and state the base with `--base`", size(case))
        }
        Action::Split => format!("find out whether {} are several services, and split them", size(case)),
        Action::AuditContents => format!("list what the base's {} are made of", size(case)),
        Action::Replace => match case.floor_estimate_mb {
            Some(estimate) => format!("build it anew{}, towards {}", on_nearest(case), mb(estimate)),
            None => format!("build it anew{}", on_nearest(case)),
        },
        Action::Decompose => "take it apart into minimal layers, and estimate the floor of what stays".to_owned(),
        Action::ReplaceBase => match &case.base {
            BaseStanding::Banned { reference, use_instead, .. } => {
                format!("replace the base `{reference}` with `{use_instead}`")
            }
            BaseStanding::Unknown
            | BaseStanding::Unresolved { .. }
            | BaseStanding::Registered { .. }
            | BaseStanding::Outside { .. } => format!("replace the base{}", on_nearest(case)),
        },
        Action::Justify => "file a change request that says why this base is needed".to_owned(),
        Action::RegisterBase => register(case),
        Action::Measure => "measure the image's size".to_owned(),
    }
}

fn keep(case: &Case<'_>) -> String {
    match case.exception.as_ref().filter(|_| case.is_covered()).and_then(|exception| exception.constraint.as_deref()) {
        Some(constraint) => format!("keep it as it is, under the condition `{constraint}`"),
        None => "keep it as it is".to_owned(),
    }
}

fn trim(case: &Case<'_>) -> String {
    match (case.size, &case.ceiling) {
        (Some(size), Some(ceiling)) if size.mb > ceiling.mb => {
            let down_to = if ceiling.exclusive { "below" } else { "down to" };
            let (over, limit) = (mb(size.mb - ceiling.mb), mb(ceiling.mb));
            format!("take {over} away, {down_to} {limit} for `{}`", ceiling.row)
        }
        (Some(_), Some(ceiling)) => format!("bring it below {} for `{}`", mb(ceiling.mb), ceiling.row),
        (_, None) | (None, _) => "declare its class, so that a ceiling applies; then trim what is over it".to_owned(),
    }
}

fn register(case: &Case<'_>) -> String {
    let base = case.base.reference().unwrap_or_default();
    match nearest_base(case) {
        Some(nearest) => format!("move from `{base}` to `{nearest}`, or register `{base}`"),
        None => format!("move from `{base}` to a registered base, or register it"),
    }
}

fn trim_if_over(case: &Case<'_>) -> Option<Step> {
    let (size, ceiling) = (case.size?, case.ceiling.as_ref()?);
    (!ceiling.admits(size.mb)).then(|| Step { action: Action::Trim, text: trim(case) })
}

fn unknown_base(case: &Case<'_>) -> Option<Step> {
    let text = "state the base with `--base`".to_owned();
    case.base.is_unknown().then_some(Step { action: Action::AuditDeps, text })
}

fn size(case: &Case<'_>) -> String {
    case.size.map_or_else(|| "its size".to_owned(), |size| mb(size.mb))
}

fn on_nearest(case: &Case<'_>) -> String {
    nearest_base(case).map(|base| format!(" on `{base}`")).unwrap_or_default()
}
