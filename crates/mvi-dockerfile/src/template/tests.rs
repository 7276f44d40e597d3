//! What holds of every template, whatever it stands on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use std::collections::BTreeMap;

use super::*;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Bases as V13 has them.
fn request(class: &Class) -> Request {
    let runtime = match class.row {
        "python-service" => "python:3.12.14-alpine",
        "python-ml" => "python:3.12.13-slim-trixie",
        "node-portal" => "node:22-alpine",
        "static-web" => "nginx:1.27-alpine",
        "dns-resolver" => "coredns/coredns:latest",
        _ => "alpine:3.21.8",
    };
    let builder = match class.builder {
        BuilderBase::Runtime => runtime,
        BuilderBase::Of { otherwise, .. } => otherwise,
    };
    let base = |reference: &str| BaseImage::new(reference).unwrap();
    Request {
        name: "portal".into(),
        image: None,
        version: "1.4.0".into(),
        port: None,
        entry: None,
        source: None,
        native: false,
        tools: Vec::new(),
        rom: Some("ROM-X-V13".into()),
        target: Some("12–20 MB".into()),
        row: Some(class.row.into()),
        bases: Bases { builder: base(builder), runtime: base(runtime), debug: base("alpine:3.21.8") },
    }
}

/// Requests that reach every branch of the class's text.
fn variants(class: &'static Class) -> Vec<Request> {
    let plain = request(class);
    let mut all = Request { native: true, source: Some("https://example.com/x".into()), ..plain.clone() };
    all.image = Some("registry.example/team/portal".into());
    all.bases.runtime = BaseImage::new(&format!("{}@{DIGEST}", plain.bases.runtime.name())).unwrap();
    all.tools = vec!["strace=6.12-r0".into(), "lsof=4.99.4-r0".into()];
    let mut variants = vec![plain.clone(), all];
    if class.id != "dns" {
        let debian = BaseImage::new("registry.example/base/bookworm:12.9.1-slim").unwrap();
        let bases = Bases { builder: debian.clone(), runtime: debian.clone(), debug: debian };
        variants.push(Request { native: true, bases, ..plain.clone() });
    }
    if matches!(class.id, "go" | "go-multiarch" | "rust") {
        let runtime = BaseImage::new("gcr.io/distroless/static:nonroot").unwrap();
        variants.push(Request { bases: Bases { runtime, ..plain.bases.clone() }, ..plain });
    }
    variants
}

fn check_every(complaint: impl Fn(&Class, &Request, &Rendered) -> Option<String>) {
    for class in CLASSES {
        for request in variants(class) {
            let rendered = render(class, &request).unwrap();
            if let Some(complaint) = complaint(class, &request, &rendered) {
                panic!("{} on {}: {complaint}\n{}", class.id, request.bases.runtime.reference, rendered.files[0].text);
            }
        }
    }
}

fn lines_of<'a>(rendered: &'a Rendered, keyword: &str) -> Vec<&'a str> {
    let text = &rendered.files[0].text;
    text.lines().filter(|line| line.split(' ').next() == Some(keyword)).collect()
}

#[test]
fn nothing_is_left_to_fill_in() {
    check_every(|_, _, rendered| {
        let left = |file: &RenderedFile| file.text.contains("@{") || file.text.contains("#:") || file.text.is_empty();
        rendered
            .files
            .iter()
            .find(|file| left(file))
            .map(|file| format!("{} is not finished:\n{}", file.path, file.text))
    });
}

#[test]
fn every_class_has_its_four_stages_and_ends_with_the_runtime() {
    check_every(|_, _, rendered| {
        let from = lines_of(rendered, "FROM");
        let named: Vec<_> = from.iter().filter_map(|line| line.rsplit_once(" AS ")).map(|(_, name)| name).collect();
        let wanted = ["builder", "runtime-image", "debug", "runtime"];
        let sound = wanted.iter().all(|stage| named.contains(stage)) && named.last() == Some(&"runtime");
        (!sound || from.len() != named.len()).then(|| format!("stages {named:?}"))
    });
}

#[test]
fn what_runs_is_nobody() {
    check_every(|_, _, rendered| {
        let users = lines_of(rendered, "USER");
        let sound = users.first() == Some(&"USER 65534:65534") && users.last() == Some(&"USER 65534:65534");
        (!sound).then(|| format!("users {users:?}"))
    });
}

