//! Normal forms of image references, by example and by property.

use proptest::prelude::*;

use super::*;

fn mirrors() -> Vec<Mirror> {
    vec![
        Mirror { from: "registry.corp/hub/".into(), to: String::new() },
        Mirror { from: "cache.corp/quay".into(), to: "quay.io".into() },
    ]
}

fn check(text: &str, expected: &str) {
    let normal = Reference::normalise(text, &mirrors()).map_or_else(|error| error.to_string(), |r| r.to_string());
    assert_eq!(normal, expected);
}

#[test]
fn docker_hub_has_one_name() {
    check("docker.io/library/ubuntu:22.04", "ubuntu:22.04");
    check("index.docker.io/library/ubuntu", "ubuntu:latest");
    check("library/ubuntu", "ubuntu:latest");
    check("docker.io/coredns/coredns:1.11", "coredns/coredns:1.11");
}

#[test]
fn a_missing_tag_is_latest_except_where_a_digest_or_scratch_stands() {
    check("alpine", "alpine:latest");
    check("alpine@sha256:0a1b", "alpine@sha256:0a1b");
    check("alpine:3.21@sha256:0a1b", "alpine:3.21@sha256:0a1b");
    check("scratch", "scratch");
}

#[test]
fn a_port_is_not_a_tag() {
    check("localhost:5000/x", "localhost:5000/x:latest");
    check("localhost:5000/x:1", "localhost:5000/x:1");
    check("localhost:5000/team/x@sha256:ff", "localhost:5000/team/x@sha256:ff");
}

#[test]
fn a_pull_through_cache_does_not_hide_what_it_serves() {
    check("registry.corp/hub/ubuntu:22.04", "ubuntu:22.04");
    check("registry.corp/hub/library/ubuntu", "ubuntu:latest");
    check("cache.corp/quay/org/x:1", "quay.io/org/x:1");
    check("cache.corp/quayside/x:1", "cache.corp/quayside/x:1");
}

#[test]
fn what_is_not_a_reference_is_an_error() {
    check("", "the image reference is empty");
    check("alpine:$VERSION", "the image reference `alpine:$VERSION` has a build argument without a value");
    check("docker.io/", "`docker.io/` is not an image reference: its repository has an empty part");
    check("alpine:", "`alpine:` is not an image reference: its tag is empty");
    check("alpine@sha256:xyz", "`alpine@sha256:xyz` is not an image reference: its digest is not `algorithm:hex`");
    check("my image", "`my image` is not an image reference: it holds a blank");
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(
        prefix in "(registry\\.corp/hub/|docker\\.io/|library/|cache\\.corp/quay/){0,3}",
        name in "[a-z]{1,8}(/[a-z]{1,8}){0,2}",
        version in "(:[a-z0-9.-]{1,8})?(@sha256:[0-9a-f]{4})?",
    ) {
        let once = Reference::normalise(&format!("{prefix}{name}{version}"), &mirrors()).unwrap();
        prop_assert_eq!(Reference::normalise(&once.to_string(), &mirrors()).unwrap(), once);
    }

    #[test]
    fn a_hub_prefix_never_changes_the_normal_form(name in "[a-z]{1,8}(:[a-z0-9.]{1,6})?") {
        let bare = Reference::normalise(&name, &[]).unwrap();
        for prefix in ["docker.io/", "library/", "docker.io/library/"] {
            prop_assert_eq!(&Reference::normalise(&format!("{prefix}{name}"), &[]).unwrap(), &bare);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}") {
        let _ = Reference::normalise(&text, &mirrors());
    }
}
