//! Packages that were asked for above a base.

use mvi_inventory::{RequestedAbove, take};

use crate::image::Entry::{self, File, Gone};
use crate::image::tree;

fn check(layers: &[&[Entry<'_>]], base_layers: u32, expected: &str) {
    let found = match take(&tree(layers)).requested_above(base_layers) {
        RequestedAbove::Known(names) => Vec::from_iter(names).join(" "),
        RequestedAbove::AtMost(names) => format!("at most {}", Vec::from_iter(names).join(" ")),
    };
    assert_eq!(found, expected);
}

fn apk(names: &str) -> String {
    names.split(' ').map(|name| format!("P:{name}\nV:1\n\n")).collect()
}

fn dpkg(names: &str) -> String {
    let stanza = |name| format!("Package: {name}\nStatus: install ok installed\nVersion: 1\n\n");
    names.split(' ').map(stanza).collect()
}

const INSTALLED: &str = "lib/apk/db/installed";
const WORLD: &str = "etc/apk/world";
const STATUS: &str = "var/lib/dpkg/status";
const STATES: &str = "var/lib/apt/extended_states";

#[test]
fn apk_counts_world_without_what_the_base_has() {
    let base = apk("busybox libssl3 libcrypto3");
    let image = format!("{}P:.tools\nV:1\nD:tini ca-certificates\n\n", apk("busybox libssl3 libcrypto3 tini dep"));
    check(
        &[
            &[File(INSTALLED, &base), File(WORLD, "busybox\n")],
            &[File(INSTALLED, &image), File(WORLD, "busybox\nlibssl3\n.tools\n")],
        ],
        1,
        "ca-certificates tini",
    );
}

#[test]
fn apt_counts_what_it_did_not_install_by_itself() {
    check(
        &[
            &[File(STATUS, &dpkg("bash libc6"))],
            &[
                File(STATUS, &dpkg("bash libc6 curl libcurl4")),
                File(STATES, "Package: libcurl4\nArchitecture: amd64\nAuto-Installed: 1\n\n"),
            ],
        ],
        1,
        "curl",
    );
}

#[test]
fn without_the_memory_of_apt_there_is_only_a_bound() {
    check(&[&[File(STATUS, &dpkg("bash"))], &[File(STATUS, &dpkg("bash curl libcurl4"))]], 1, "at most curl libcurl4");
}

#[test]
fn the_base_may_have_several_layers() {
    let (one, two, three) = (apk("a"), apk("a b"), apk("a b c"));
    let layers: [&[Entry<'_>]; 3] = [
        &[File(INSTALLED, &one), File(WORLD, "a")],
        &[File(INSTALLED, &two), File(WORLD, "a b")],
        &[File(INSTALLED, &three), File(WORLD, "a b c")],
    ];
    check(&layers, 2, "c");
    check(&layers, 1, "b c");
    check(&layers, 0, "a b c");
}

#[test]
fn deleting_the_database_does_not_make_an_image_that_asked_for_nothing() {
    check(
        &[
            &[File(INSTALLED, &apk("a")), File(WORLD, "a")],
            &[File(INSTALLED, &apk("a curl")), File(WORLD, "a curl")],
            &[Gone("lib/apk")],
        ],
        1,
        "at most curl",
    );
}
