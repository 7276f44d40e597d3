//! T5: a second replica of what holds state.

use serde_json::Value;

use super::object::{group, kind, list, name, namespace, number, pod_spec};
use super::{Change, Cluster, Fired, Firing, Operation};
use crate::standard::Standard;
use crate::verdict::Trigger;

/// Whether an object holds state.
enum State {
    Held(String),
    None,
    Unknown(String),
}

/// The number of replicas that a change is about, what they are replicas of, and whether that holds state.
struct Subject {
    replicas: u32,
    before: u32,
    state: State,
}

pub(super) fn firing(standard: &Standard, change: &Change<'_>, cluster: &Cluster) -> Option<Firing> {
    let subject = subject(standard, change, cluster)?;
    let Subject { replicas, before, state } = subject;
    if replicas < 2 {
        return None;
    }
    let (raised, why) = match (change.operation, state) {
        (_, State::None) => return None,
        (operation, State::Unknown(missing)) => {
            let raised = operation == Operation::Create || replicas > before;
            return raised.then_some(Firing::Undecided { trigger: Trigger::T5, missing });
        }
        (Operation::Create, State::Held(why)) => (true, why),
        (Operation::Update | Operation::Delete, State::Held(why)) => (replicas > before, why),
    };
    let kind = change.scaled.unwrap_or_else(|| kind(change.object)).to_owned();
    raised.then(|| {
        Firing::Fires(Fired {
            trigger: Trigger::T5,
            kind,
            namespace: namespace(change.object).to_owned(),
            name: name(change.object).to_owned(),
            replicas: Some(replicas),
            why: format!("{why}, and it would have {replicas} replicas after {before}"),
        })
    })
}

fn subject(standard: &Standard, change: &Change<'_>, cluster: &Cluster) -> Option<Subject> {
    let (object, old) = (change.object, change.old.unwrap_or(&Value::Null));
    let counted = |path: &str, missing: u32, state: State| {
        let before = if old.is_null() { 0 } else { number(old, path).unwrap_or(missing) };
        Subject { replicas: number(object, path).unwrap_or(missing), before, state }
    };
    match kind(object) {
        "Scale" => Some(counted(".spec.replicas", 0, scaled_state(standard, change, cluster)?)),
        "StatefulSet" => Some(counted(".spec.replicas", 1, State::Held("a StatefulSet holds state".to_owned()))),
        "Deployment" => {
            let state = volumes(object, namespace(object), cluster);
            let mut subject = counted(".spec.replicas", 1, state);
            // Replicas that were fine before the volume came are new ones of something that holds state.
            if !old.is_null() && matches!(volumes(old, namespace(object), cluster), State::None) {
                subject.before = 0;
            }
            Some(subject)
        }
        "HorizontalPodAutoscaler" => {
            let target = &object["spec"]["scaleTargetRef"];
            let named = |field: &str| target[field].as_str().unwrap_or_default();
            let state = target_state(standard, (named("kind"), namespace(object), named("name")), cluster)?;
            Some(counted(".spec.maxReplicas", 1, state))
        }
        own => {
            let known = standard.stateful_crs.iter().find(|entry| entry.kind == own && entry.group == group(object))?;
            Some(counted(&known.replicas_path, 1, State::Held(format!("{own} of {} holds state", known.group))))
        }
    }
}

/// What the scale subresource of an object scales; nothing for kinds that T5 does not know.
fn scaled_state(standard: &Standard, change: &Change<'_>, cluster: &Cluster) -> Option<State> {
    let kind = change.scaled?;
    target_state(standard, (kind, namespace(change.object), name(change.object)), cluster)
}

fn target_state(standard: &Standard, (kind, namespace, name): (&str, &str, &str), cluster: &Cluster) -> Option<State> {
    match kind {
        "StatefulSet" => Some(State::Held("a StatefulSet holds state".to_owned())),
        "Deployment" => {
            let key = (kind.to_owned(), namespace.to_owned(), name.to_owned());
            Some(match cluster.workloads.get(&key) {
                Some(deployment) => volumes(deployment, namespace, cluster),
                None => State::Unknown(format!("the Deployment {namespace}/{name}")),
            })
        }
        other => {
            let known = standard.stateful_crs.iter().find(|entry| entry.kind == other)?;
            Some(State::Held(format!("{other} of {} holds state", known.group)))
        }
    }
}

/// A Deployment holds state when it mounts a claim that one node or pod may write to.
fn volumes(deployment: &Value, namespace: &str, cluster: &Cluster) -> State {
    let Some(pod) = pod_spec(deployment) else { return State::None };
    let claims = list(pod, "volumes").filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str());
    let mut unknown = None;
    for claim in claims {
        match cluster.volume_claims.get(&(namespace.to_owned(), claim.to_owned())) {
            None => unknown = Some(format!("the access modes of the volume claim {namespace}/{claim}")),
            Some(modes) => {
                if let Some(mode) = modes.iter().find(|mode| mode.starts_with("ReadWriteOnce")) {
                    return State::Held(format!("it mounts the {mode} volume claim {namespace}/{claim}"));
                }
            }
        }
    }
    unknown.map_or(State::None, State::Unknown)
}
