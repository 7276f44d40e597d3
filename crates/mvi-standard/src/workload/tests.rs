//! A fixture for every row of the table of T5 and T6.
#![allow(clippy::needless_pass_by_value, reason = "objects are written where they are used")]

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::crq::{Calendar, Crq, CrqKind, State, Subject, Workload};

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::builtin().unwrap());

fn cluster() -> Cluster {
    let key = |name: &str| ("db".to_owned(), name.to_owned());
    let modes = |mode: &str| vec![mode.to_owned()];
    let deployment = |claim: &str| deployment(1, claim);
    Cluster {
        volume_claims: [
            (key("once"), modes("ReadWriteOnce")),
            (key("pod"), modes("ReadWriteOncePod")),
            (key("many"), modes("ReadWriteMany")),
        ]
        .into(),
        device_claims: [(key("gpu"), modes("gpu.nvidia.com")), (key("nic"), modes("nic.example.com"))].into(),
        workloads: [("Deployment", "held", "once"), ("Deployment", "free", "many")]
            .into_iter()
            .map(|(kind, name, claim)| ((kind.to_owned(), "db".to_owned(), name.to_owned()), deployment(claim)))
            .chain([(("ReplicaSet".to_owned(), "db".to_owned(), "rs".to_owned()), json!({}))])
            .collect(),
    }
}

fn object(kind: &str, version: &str, spec: Value) -> Value {
    json!({"apiVersion": version, "kind": kind, "metadata": {"namespace": "db", "name": "it"}, "spec": spec})
}

fn stateful_set(replicas: u32) -> Value {
    object("StatefulSet", "apps/v1", json!({"replicas": replicas}))
}

fn deployment(replicas: u32, claim: &str) -> Value {
    let volumes = if claim.is_empty() {
        json!([{"emptyDir": {}}])
    } else {
        json!([{"persistentVolumeClaim": {"claimName": claim}}])
    };
    object("Deployment", "apps/v1", json!({"replicas": replicas, "template": {"spec": {"volumes": volumes}}}))
}

fn scale(name: &str, replicas: u32) -> Value {
    json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"namespace": "db", "name": name}, "spec": {"replicas": replicas}})
}

fn autoscaler(kind: &str, name: &str, most: u32) -> Value {
    object(
        "HorizontalPodAutoscaler",
        "autoscaling/v2",
        json!({"scaleTargetRef": {"kind": kind, "name": name}, "maxReplicas": most}),
    )
}

fn pod(resource: &str, amount: Value) -> Value {
    json!({"containers": [{"name": "c", "resources": {"limits": {resource: amount}}}]})
}

fn told(operation: Operation, object: &Value, old: Option<&Value>, scaled: Option<&str>) -> String {
    let change = Change { operation, object, old, scaled };
    let answers = triggers(&STANDARD, &change, &cluster()).into_iter().map(|firing| match firing {
        Firing::Fires(fired) => format!("{:?} {} {}", fired.trigger, fired.kind, fired.why),
        Firing::Undecided { trigger, missing } => format!("{trigger:?}? {missing}"),
    });
    answers.collect::<Vec<_>>().join(" | ")
}

fn check_create(object: &Value, expected: &str) {
    assert_eq!(told(Operation::Create, object, None, None), expected);
}

fn check_update(old: &Value, new: &Value, expected: &str) {
    assert_eq!(told(Operation::Update, new, Some(old), None), expected);
}

#[test]
fn t5_a_stateful_set_with_a_second_replica() {
    let fires = "T5 StatefulSet a StatefulSet holds state, and it would have 2 replicas after";
    check_create(&stateful_set(2), &format!("{fires} 0"));
    check_create(&stateful_set(1), "");
    check_create(&object("StatefulSet", "apps/v1", json!({})), "");
    check_update(&stateful_set(1), &stateful_set(2), &format!("{fires} 1"));
    check_update(&stateful_set(3), &stateful_set(2), "");
    check_update(&stateful_set(2), &stateful_set(2), "");
    assert_eq!(told(Operation::Delete, &stateful_set(3), Some(&stateful_set(3)), None), "");
}

#[test]
fn t5_the_scale_subresource() {
    let scaled = |kind, name, old, new| told(Operation::Update, &scale(name, new), Some(&scale(name, old)), Some(kind));
    assert_eq!(
        scaled("StatefulSet", "it", 1, 3),
        "T5 StatefulSet a StatefulSet holds state, and it would have 3 replicas after 1"
    );
    assert_eq!(scaled("StatefulSet", "it", 3, 2), "");
    assert_eq!(
        scaled("Deployment", "held", 1, 2),
        "T5 Deployment it mounts the ReadWriteOnce volume claim db/once, and it would have 2 replicas after 1"
    );
    assert_eq!(scaled("Deployment", "free", 1, 9), "");
    assert_eq!(scaled("Deployment", "who", 1, 2), "T5? the Deployment db/who");
    assert_eq!(
        scaled("Cluster", "pg", 1, 2),
        "T5 Cluster Cluster of postgresql.cnpg.io holds state, and it would have 2 replicas after 1"
    );
    assert_eq!(scaled("ReplicaSet", "rs", 1, 2), "");
}

