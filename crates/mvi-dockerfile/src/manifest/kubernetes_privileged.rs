//! K-PRIVILEGED: pods with the rights of their node.

use super::compose_privileged::{is_everything, is_service_socket};
use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::{Finding, Level};
use crate::kubernetes::{Container, PodSpec};
use crate::rule::{Group, RuleMeta};

pub(super) struct KubernetesPrivileged;

static META: RuleMeta = RuleMeta {
    code: "K-PRIVILEGED",
    name: "kubernetes-privileged",
    level: Level::Error,
    group: Group::Kubernetes,
    why: "`privileged`, the capabilities ALL and SYS_ADMIN, the namespaces of the node and the socket of its container \
          service each make a break-out of the container a matter of one command. Pod Security Standards: baseline.",
    bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n      securityContext: {privileged: true}\n",
    good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n      securityContext: {privileged: false}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesPrivileged {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let objects = kubernetes(manifest).into_iter().flat_map(|file| &file.objects);
        let pods = objects.flat_map(|object| &object.pods);
        pods.flat_map(|pod| of_pod(pod).into_iter().chain(pod.containers.iter().flat_map(of_container))).collect()
    }
}

fn of_pod(pod: &PodSpec) -> Vec<Finding> {
    let host = pod.host_namespaces.iter().map(|namespace| {
        let message = format!("the pod shares a namespace with its node: {}", namespace.text);
        Finding::new(&META, namespace.span, message)
    });
    let sockets = pod
        .host_paths
        .iter()
        .filter(|path| is_service_socket(&path.text))
        .map(|path| Finding::new(&META, path.span, format!("the pod commands its node through {}", path.text)));
    host.chain(sockets).collect()
}

fn of_container(container: &Container) -> Vec<Finding> {
    let name = &container.name;
    let privileged = container
        .privileged
        .iter()
        .map(|privileged| Finding::new(&META, privileged.span, format!("`{name}` has every right of its node")));
    let added = container
        .added_capabilities
        .iter()
        .filter(|added| is_everything(&added.text))
        .map(|added| Finding::new(&META, added.span, format!("`{name}` may do as it likes with {}", added.text)));
    privileged.chain(added).collect()
}
