//! Triggers T5 and T6: changes of a cluster that need a change request, from Kubernetes objects as plain JSON.

mod gpu;
mod object;
mod permit;
mod stateful;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use permit::{Denied, Dispatch, permit};

use crate::standard::Standard;
use crate::verdict::Trigger;

/// A change that someone asks a cluster for.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// What is done.
    pub operation: Operation,
    /// The object as it would be; a `Scale` for the scale subresource.
    pub object: &'a Value,
    /// The object as it is, for an update.
    pub old: Option<&'a Value>,
    /// Kind of the scaled object, `StatefulSet`, where `object` is a `Scale`.
    pub scaled: Option<&'a str>,
}

/// What a change does; operations of admission review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// Makes an object.
    Create,
    /// Changes an object, or its scale.
    Update,
    /// Takes an object away.
    Delete,
}

/// What is known about the rest of the cluster, by namespace and name.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    /// Access modes of volume claims, `ReadWriteOnce`.
    pub volume_claims: BTreeMap<(String, String), Vec<String>>,
    /// Device classes that resource claims and their templates ask for.
    pub device_claims: BTreeMap<(String, String), Vec<String>>,
    /// Workloads by kind, namespace and name.
    pub workloads: BTreeMap<(String, String, String), Value>,
}

/// What a trigger says about a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Firing {
    /// It fires.
    Fires(Fired),
    /// It may fire, and something is not known.
    Undecided {
        /// Which one.
        trigger: Trigger,
        /// What is missing.
        missing: String,
    },
}

/// A trigger that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fired {
    /// Which one.
    pub trigger: Trigger,
    /// Kind of the object, `StatefulSet`.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Replicas that it would have; nothing for T6.
    pub replicas: Option<u32>,
    /// Why it fired, with the numbers.
    pub why: String,
}

/// The triggers that fire on a change, or cannot be decided. Image Standard V13, sovereignty.
///
/// T5: several replicas of what holds state. T6: a single job on a GPU. Deleting, scaling down and status never fire;
/// namespaces that the standard excludes are never judged.
pub fn triggers(standard: &Standard, change: &Change<'_>, cluster: &Cluster) -> Vec<Firing> {
    let namespace = object::namespace(change.object);
    let excluded = standard.admission.excluded_namespaces.iter().any(|name| name == namespace);
    if excluded || change.operation == Operation::Delete {
        return Vec::new();
    }
    let stateful = stateful::firing(standard, change, cluster);
    let gpu = (change.operation == Operation::Create).then(|| gpu::firing(standard, change.object, cluster)).flatten();
    stateful.into_iter().chain(gpu).collect()
}

#[cfg(test)]
mod tests;
