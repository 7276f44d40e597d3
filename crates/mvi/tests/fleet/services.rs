//! Scans of a real Podman storage, and of its service's socket.

use crate::desk::Desk;
use crate::podman::{DOCKERFILE, FILES, Podman};
use crate::stage::json;

/// Scans a source for images of a team; the references that were recorded.
fn scanned(source: &str, more: &[&str]) -> (Desk, Vec<String>) {
    let desk = Desk::bare();
    let report = json(&desk, &[&["fleet", "scan", source], more].concat());
    assert!(report["unreadable"].as_array().unwrap().is_empty(), "{report:#}");
    let mut names: Vec<String> =
        report["images"].as_array().unwrap().iter().map(|image| image["reference"].as_str().unwrap().into()).collect();
    names.sort();
    (desk, names)
}

fn filled() -> Podman {
    let podman = Podman::new("vfs");
    podman.build("localhost/team/base:1", "FROM scratch\nCOPY a /etc/a\n", FILES);
    podman.build(
        "localhost/team/app:1",
        &DOCKERFILE.replace("FROM scratch\nCOPY a /etc/a", "FROM localhost/team/base:1"),
        FILES,
    );
    podman.build("localhost/other/tool:1", "FROM scratch\nCOPY c /c\n", FILES);
    podman
}

/// Lineage by layers is known, whatever way the images came.
fn has_its_base(desk: &Desk) {
    let told = json(desk, &["fleet", "lineage", "localhost/team/app:1"]);
    assert_eq!(told["lineage"]["bases"][0]["reference"], "localhost/team/base:1", "{told:#}");
}

#[test]
fn a_storage_and_the_socket_of_a_service_are_scanned_by_pattern() {
    let mut podman = filled();
    let source = format!("containers-storage:[vfs@{}]localhost/team/*", podman.root().display());
    let (desk, names) = scanned(&source, &[]);
    assert_eq!(names, ["localhost/team/app:1", "localhost/team/base:1"]);
    has_its_base(&desk);
    podman.serve();
    let host = format!("unix://{}", podman.socket().display());
    let (desk, names) = scanned("docker-daemon:localhost/team/*", &["--host", &host]);
    assert_eq!(names, ["localhost/team/app:1", "localhost/team/base:1"]);
    has_its_base(&desk);
    let (_, names) = scanned("docker-daemon:*", &["--host", &host]);
    assert_eq!(names.len(), 3);
}
