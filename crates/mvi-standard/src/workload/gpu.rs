//! T6: a single job on a GPU.

use regex::Regex;
use serde_json::Value;

use super::object::{kind, list, name, namespace, number, pod_spec};
use super::{Cluster, Fired, Firing};
use crate::standard::Standard;
use crate::verdict::Trigger;

/// What of a pod's wishes is a GPU.
enum Wish {
    Gpu(String),
    None,
    Unknown(String),
}

pub(super) fn firing(standard: &Standard, object: &Value, cluster: &Cluster) -> Option<Firing> {
    let pod = pod_spec(object)?;
    if !is_singleton(object, cluster) {
        return None;
    }
    match wish(standard, pod, namespace(object), cluster) {
        Wish::None => None,
        Wish::Unknown(missing) => Some(Firing::Undecided { trigger: Trigger::T6, missing }),
        Wish::Gpu(why) => Some(Firing::Fires(Fired {
            trigger: Trigger::T6,
            kind: kind(object).to_owned(),
            namespace: namespace(object).to_owned(),
            name: name(object).to_owned(),
            replicas: None,
            why,
        })),
    }
}

/// True for an object that runs one pod at a time, once.
fn is_singleton(object: &Value, cluster: &Cluster) -> bool {
    let once = |spec: &Value| {
        let at_most_one = |path| number(spec, path).is_none_or(|count| count <= 1);
        at_most_one(".parallelism") && at_most_one(".completions")
    };
    match kind(object) {
        "Pod" => !is_owned(object, cluster),
        "Job" => !is_owned(object, cluster) && once(&object["spec"]),
        "CronJob" => once(&object["spec"]["jobTemplate"]["spec"]),
        "Deployment" => number(object, ".spec.replicas").unwrap_or(1) == 1,
        _ => false,
    }
}

/// True when the cluster knows the object's controller, which was judged itself. A name alone proves nothing.
fn is_owned(object: &Value, cluster: &Cluster) -> bool {
    let of = |owner: &Value, field: &str| owner[field].as_str().unwrap_or_default().to_owned();
    list(&object["metadata"], "ownerReferences").filter(|owner| owner["controller"] == true).any(|owner| {
        cluster.workloads.contains_key(&(of(owner, "kind"), namespace(object).to_owned(), of(owner, "name")))
    })
}

fn wish(standard: &Standard, pod: &Value, namespace: &str, cluster: &Cluster) -> Wish {
    let Ok(gpu) = Regex::new(&standard.admission.gpu_resource_regex) else {
        return Wish::Unknown("a usable pattern of GPU resources in the standard".to_owned());
    };
    let containers = ["containers", "initContainers", "ephemeralContainers"];
    for container in containers.into_iter().flat_map(|field| list(pod, field)) {
        let limits = container["resources"]["limits"].as_object().into_iter().flatten();
        if let Some((resource, amount)) =
            limits.into_iter().find(|(resource, amount)| gpu.is_match(resource) && !is_zero(amount))
        {
            let name = container["name"].as_str().unwrap_or("?");
            return Wish::Gpu(format!(
                "the container `{name}` asks for {resource}: {}",
                amount.to_string().trim_matches('"')
            ));
        }
    }
    let mut unknown = None;
    for claim in list(pod, "resourceClaims") {
        let named = claim["resourceClaimTemplateName"].as_str().or_else(|| claim["resourceClaimName"].as_str());
        let Some(named) = named else { continue };
        match cluster.device_claims.get(&(namespace.to_owned(), named.to_owned())) {
            None => unknown = Some(format!("the device classes of the resource claim {namespace}/{named}")),
            Some(classes) => {
                let gpus = &standard.admission.gpu_device_classes;
                if let Some(class) = classes.iter().find(|class| gpus.contains(class)) {
                    return Wish::Gpu(format!(
                        "the resource claim {namespace}/{named} asks for the device class {class}"
                    ));
                }
            }
        }
    }
    unknown.map_or(Wish::None, Wish::Unknown)
}

/// Only a plain zero is no GPU; an amount that cannot be read may be one.
fn is_zero(amount: &Value) -> bool {
    amount.as_f64() == Some(0.0) || amount.as_str().is_some_and(|text| text.parse::<f64>() == Ok(0.0))
}