#[test]
fn what_runs_is_asked_whether_it_is_well_without_a_shell_or_curl() {
    check_every(|_, _, rendered| {
        let text = &rendered.files[0].text;
        let check = text.split("HEALTHCHECK --").nth(1).and_then(|rest| rest.split("CMD ").nth(1));
        let command = check.and_then(|rest| rest.lines().next()).unwrap_or_default();
        (!command.starts_with('[') || text.contains("curl")).then(|| format!("health check `{command}`"))
    });
}

#[test]
fn sources_come_after_dependencies_and_builds_have_no_network() {
    check_every(|class, _, rendered| {
        let text = &rendered.files[0].text;
        let builder = text.split("AS builder").nth(1)?.split("FROM ").next()?;
        let runs = builder.matches("RUN ").count();
        let closed = builder.matches("--network=none").count();
        let cached = text.contains("--mount=type=cache") || class.id == "static-web";
        (runs != closed || !cached).then(|| format!("{closed} of {runs} steps have no network; cached: {cached}"))
    });
}

#[test]
fn a_pin_takes_the_place_of_the_reference_or_adds_the_digest() {
    let pins = BTreeMap::from([
        ("alpine:3.21".to_owned(), DIGEST.to_owned()),
        ("node:22-alpine".to_owned(), format!("node:22.14.0-alpine3.21@{DIGEST}")),
    ]);
    let check = |reference: &str, wanted: &str| {
        assert_eq!(BaseImage::pinned(reference, &pins).unwrap().reference, wanted);
    };
    check("alpine:3.21", &format!("alpine:3.21@{DIGEST}"));
    check("node:22-alpine", &format!("node:22.14.0-alpine3.21@{DIGEST}"));
    check("nginx:1.27-alpine", "nginx:1.27-alpine");
}

#[test]
fn a_base_without_a_digest_or_three_numbers_is_told() {
    let pinned = |reference: &str| BaseImage::new(reference).unwrap().is_pinned();
    assert!(pinned("alpine:3.21.8") && pinned(&format!("alpine:3.21@{DIGEST}")) && pinned("node:22.1.0-alpine3.21"));
    assert!(
        !pinned("alpine:3.21") && !pinned("node:22-alpine3.21") && !pinned("localhost:5000/a") && !pinned("a:latest")
    );
    let node = class("node-portal").unwrap();
    let notes = render(node, &request(node)).unwrap().notes;
    assert_eq!(notes[0], "`node:22-alpine` is not pinned: give its digest, which only a registry knows");
}

#[test]
fn values_that_would_mean_something_else_in_a_file_are_refused() {
    let go = class("go").unwrap();
    let check = |what: &str, request: Request| match render(go, &request) {
        Err(TemplateError::Value { what: found, .. }) => assert_eq!(found, what),
        other => panic!("{what}: {other:?}"),
    };
    let plain = request(go);
    for name in ["", "Portal", "a b", "a\nUSER root", "-a", "a$b", &"a".repeat(64)] {
        check("name", Request { name: name.to_owned(), ..plain.clone() });
    }
    check("version", Request { version: "1.0 && true".into(), ..plain.clone() });
    check("port", Request { port: Some(80), ..plain.clone() });
    check("entry", Request { entry: Some("../x".into()), ..plain.clone() });
    check("entry", Request { entry: Some("a; b".into()), ..plain.clone() });
    check("source", Request { source: Some("javascript:x".into()), ..plain.clone() });
    check("tool", Request { tools: vec!["--allow-untrusted".into()], ..plain.clone() });
    check("image", Request { image: Some("registry/app:1".into()), ..plain });
    for reference in ["", "a b", "-x", "alpine@sha256:12", "alpine:3\nRUN x"] {
        assert!(BaseImage::new(reference).is_err(), "{reference:?}");
    }
}

#[test]
fn a_class_is_not_put_on_a_base_it_cannot_run_on() {
    let node = class("node-portal").unwrap();
    let mut bare = request(node);
    bare.bases.runtime = BaseImage::new("gcr.io/distroless/static:nonroot").unwrap();
    let error = render(node, &bare).unwrap_err().to_string();
    assert_eq!(
        error,
        "node-portal cannot run on `gcr.io/distroless/static:nonroot`: it has neither the interpreter nor the libraries"
    );
}
