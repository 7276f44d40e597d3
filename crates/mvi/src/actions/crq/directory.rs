//! Who may approve a change request: the people of `mvi.toml` in the roles that the request's subject gives them.

use std::collections::BTreeSet;

use mvi_standard::Standard;
use mvi_standard::crq::{Crq, Directory};

use crate::actions::known::{Known, of_base};
use crate::config::Approver;

/// Roles to names, for one request. A role stands for a group: `S3-control` for `S3`, `S5-policy` for `S5`, `gid-owner`
/// for the owner of the base's GID, `service-owner` for the group named after the workload's namespace.
pub(crate) fn directory(standard: &Standard, crq: &Crq, (known, people): (&[Known], &[Approver])) -> Directory {
    let roles = standard.crq_roles.iter().flat_map(|entry| entry.approvers.iter()).collect::<BTreeSet<_>>();
    let mut directory = Directory::default();
    for role in roles {
        let groups = groups(standard, crq, role, known);
        let names = people.iter().filter(|person| person.groups.iter().any(|group| groups.contains(group)));
        directory.roles.insert(role.clone(), names.map(|person| person.name.clone()).collect());
    }
    directory
}

fn groups(standard: &Standard, crq: &Crq, role: &str, known: &[Known]) -> Vec<String> {
    match role {
        "gid-owner" => owners(standard, crq, known),
        "service-owner" => crq.subject.workload.iter().map(|workload| workload.namespace.clone()).collect(),
        role => role.split('-').next().map(str::to_owned).into_iter().collect(),
    }
}

/// Owners of the GIDs of the image and of the base it asks for.
fn owners(standard: &Standard, crq: &Crq, known: &[Known]) -> Vec<String> {
    let asked = [Some(crq.subject.image.as_str()), crq.request.base.as_deref()].into_iter().flatten();
    asked.flat_map(|image| of_base(standard, known, image)).map(|known| known.owner.clone()).collect()
}
