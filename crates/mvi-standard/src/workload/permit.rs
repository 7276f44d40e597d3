//! Whether a change request in force permits what a trigger fired on.

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;

use super::Fired;
use crate::crq::{Calendar, Crq, CrqId, CrqKind, at};
use crate::verdict::Trigger;

/// What is about to run.
#[derive(Debug, Clone, Copy)]
pub struct Dispatch<'a> {
    /// Digests of the images of its pods.
    pub digests: &'a [String],
    /// Dispatches of the same namespace and name that run now.
    pub running: u32,
}

/// Why it is not permitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[serde(rename_all = "snake_case", tag = "denied")]
pub enum Denied {
    /// No request in force names the workload and an image of it.
    #[error(
        "no change request of kind `{kind}` in force names {namespace}/{name} and the digest of its image; file one"
    )]
    NoRequest {
        /// Kind of the request that is needed.
        kind: &'static str,
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    },
    /// One does, for fewer replicas.
    #[error("{crq} permits {permitted} replicas, and {wanted} are asked for")]
    TooMany {
        /// The request.
        crq: CrqId,
        /// Replicas that it permits.
        permitted: u32,
        /// Replicas that are asked for.
        wanted: u32,
    },
    /// One does, and its one dispatch is running.
    #[error("{crq} permits one dispatch at a time, and {running} run")]
    Busy {
        /// The request.
        crq: CrqId,
        /// Dispatches that run.
        running: u32,
    },
}

/// The change request that permits a change.
///
/// # Errors
///
/// [`Denied`] says what is missing. Triggers of images are never permitted here.
pub fn permit(
    crqs: &[Crq],
    calendar: &Calendar,
    fired: &Fired,
    dispatch: Dispatch<'_>,
    now: Timestamp,
) -> Result<CrqId, Denied> {
    let kind = match fired.trigger {
        Trigger::T6 => CrqKind::GpuSingleton,
        Trigger::T5 => CrqKind::StatefulHa,
        Trigger::T1 => CrqKind::BannedBase,
        Trigger::T2 => CrqKind::Heavy,
        Trigger::T3 => CrqKind::NewBase,
        Trigger::T4 => CrqKind::BanOverride,
    };
    let denied =
        Denied::NoRequest { kind: kind.as_str(), namespace: fired.namespace.clone(), name: fired.name.clone() };
    if !kind.is_workload() {
        return Err(denied);
    }
    let mut denied = denied;
    let fits = crqs.iter().filter(|crq| crq.kind == kind && at(crq, calendar, now).state.is_in_force());
    for crq in fits.filter(|crq| names(crq, fired, dispatch.digests)) {
        let permitted = crq.subject.workload.as_ref().and_then(|workload| workload.max_replicas).unwrap_or(1);
        match fired.replicas {
            Some(wanted) if wanted > permitted => denied = Denied::TooMany { crq: crq.id, permitted, wanted },
            None if dispatch.running > 0 => denied = Denied::Busy { crq: crq.id, running: dispatch.running },
            Some(_) | None => return Ok(crq.id),
        }
    }
    Err(denied)
}

fn names(crq: &Crq, fired: &Fired, digests: &[String]) -> bool {
    let workload = crq.subject.workload.as_ref();
    let named = workload.is_some_and(|workload| workload.namespace == fired.namespace && workload.name == fired.name);
    named && crq.subject.digest.as_ref().is_some_and(|digest| digests.contains(digest))
}