#[test]
fn t5_a_deployment_that_mounts_a_claim_for_one_writer() {
    check_create(
        &deployment(2, "once"),
        "T5 Deployment it mounts the ReadWriteOnce volume claim db/once, and it would have 2 replicas after 0",
    );
    check_create(
        &deployment(2, "pod"),
        "T5 Deployment it mounts the ReadWriteOncePod volume claim db/pod, and it would have 2 replicas after 0",
    );
    check_create(&deployment(2, "many"), "");
    check_create(&deployment(2, ""), "");
    check_create(&deployment(1, "once"), "");
    check_create(&deployment(2, "new"), "T5? the access modes of the volume claim db/new");
    check_update(
        &deployment(2, ""),
        &deployment(2, "once"),
        "T5 Deployment it mounts the ReadWriteOnce volume claim db/once, and it would have 2 replicas after 0",
    );
    check_update(&deployment(3, "once"), &deployment(2, "once"), "");
}

#[test]
fn t5_an_autoscaler_over_something_that_holds_state() {
    check_create(
        &autoscaler("StatefulSet", "it", 2),
        "T5 HorizontalPodAutoscaler a StatefulSet holds state, and it would have 2 replicas after 0",
    );
    check_create(&autoscaler("StatefulSet", "it", 1), "");
    check_create(
        &autoscaler("Deployment", "held", 4),
        "T5 HorizontalPodAutoscaler it mounts the ReadWriteOnce volume claim db/once, and it would have 4 replicas after 0",
    );
    check_create(&autoscaler("Deployment", "free", 4), "");
    check_create(&autoscaler("Deployment", "who", 4), "T5? the Deployment db/who");
    check_update(&autoscaler("StatefulSet", "it", 5), &autoscaler("StatefulSet", "it", 4), "");
}

#[test]
fn t5_custom_resources_that_the_standard_lists() {
    let cluster = |instances: u32| object("Cluster", "postgresql.cnpg.io/v1", json!({"instances": instances}));
    check_create(
        &cluster(3),
        "T5 Cluster Cluster of postgresql.cnpg.io holds state, and it would have 3 replicas after 0",
    );
    check_create(&cluster(1), "");
    check_update(&cluster(3), &cluster(2), "");
    check_create(&object("Cluster", "cluster.x-k8s.io/v1", json!({"instances": 3})), "");
}

#[test]
fn t6_single_jobs_on_a_gpu() {
    let gpu = || pod("nvidia.com/gpu", json!("1"));
    let why = "the container `c` asks for nvidia.com/gpu: 1";
    let job = |more: Value| {
        let mut spec = json!({"template": {"spec": gpu()}});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object("Job", "batch/v1", spec)
    };
    check_create(&job(json!({})), &format!("T6 Job {why}"));
    check_create(&job(json!({"parallelism": 1, "completions": 1})), &format!("T6 Job {why}"));
    check_create(&job(json!({"parallelism": 2})), "");
    check_create(&job(json!({"completions": 5})), "");
    check_create(
        &object("CronJob", "batch/v1", json!({"jobTemplate": {"spec": {"template": {"spec": gpu()}}}})),
        &format!("T6 CronJob {why}"),
    );
    check_create(&object("Pod", "v1", gpu()), &format!("T6 Pod {why}"));
    let deployment =
        |replicas: u32| object("Deployment", "apps/v1", json!({"replicas": replicas, "template": {"spec": gpu()}}));
    check_create(&deployment(1), &format!("T6 Deployment {why}"));
    check_create(&deployment(2), "");
    assert_eq!(told(Operation::Update, &deployment(1), Some(&deployment(1)), None), "");
}

#[test]
fn t6_every_kind_of_container_and_resource_counts() {
    check_create(
        &object("Pod", "v1", pod("nvidia.com/mig-1g.5gb", json!(1))),
        "T6 Pod the container `c` asks for nvidia.com/mig-1g.5gb: 1",
    );
    check_create(
        &object("Pod", "v1", pod("gpu.intel.com/i915", json!("1"))),
        "T6 Pod the container `c` asks for gpu.intel.com/i915: 1",
    );
    check_create(
        &object("Pod", "v1", pod("amd.com/gpu", json!("many"))),
        "T6 Pod the container `c` asks for amd.com/gpu: many",
    );
    check_create(&object("Pod", "v1", pod("nvidia.com/gpu", json!("0"))), "");
    check_create(&object("Pod", "v1", pod("cpu", json!("4"))), "");
    for field in ["initContainers", "ephemeralContainers"] {
        let spec = json!({"containers": [], field: [{"name": "i", "resources": {"limits": {"amd.com/gpu": 1}}}]});
        check_create(&object("Pod", "v1", spec), "T6 Pod the container `i` asks for amd.com/gpu: 1");
    }
}

