//! Pods as clusters write them.

use serde_json::json;

use super::*;

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn check(document: &Value, expected: &[&str]) {
    let told: Vec<String> = pods(document, "test")
        .unwrap()
        .containers
        .iter()
        .map(|one| {
            let digest = one.digest.as_ref().map_or("no digest".to_owned(), |digest| digest.hex()[..4].to_owned());
            format!("{} {} {digest} {}", one.service, one.pod, one.place)
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn all_kinds_of_containers_count_and_services_are_what_made_the_pods() {
    let pod = json!({"kind": "List", "items": [{
        "kind": "Pod",
        "metadata": {"namespace": "shop", "name": "api-7d4b9c-x1", "labels": {"pod-template-hash": "7d4b9c"},
                     "ownerReferences": [{"kind": "ReplicaSet", "name": "api-7d4b9c", "controller": true}]},
        "spec": {"nodeName": "n1", "containers": [{"name": "api", "image": "corp/api:1"}],
                 "initContainers": [{"name": "wait", "image": "busybox:1.36"}],
                 "ephemeralContainers": [{"name": "debug", "image": "corp/debug:1"}]},
        "status": {"phase": "Running", "startTime": "2026-11-01T00:00:00Z",
                   "containerStatuses": [{"name": "api", "imageID": format!("docker.io/corp/api@sha256:{HEX}")}],
                   "initContainerStatuses": [{"name": "wait", "imageID": format!("docker-pullable://busybox@sha256:{HEX}")}]}
    }]});
    check(
        &pod,
        &[
            &format!("shop/api api-7d4b9c-x1 0123 docker://busybox@sha256:{HEX}"),
            &format!("shop/api api-7d4b9c-x1 0123 docker://docker.io/corp/api@sha256:{HEX}"),
            "shop/api api-7d4b9c-x1 no digest docker://corp/debug:1",
        ],
    );
}

#[test]
fn jobs_of_a_schedule_are_one_service_and_pods_that_ended_run_nothing() {
    let pod = |name: &str, job: &str, phase: &str| {
        json!({"metadata": {"name": name, "ownerReferences": [{"kind": "Job", "name": job}]},
               "spec": {"containers": [{"name": "a", "image": "a:1"}]}, "status": {"phase": phase}})
    };
    let items = json!([
        pod("nightly-28901234-a", "nightly-28901234", "Running"),
        pod("nightly-28901235-b", "nightly-28901235", "Succeeded"),
        pod("load-1-c", "load-1", "Pending"),
    ]);
    check(
        &json!({"items": items}),
        &[
            "default/load-1 load-1-c no digest docker://a:1",
            "default/nightly nightly-28901234-a no digest docker://a:1",
        ],
    );
}

#[test]
fn an_image_id_without_a_name_still_has_a_digest() {
    let pod = json!({"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "a", "image": "a:1"}]},
        "status": {"containerStatuses": [{"name": "a", "imageID": format!("sha256:{HEX}")}]}});
    check(&pod, &["default/p p 0123 docker://a:1"]);
}

#[test]
fn what_lists_no_pods_is_refused() {
    let told = |document: Value| pods(&document, "test").unwrap_err();
    assert!(told(json!({})).contains("lists no pods"));
    assert!(told(json!({"items": [{"kind": "Service"}]})).contains("item 0 is a Service"));
}
