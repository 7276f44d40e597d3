//! Who has to agree: roles by kind of request, counted by different people in different roles.

use super::guards::{Directory, Refused};
use super::record::{Approval, Crq, CrqKind};
use crate::standard::{CrqRole, Standard};

/// The standard's entry for a kind.
pub(super) fn role_of(standard: &Standard, kind: CrqKind) -> Result<&CrqRole, Refused> {
    let entry = standard.crq_roles.iter().find(|role| role.kind == kind.as_str());
    entry.ok_or(Refused::NoQuorum { kind: kind.as_str() })
}

/// Accepts someone who may approve this request in that role.
pub(super) fn may_approve(
    standard: &Standard,
    directory: &Directory,
    crq: &Crq,
    who: &str,
    role: &str,
) -> Result<(), Refused> {
    let entry = role_of(standard, crq.kind)?;
    if !entry.approvers.iter().any(|known| known == role) {
        let roles = entry.approvers.join(", ");
        return Err(Refused::WrongRole { role: role.to_owned(), kind: crq.kind.as_str(), roles });
    }
    if !directory.holds(who, role) {
        return Err(Refused::NotInRole { who: who.to_owned(), role: role.to_owned() });
    }
    if who == crq.requester {
        return Err(Refused::OwnRequest { who: who.to_owned() });
    }
    Ok(())
}

/// True when enough different roles have approved; nobody approves a revision twice, so people differ too.
pub(super) fn is_reached(standard: &Standard, crq: &Crq) -> Result<bool, Refused> {
    let entry = role_of(standard, crq.kind)?;
    let approved = |role: &&String| crq.approvals.iter().any(|approval: &Approval| approval.role == **role);
    // A table that asks for nobody still needs someone.
    Ok(entry.approvers.iter().filter(approved).count() >= entry.min_approvals.max(1))
}
