//! T5 and T6: what the law says of workloads. The law itself is asked through the desk; nothing is said without it.

use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::{Finding, Level};
use crate::rule::{Group, RuleMeta};

/// What a trigger of the standard says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// `T5` or `T6`.
    pub trigger: &'static str,
    /// Why it fires, or what is not known.
    pub why: String,
    /// Whether it is known to fire.
    pub certain: bool,
}

pub(super) struct StatefulReplicas;
pub(super) struct SingleGpuJob;

static T5: RuleMeta = RuleMeta {
    code: "T5",
    name: "stateful-replicas",
    group: Group::Law,
    why: "Several replicas of what holds state can write over each other. The standard wants a change request for \
          them, as only somebody who knows the state can say that it may be shared.",
    bad: "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  replicas: 3\n  template:\n    spec:\n\
          \x20     securityContext: {runAsNonRoot: true}\n      containers:\n        - name: db\n\
          \x20         image: registry.example/db:1.4.0\n          resources: {limits: {memory: 1Gi}}\n\
          \x20         readinessProbe: {tcpSocket: {port: 5432}}\n",
    good: "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  replicas: 1\n  template:\n    spec:\n\
           \x20     securityContext: {runAsNonRoot: true}\n      containers:\n        - name: db\n\
           \x20         image: registry.example/db:1.4.0\n          resources: {limits: {memory: 1Gi}}\n\
           \x20         readinessProbe: {tcpSocket: {port: 5432}}\n",
    ..RuleMeta::PLAIN
};

static T6: RuleMeta = RuleMeta {
    code: "T6",
    name: "single-gpu-job",
    group: Group::Law,
    why: "A job that takes a whole GPU keeps everybody else from it for as long as it runs. The standard wants a \
          change request for it.",
    bad: "apiVersion: batch/v1\nkind: Job\nmetadata: {name: train}\nspec:\n  template:\n    spec:\n\
          \x20     restartPolicy: Never\n      securityContext: {runAsNonRoot: true}\n      containers:\n\
          \x20       - name: train\n          image: registry.example/train:1.4.0\n\
          \x20         resources: {limits: {memory: 8Gi, nvidia.com/gpu: 1}}\n",
    good: "apiVersion: batch/v1\nkind: Job\nmetadata: {name: train}\nspec:\n  template:\n    spec:\n\
           \x20     restartPolicy: Never\n      securityContext: {runAsNonRoot: true}\n      containers:\n\
           \x20       - name: train\n          image: registry.example/train:1.4.0\n\
           \x20         resources: {limits: {memory: 8Gi}}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for StatefulReplicas {
    fn meta(&self) -> &'static RuleMeta {
        &T5
    }

    fn check(&self, manifest: &Manifest, desk: &Desk<'_>) -> Vec<Finding> {
        rulings(&T5, manifest, desk)
    }
}

impl ManifestRule for SingleGpuJob {
    fn meta(&self) -> &'static RuleMeta {
        &T6
    }

    fn check(&self, manifest: &Manifest, desk: &Desk<'_>) -> Vec<Finding> {
        rulings(&T6, manifest, desk)
    }
}

fn rulings(meta: &'static RuleMeta, manifest: &Manifest, desk: &Desk<'_>) -> Vec<Finding> {
    let Some(judge) = desk.judge else { return Vec::new() };
    let objects = kubernetes(manifest).into_iter().flat_map(|file| &file.objects);
    let ruled = objects.flat_map(|object| judge.judge(object).into_iter().map(move |ruling| (object, ruling)));
    let told = ruled.filter(|(_, ruling)| ruling.trigger == meta.code).map(|(object, ruling)| {
        let level = if ruling.certain { meta.level } else { Level::Info };
        let message = if ruling.certain { ruling.why } else { format!("it may fire: {}", ruling.why) };
        Finding { level, ..Finding::new(meta, object.kind_span, message) }
    });
    told.collect()
}
