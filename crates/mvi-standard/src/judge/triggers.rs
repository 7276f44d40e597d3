//! Change request triggers T1 to T4 of an image; T5 and T6 are about workloads, not images.

use super::case::Case;
use crate::base::BaseStanding;
use crate::evidence::BaseApproval;
use crate::reference::Reference;
use crate::verdict::Trigger;

/// The triggers that fire, in order. An exception that covers the image answers T1, T2 and T4; T3 only one that was
/// approved for the new base.
pub(super) fn of(case: &Case<'_>) -> Vec<Trigger> {
    let covered = case.is_covered();
    let mut triggers = Vec::new();
    match &case.base {
        BaseStanding::Banned { reference, .. } if !covered => {
            if is_banned_system(reference) {
                triggers.push(Trigger::T1);
            }
            triggers.push(Trigger::T4);
        }
        BaseStanding::Outside { .. } if !(covered && base_is_approved(case)) => triggers.push(Trigger::T3),
        BaseStanding::Banned { .. }
        | BaseStanding::Outside { .. }
        | BaseStanding::Registered { .. }
        | BaseStanding::Unknown
        | BaseStanding::Unresolved { .. } => {}
    }
    if !covered && case.size.is_some_and(|size| size.mb > case.heavy_mb()) {
        triggers.push(Trigger::T2);
    }
    triggers.sort_unstable();
    triggers
}

fn base_is_approved(case: &Case<'_>) -> bool {
    case.evidence.justification.as_ref().is_some_and(|given| given.base == BaseApproval::NewBase)
}

fn is_banned_system(reference: &str) -> bool {
    Reference::normalise(reference, &[]).is_ok_and(|base| matches!(base.repository.as_str(), "ubuntu" | "debian"))
}
