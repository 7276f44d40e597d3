//! Who runs what: pods as `kubectl get pods -o json` lists them, init and ephemeral containers included.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mvi_fleet::{Fact, RunFacts};
use mvi_image::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Journal;
use crate::actions::fleet::{FleetFailure, Memory};
use crate::report::fleet::RunCount;

/// Lists of containers in a pod's specification, each with the list of their states.
const LISTS: [(&str, &str); 3] = [
    ("containers", "containerStatuses"),
    ("initContainers", "initContainerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
];

/// The workloads of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Workloads {
    /// The cluster.
    pub cluster: String,
    /// Containers, in the order of their services.
    pub containers: Vec<Container>,
}

/// An image that a pod of a service runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Container {
    /// `namespace/name` of what made the pod.
    pub service: String,
    /// The pod.
    pub pod: String,
    /// The node it is on.
    pub node: Option<String>,
    /// When the pod started.
    pub since: Option<Timestamp>,
    /// The image as the pod names it.
    pub image: String,
    /// The digest that its node pulled: of a manifest, or of an index of several.
    pub digest: Option<Digest>,
    /// Where to read it.
    pub place: String,
}

/// The workloads of a list of pods, or of one pod. Pods that have ended run nothing.
///
/// # Errors
/// What is wrong, for a document that lists no pods.
pub(crate) fn pods(document: &Value, cluster: &str) -> Result<Workloads, String> {
    let kind = document["kind"].as_str().unwrap_or_default();
    let items: Vec<&Value> = match (kind, document["items"].as_array()) {
        ("Pod", _) => vec![document],
        (_, Some(items)) => items.iter().collect(),
        (_, None) => {
            return Err("it lists no pods; write it with `kubectl get pods --all-namespaces -o json`".to_owned());
        }
    };
    let mut containers = Vec::new();
    for (place, item) in items.into_iter().enumerate() {
        let kind = item["kind"].as_str().unwrap_or("Pod");
        if kind != "Pod" {
            return Err(format!(
                "item {place} is a {kind}, and pods are wanted; write it with `kubectl get pods -o json`"
            ));
        }
        of_pod(item, &mut containers);
    }
    containers.sort();
    Ok(Workloads { cluster: cluster.to_owned(), containers })
}

fn of_pod(pod: &Value, containers: &mut Vec<Container>) {
    if matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed")) {
        return;
    }
    let (namespace, name) = (text(&pod["metadata"]["namespace"]), text(&pod["metadata"]["name"]));
    let service = format!("{}/{}", namespace.as_deref().unwrap_or("default"), owner(pod, name.as_deref()));
    let since = ["startTime"]
        .iter()
        .find_map(|key| pod["status"][key].as_str())
        .or(pod["metadata"]["creationTimestamp"].as_str());
    for (list, states) in LISTS {
        for container in pod["spec"][list].as_array().into_iter().flatten() {
            let Some(image) = text(&container["image"]) else { continue };
            let mut known = pod["status"][states].as_array().into_iter().flatten();
            let state = known.find(|state| state["name"] == container["name"]);
            let digest = state.and_then(|state| state["imageID"].as_str()).and_then(digest_of);
            containers.push(Container {
                service: service.clone(),
                pod: name.clone().unwrap_or_default(),
                node: text(&pod["spec"]["nodeName"]),
                since: since.and_then(|since| since.parse().ok()),
                place: place(&image, state.and_then(|state| state["imageID"].as_str())),
                image,
                digest,
            });
        }
    }
}

/// What made a pod: its controller, a Deployment where that is one of its ReplicaSets, else the pod itself.
fn owner(pod: &Value, name: Option<&str>) -> String {
    let owners = pod["metadata"]["ownerReferences"].as_array();
    let controller =
        owners.and_then(|owners| owners.iter().find(|owner| owner["controller"] == true).or(owners.first()));
    let Some(controller) = controller else { return name.unwrap_or("unnamed").to_owned() };
    let made = controller["name"].as_str().or(name).unwrap_or("unnamed");
    let hash = pod["metadata"]["labels"]["pod-template-hash"].as_str();
    match (controller["kind"].as_str(), hash) {
        (Some("ReplicaSet"), Some(hash)) => made.strip_suffix(&format!("-{hash}")).unwrap_or(made).to_owned(),
        (Some("Job"), _) => scheduled(made).to_owned(),
        _ => made.to_owned(),
    }
}

