//! Who may approve a change request: the people of `mvi.toml` in the roles that the request's subject gives them.

use std::collections::BTreeSet;

use mvi_standard::Standard;
use mvi_standard::base::registered;
use mvi_standard::crq::{Crq, Directory};
use mvi_standard::reference::Reference;

use crate::config::Approver;

/// Roles to names, for one request. A role stands for a group: `S3-control` for `S3`, `S5-policy` for `S5`, `gid-owner`
/// for the owner of the base's GID, `service-owner` for the group named after the workload's namespace.
pub(crate) fn directory(standard: &Standard, crq: &Crq, people: &[Approver]) -> Directory {
    let roles = standard.crq_roles.iter().flat_map(|entry| entry.approvers.iter()).collect::<BTreeSet<_>>();
    let mut directory = Directory::default();
    for role in roles {
        let groups = groups(standard, crq, role);
        let names = people.iter().filter(|person| person.groups.iter().any(|group| groups.contains(group)));
        directory.roles.insert(role.clone(), names.map(|person| person.name.clone()).collect());
    }
    directory
}

fn groups(standard: &Standard, crq: &Crq, role: &str) -> Vec<String> {
    match role {
        "gid-owner" => owners(standard, crq),
        "service-owner" => crq.subject.workload.iter().map(|workload| workload.namespace.clone()).collect(),
        role => role.split('-').next().map(str::to_owned).into_iter().collect(),
    }
}

/// Owners of the GIDs of the image and of the base it asks for.
fn owners(standard: &Standard, crq: &Crq) -> Vec<String> {
    let asked = [Some(crq.subject.image.as_str()), crq.request.base.as_deref()];
    let is_same = |one: &str, other: &str| {
        let parse = |text: &str| Reference::normalise(text, &standard.mirrors).ok();
        match (parse(one), parse(other)) {
            (Some(one), Some(other)) => {
                let rom = |reference: &Reference| registered(standard, reference).map(|rom| rom.reference.clone());
                one.repository == other.repository
                    && (one.tag == other.tag || rom(&one).is_some_and(|found| Some(found) == rom(&other)))
            }
            _ => one == other,
        }
    };
    let owned = standard.gids.iter().filter(|gid| asked.into_iter().flatten().any(|image| is_same(&gid.image, image)));
    owned.map(|gid| gid.owner.clone()).collect()
}
