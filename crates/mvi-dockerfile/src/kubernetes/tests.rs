//! Which objects are seen, and what their pods say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use super::*;

fn check_images(text: &str, wanted: &[&str]) {
    let file = Kubernetes::parse(text.as_bytes());
    assert_eq!(file.problems(), &[], "{text}");
    let found: Vec<_> = file
        .containers()
        .map(|(object, _, container)| {
            let image = container.image.as_ref().map_or("?", |image| image.text.as_str());
            format!("{} {} {:?} {image}", object.kind, object.name, container.kind)
        })
        .collect();
    assert_eq!(found, wanted, "{text}");
}

const POD: &str = "{containers: [{name: a, image: app:1}]}";

#[test]
fn pods_are_found_in_every_kind_of_workload() {
    for kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout", "SparkThing"] {
        let text =
            format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: n}}\nspec: {{template: {{spec: {POD}}}}}\n");
        check_images(&text, &[&format!("{kind} n Main app:1")]);
    }
    check_images(&format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: n}}\nspec: {POD}\n"), &["Pod n Main app:1"]);
    let cron = format!("spec: {{jobTemplate: {{spec: {{template: {{spec: {POD}}}}}}}}}");
    check_images(&format!("apiVersion: v1\nkind: CronJob\nmetadata: {{name: n}}\n{cron}\n"), &["CronJob n Main app:1"]);
    let custom = format!("spec: {{driver: {{podTemplate: {{spec: {POD}}}}}, other: [{{template: {{spec: {POD}}}}}]}}");
    check_images(
        &format!("apiVersion: x/v1\nkind: Custom\nmetadata: {{name: n}}\n{custom}\n"),
        &["Custom n Main app:1", "Custom n Main app:1"],
    );
}

#[test]
fn lists_and_streams_are_taken_apart() {
    let pod = |name: &str| format!("{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {POD}}}");
    check_images(
        &format!("apiVersion: v1\nkind: List\nitems: [{}, {}]\n", pod("a"), pod("b")),
        &["Pod a Main app:1", "Pod b Main app:1"],
    );
    check_images(
        &format!("{}\n---\nnot: an object\n---\n{}\n", pod("a"), pod("b")),
        &["Pod a Main app:1", "Pod b Main app:1"],
    );
    check_images("apiVersion: v1\nkind: ConfigMap\ndata: {containers: [{name: a, image: b}]}\n", &[]);
}

#[test]
fn a_container_is_read_with_its_spans() {
    let text = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: prod}
spec:
  template:
    spec:
      hostNetwork: true
      shareProcessNamespace: true
      securityContext: {runAsNonRoot: true, runAsUser: 65534}
      volumes:
        - {name: s, hostPath: {path: /var/run/docker.sock}}
      initContainers:
        - {name: wait, image: busybox:1.37, restartPolicy: Always}
      containers:
        - name: web
          image: "shop/web@sha256:00"
          resources: {limits: {memory: 256Mi, cpu: 500m}}
          securityContext:
            privileged: true
            capabilities: {add: [SYS_ADMIN]}
          livenessProbe: {exec: {command: [curl, -f, localhost]}}
          readinessProbe: {httpGet: {path: /, port: 80}}
          ports: [{containerPort: 80}]
      ephemeralContainers:
        - {name: look, image: netshoot}
"#;
    let file = Kubernetes::parse(text.as_bytes());
    let object = &file.objects[0];
    assert_eq!((object.namespace.as_deref(), object.runs_forever()), (Some("prod"), true));
    let pod = &object.pods[0];
    assert_eq!(pod.host_namespaces[0].span.of(text), "hostNetwork: true");
    assert_eq!(pod.host_paths[0].text, "/var/run/docker.sock");
    assert!(pod.shares_processes && pod.run_as_non_root == Some(true));
    let kinds: Vec<_> = pod.containers.iter().map(|container| container.kind).collect();
    assert_eq!(kinds, [ContainerKind::Init, ContainerKind::Main, ContainerKind::Ephemeral]);
    let web = &pod.containers[1];
    assert_eq!(web.image.as_ref().unwrap().span.of(text), "\"shop/web@sha256:00\"");
    assert_eq!(web.memory_limit.as_ref().unwrap().text, "256Mi");
    assert_eq!(web.privileged.as_ref().unwrap().span.of(text), "privileged: true");
    assert_eq!(web.added_capabilities[0].text, "SYS_ADMIN");
    assert_eq!(
        web.probes.iter().map(|probe| (probe.name, probe.command.len())).collect::<Vec<_>>(),
        [("livenessProbe", 3), ("readinessProbe", 0)]
    );
    assert_eq!(object.to_json()["spec"]["template"]["spec"]["securityContext"]["runAsUser"], 65534);
}

#[test]
fn helm_templates_are_told_once_and_what_helm_renders_is_read() {
    let raw =
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n  labels:\n    {{- include \"l\" . }}\n";
    let file = Kubernetes::parse(raw.as_bytes());
    assert_eq!((file.objects.len(), file.problems().len()), (0, 1));
    let rendered = format!("---\n# Source: shop/templates/pod.yaml\napiVersion: v1\nkind: Pod\nspec: {POD}\n");
    let file = Kubernetes::parse(rendered.as_bytes());
    assert_eq!(file.objects[0].source.as_deref(), Some("shop/templates/pod.yaml"));
}

#[test]
fn texts_that_may_hold_objects_are_known_before_they_are_read() {
    let dump = b"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}";
    assert!(Kubernetes::may_be(dump), "as kubectl writes JSON");
    assert!(!Kubernetes::may_be(b"{\"kind\": \"drive#file\"}"));
    assert!(Kubernetes::may_be(b"# x\napiVersion: v1\nkind: Pod\n"));
    assert!(Kubernetes::may_be(b"\xef\xbb\xbfapiVersion: v1\nitems:\n- kind: Pod\n"));
    assert!(!Kubernetes::may_be(b"services:\n  a: {image: b}\n"));
    assert!(!Kubernetes::may_be(b"x: apiVersion kind\n"));
}