#[test]
fn t6_resource_claims_of_a_gpu_device_class_count() {
    let claiming = |field: &str, name: &str| {
        object("Pod", "v1", json!({"containers": [], "resourceClaims": [{"name": "g", field: name}]}))
    };
    let why = "T6 Pod the resource claim db/gpu asks for the device class gpu.nvidia.com";
    check_create(&claiming("resourceClaimTemplateName", "gpu"), why);
    check_create(&claiming("resourceClaimName", "gpu"), why);
    check_create(&claiming("resourceClaimName", "nic"), "");
    check_create(&claiming("resourceClaimName", "new"), "T6? the device classes of the resource claim db/new");
}

#[test]
fn t6_a_pod_of_a_known_controller_was_judged_with_it() {
    let owned = |kind: &str, name: &str| {
        let mut pod = object("Pod", "v1", pod("nvidia.com/gpu", json!("1")));
        pod["metadata"]["ownerReferences"] = json!([{"kind": kind, "name": name, "controller": true}]);
        pod
    };
    check_create(&owned("ReplicaSet", "rs"), "");
    check_create(&owned("ReplicaSet", "made-up"), "T6 Pod the container `c` asks for nvidia.com/gpu: 1");
}

#[test]
fn excluded_namespaces_and_odd_objects_are_silent() {
    let mut system = stateful_set(3);
    system["metadata"]["namespace"] = json!("kube-system");
    for odd in [
        system,
        json!(null),
        json!([]),
        json!({"kind": "StatefulSet", "spec": {"replicas": "three"}}),
        json!({"kind": "Pod", "spec": 3}),
    ] {
        check_create(&odd, "");
    }
}

fn request(kind: CrqKind, replicas: Option<u32>) -> Crq {
    let subject = Subject {
        image: "pg".into(),
        digest: Some("sha256:ab".into()),
        workload: Some(Workload { namespace: "db".into(), name: "it".into(), max_replicas: replicas }),
    };
    let at: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let mut crq = Crq::draft("CRQ-2026-0005".parse().unwrap(), kind, subject, "INA", at);
    crq.state = State::Active;
    crq.standard_version = 13;
    crq.review_due = Some("2026-12-01T00:00:00Z".parse().unwrap());
    crq
}

fn permitted(crq: &Crq, change: &Value, digest: &str, running: u32, now: &str) -> String {
    let change = Change { operation: Operation::Create, object: change, old: None, scaled: None };
    let Some(Firing::Fires(fired)) = triggers(&STANDARD, &change, &cluster()).pop() else { return "silent".to_owned() };
    let dispatch = Dispatch { digests: &[digest.to_owned()], running };
    let calendar = Calendar::of(&STANDARD, &[]);
    let answer = permit(std::slice::from_ref(crq), &calendar, &fired, dispatch, now.parse().unwrap());
    answer.map_or_else(|denied| denied.to_string(), |id| id.to_string())
}

#[test]
fn a_request_in_force_permits_what_it_names() {
    let now = "2026-11-21T00:00:00Z";
    let crq = request(CrqKind::StatefulHa, Some(3));
    let none = "no change request of kind `stateful-ha` in force names db/it and the digest of its image; file one";
    assert_eq!(permitted(&crq, &stateful_set(3), "sha256:ab", 0, now), "CRQ-2026-0005");
    assert_eq!(
        permitted(&crq, &stateful_set(4), "sha256:ab", 0, now),
        "CRQ-2026-0005 permits 3 replicas, and 4 are asked for"
    );
    assert_eq!(permitted(&crq, &stateful_set(3), "sha256:cd", 0, now), none);
    assert_eq!(permitted(&crq, &stateful_set(3), "sha256:ab", 0, "2026-12-08T00:00:00Z"), none);
    assert_eq!(permitted(&request(CrqKind::GpuSingleton, None), &stateful_set(3), "sha256:ab", 0, now), none);
}

#[test]
fn a_request_for_a_gpu_permits_one_dispatch_at_a_time() {
    let now = "2026-11-21T00:00:00Z";
    let (crq, job) = (request(CrqKind::GpuSingleton, None), object("Pod", "v1", pod("nvidia.com/gpu", json!(1))));
    assert_eq!(permitted(&crq, &job, "sha256:ab", 0, now), "CRQ-2026-0005");
    assert_eq!(permitted(&crq, &job, "sha256:ab", 1, now), "CRQ-2026-0005 permits one dispatch at a time, and 1 run");
}