/// A CronJob's name, for a Job that it made: its jobs are called after the minute, at least eight digits.
fn scheduled(job: &str) -> &str {
    match job.rsplit_once('-') {
        Some((name, minute)) if minute.len() >= 8 && minute.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => job,
    }
}

/// The digest in `docker-pullable://NAME@sha256:…`, `NAME@sha256:…` or `sha256:…`.
fn digest_of(image_id: &str) -> Option<Digest> {
    image_id.rsplit(['@', '/']).next()?.parse().ok()
}

/// Where the image of a container is read: at the digest that the node pulled, where it says under which name.
fn place(image: &str, image_id: Option<&str>) -> String {
    let pulled = image_id.map(|id| id.rsplit_once("://").map_or(id, |(_, name)| name)).filter(|id| id.contains('@'));
    format!("docker://{}", pulled.unwrap_or(image))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The digest that nodes pulled for every place; none where two nodes have different ones.
pub(super) fn pulled(workloads: &Workloads) -> BTreeMap<String, Digest> {
    let mut found: BTreeMap<String, Option<&Digest>> = BTreeMap::new();
    for container in &workloads.containers {
        let digest = container.digest.as_ref();
        let kept = found.entry(container.place.clone()).or_insert(digest);
        if *kept != digest {
            *kept = None;
        }
    }
    found.into_iter().filter_map(|(place, digest)| Some((place, digest?.clone()))).collect()
}

/// Tells the fleet who runs what, and what runs no more. A container whose image was read runs that image; of one that
/// was not, the digest that its node pulled.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(super) fn tell(memory: &mut Memory<'_>, workloads: Workloads, journal: &Journal) -> Result<RunCount, FleetFailure> {
    let places: BTreeMap<&str, usize> =
        journal.plan().places.iter().enumerate().map(|(at, place)| (place.as_str(), at)).collect();
    let mut count = RunCount::default();
    let mut live: BTreeMap<(String, Digest), Running> = BTreeMap::new();
    for container in workloads.containers {
        let read = places.get(container.place.as_str()).map(|place| journal.digests(*place)).unwrap_or_default();
        let read: Vec<Digest> = read.iter().filter_map(|digest| digest.parse().ok()).collect();
        let digests = if read.is_empty() { container.digest.clone().into_iter().collect() } else { read };
        count.without_digest += usize::from(digests.is_empty());
        for digest in digests {
            let running = live.entry((container.service.clone(), digest)).or_default();
            running.pods.insert(container.pod.clone());
            running.nodes.extend(container.node.clone());
            running.since = [running.since, container.since].into_iter().flatten().min();
        }
    }
    let before = memory.store.live_runs(&workloads.cluster)?;
    let now = memory.law.now;
    let mut facts = Vec::new();
    for ((service, digest), running) in &live {
        count.live += 1;
        let known = before.iter().find(|run| run.service == *service && run.digest == *digest);
        let pods = running.pods.len() as u64;
        if known.is_some_and(|known| known.pods == pods) {
            continue;
        }
        count.changed += 1;
        facts.push(Fact::Run(RunFacts {
            service: service.clone(),
            cluster: workloads.cluster.clone(),
            digest: digest.clone(),
            pods,
            nodes: running.nodes.iter().cloned().collect(),
            since: known.map(|known| known.since).or(running.since).unwrap_or(now),
            until: None,
        }));
    }
    for gone in before.into_iter().filter(|run| !live.contains_key(&(run.service.clone(), run.digest.clone()))) {
        count.ended += 1;
        facts.push(Fact::Run(RunFacts {
            service: gone.service,
            cluster: workloads.cluster.clone(),
            digest: gone.digest,
            pods: 0,
            nodes: Vec::new(),
            since: gone.since,
            until: Some(now),
        }));
    }
    memory.append_many(facts)?;
    Ok(count)
}

/// One service on one image.
#[derive(Debug, Default)]
struct Running {
    pods: BTreeSet<String>,
    nodes: BTreeSet<String>,
    since: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
