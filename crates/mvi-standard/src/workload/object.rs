//! Looking things up in Kubernetes objects: names, replicas, pod specifications.

use serde_json::Value;

pub(super) fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap_or_default()
}

/// Group of the object's API; empty for the core group.
pub(super) fn group(object: &Value) -> &str {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    version.split_once('/').map_or("", |(group, _)| group)
}

pub(super) fn namespace(object: &Value) -> &str {
    object["metadata"]["namespace"].as_str().unwrap_or("default")
}

pub(super) fn name(object: &Value) -> &str {
    let metadata = &object["metadata"];
    metadata["name"].as_str().or_else(|| metadata["generateName"].as_str()).unwrap_or_default()
}

/// A whole number at a dotted path such as `.spec.instances`.
pub(super) fn number(object: &Value, path: &str) -> Option<u32> {
    let value = path.split('.').filter(|part| !part.is_empty()).fold(object, |value, part| &value[part]);
    // More than fits is still more than one.
    value.as_u64().map(|number| u32::try_from(number).unwrap_or(u32::MAX))
}

/// The pod specification that an object makes pods from.
pub(super) fn pod_spec(object: &Value) -> Option<&Value> {
    let spec = &object["spec"];
    let pod = match kind(object) {
        "Pod" => spec,
        "Job" | "Deployment" | "StatefulSet" | "ReplicaSet" | "DaemonSet" => &spec["template"]["spec"],
        "CronJob" => &spec["jobTemplate"]["spec"]["template"]["spec"],
        _ => return None,
    };
    pod.is_object().then_some(pod)
}

/// The entries of a list; none where there is no list.
pub(super) fn list<'a>(object: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    object[field].as_array().into_iter().flatten()
}
