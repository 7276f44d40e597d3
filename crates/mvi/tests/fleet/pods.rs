//! Clusters: who runs what, as kubectl lists it.

use serde_json::{Value, json as value};

use crate::desk::Desk;
use crate::stage::{json, row, save};

/// Pods of services, each `(service, digest, pods)`.
pub(crate) fn dump(services: &[(&str, &str, usize)]) -> Vec<u8> {
    let mut items = Vec::new();
    for (service, digest, pods) in services {
        for pod in 0..*pods {
            items.push(value!({
                "kind": "Pod",
                "metadata": {"namespace": "shop", "name": format!("{service}-5f6d-{pod}"), "labels": {"pod-template-hash": "5f6d"},
                    "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{service}-5f6d"), "controller": true}]},
                "spec": {"nodeName": format!("node{pod}"), "containers": [{"name": "a", "image": "registry.invalid/team/app:1"}]},
                "status": {"phase": "Running", "startTime": "2026-11-01T00:00:00Z", "containerStatuses":
                    [{"name": "a", "imageID": format!("registry.invalid/team/app@{digest}")}]},
            }));
        }
    }
    serde_json::to_vec(&value!({"kind": "List", "items": items})).unwrap()
}

fn fleet() -> (Desk, String) {
    let desk = Desk::bare();
    save(&desk, "base.tar", "team/base:1", &[1]);
    save(&desk, "app.tar", "team/app:1", &[1, 2]);
    desk.says(&["fleet", "record", "base.tar", "app.tar"]);
    let digest = row(&json(&desk, &["fleet", "list"]), "team/app:1")["digest"].as_str().unwrap().to_owned();
    (desk, digest)
}

fn scan(desk: &Desk, services: &[(&str, &str, usize)]) -> Value {
    desk.write("pods.json", &dump(services));
    json(desk, &["fleet", "scan", "--kubernetes", "pods.json", "--cluster", "prod"])["runs"].clone()
}

#[test]
fn services_are_known_without_asking_for_images_that_are() {
    let (desk, digest) = fleet();
    let runs = scan(&desk, &[("api", &digest, 3), ("cart", &digest, 1)]);
    assert_eq!(runs, value!({"live": 2, "changed": 2, "ended": 0, "without_digest": 0}));
    let reached = json(&desk, &["fleet", "query", "Q2", "team/base:1"]);
    assert_eq!((&reached["services"], &reached["pods"], &reached["images"]), (&2.into(), &4.into(), &1.into()));
    let orphans = json(&desk, &["fleet", "query", "Q6"]);
    assert_eq!(orphans["orphans"][0]["services"], value!(["shop/api", "shop/cart"]));
    assert_eq!(row(&json(&desk, &["fleet", "list"]), "team/app:1")["pods"], 4);
}

#[test]
fn a_later_dump_changes_and_ends_what_ran_before() {
    let (desk, digest) = fleet();
    scan(&desk, &[("api", &digest, 3), ("cart", &digest, 1)]);
    let runs = scan(&desk, &[("api", &digest, 2)]);
    assert_eq!(runs, value!({"live": 1, "changed": 1, "ended": 1, "without_digest": 0}));
    assert_eq!(row(&json(&desk, &["fleet", "list"]), "team/app:1")["pods"], 2);
    assert_eq!(scan(&desk, &[("api", &digest, 2)])["changed"], 0);
    let score = json(&desk, &["fleet", "solvency", "--by", "pods"]);
    // Two pods of an image on no registered base; what runs nowhere weighs nothing.
    assert_eq!((&score["tally"]["total"], &score["score"]["fraction"]), (&2_000_000.into(), &"0/1".into()));
}
