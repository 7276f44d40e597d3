//! Every rule by its own examples, and manifests as they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use super::*;
use crate::rule::Group;

struct Law;

impl WorkloadJudge for Law {
    fn judge(&self, object: &Object) -> Vec<Ruling> {
        let text = object.to_json().to_string();
        let fires = |trigger, needle: &str| {
            text.contains(needle).then(|| Ruling { trigger, why: needle.to_owned(), certain: true })
        };
        fires("T5", "\"replicas\":3").into_iter().chain(fires("T6", "nvidia.com/gpu")).collect()
    }
}

fn name_of(meta: &RuleMeta, text: &str) -> &'static str {
    if meta.group == Group::Compose || text.starts_with("services") { "compose.yaml" } else { "web.yaml" }
}

fn codes(name: &str, text: &str, settings: &LintSettings) -> Vec<String> {
    let manifest = Manifest::parse(name, text.as_bytes()).unwrap();
    let found = lint_manifest(&manifest, &Desk { settings, judge: Some(&Law) });
    found.iter().map(|finding| finding.code.to_string()).collect()
}

#[test]
fn the_bad_example_of_every_rule_breaks_it_alone_and_the_good_one_breaks_none() {
    for rule in MANIFEST_RULES {
        let meta = rule.meta();
        let mut settings = LintSettings::default();
        (meta.settings)(&mut settings);
        assert_eq!(codes(name_of(meta, meta.bad), meta.bad, &settings), [meta.code], "{}", meta.bad);
        assert_eq!(codes(name_of(meta, meta.good), meta.good, &settings), [""; 0], "{}", meta.good);
    }
}

#[test]
fn codes_are_in_order_and_names_are_unlike() {
    let codes: Vec<_> = MANIFEST_RULES.iter().map(|rule| rule.meta().code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    for rule in MANIFEST_RULES {
        let meta = rule.meta();
        assert!(meta.why.len() > 80 && !meta.name.is_empty() && meta.why.ends_with('.'), "{}", meta.code);
    }
}

fn check(name: &str, text: &str, wanted: &[&str]) {
    let manifest = Manifest::parse(name, text.as_bytes()).unwrap();
    let settings = LintSettings::default();
    let found = lint_manifest(&manifest, &Desk { settings: &settings, judge: None });
    let told: Vec<_> = found
        .iter()
        .map(|finding| {
            let place = manifest.lines().position(finding.span.start);
            format!("{}:{} {} {} {}", place.line, place.column, finding.level.name(), finding.code, finding.message)
        })
        .collect();
    assert_eq!(told, wanted, "{text}");
}

#[test]
fn images_that_only_the_environment_knows_are_not_judged() {
    check(
        "compose.yaml",
        "services:\n a: {image: '${IMAGE}', mem_limit: 1g}\n b: {image: 'x:${T:-latest}', mem_limit: 1g}\n",
        &["3:13 warning C-TAG `x:latest` is another image from day to day"],
    );
}

#[test]
fn what_starts_only_with_a_profile_may_be_for_debugging() {
    check(
        "compose.yaml",
        "services:\n a: {image: 'x:1-debug', mem_limit: 1g}\n b: {image: 'x:1-debug', profiles: [debug]}\n",
        &["2:13 warning C-DEBUG `a` starts always and runs the debug image `x:1-debug`"],
    );
}

#[test]
fn what_an_anchor_brings_to_many_services_is_told_once() {
    check(
        "compose.yaml",
        "x: &x\n  image: web\n  mem_limit: 1g\nservices:\n  a: *x\n  b: {<<: *x}\n",
        &["2:10 warning C-TAG `web` has no tag, so whatever is `latest` runs"],
    );
}

#[test]
fn rights_of_the_host_are_told_where_they_are_given() {
    let text = "services:\n  a:\n    image: x:1\n    mem_limit: 1g\n    pid: host\n    network_mode: host\n    cap_add: \
                [NET_RAW, CAP_SYS_ADMIN]\n    volumes: [/run/docker.sock:/s]\n    healthcheck: {disable: true}\n";
    check(
        "docker-compose.yml",
        text,
        &[
            "5:10 error C-PRIVILEGED `a` has the processes of the host",
            "6:19 warning C-PRIVILEGED `a` has the network of the host",
            "7:24 error C-PRIVILEGED `a` may do as it likes with CAP_SYS_ADMIN",
            "8:15 error C-PRIVILEGED `a` commands the host through /run/docker.sock",
            "9:18 info C-HEALTH nobody notices when `a` hangs: its health check is switched off",
        ],
    );
}

#[test]
fn a_chart_is_told_and_not_judged() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: {{ .Values.image }}\n";
    check(
        "templates/pod.yaml",
        text,
        &[
            "5:14 info K-SYNTAX a template that was not rendered; lint what `helm template` or `kustomize build` makes of it",
        ],
    );
}

#[test]
fn other_yaml_is_no_manifest() {
    for (name, text) in [
        ("x.yaml", "a: 1\n"),
        ("x.json", "{\"kind\": \"drive#file\"}"),
        ("x.txt", "{\"apiVersion\": 1, \"kind\": 2}"),
        (".gitlab-ci.yml", "build: x"),
    ] {
        assert!(Manifest::parse(name, text.as_bytes()).is_none(), "{name}");
    }
}
