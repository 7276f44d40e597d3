//! What packages say about themselves beside name and version: licences, suppliers, needs.

use mvi_inventory::{Package, take};

use crate::image::Entry::{self, File};
use crate::image::tree;

/// Checks the lines `name: licences, by supplier, needs` of an image's packages.
fn check(image: &[Entry<'_>], expected: &[&str]) {
    let line = |package: &Package| {
        let Package { name, licences, supplier, depends, .. } = package;
        format!("{name}: {licences:?} by {} needs {depends:?}", supplier.as_deref().unwrap_or("?"))
    };
    let found: Vec<String> = take(&tree(&[image])).packages.iter().map(line).collect();
    assert_eq!(found, expected);
}

#[test]
fn debian_needs_are_packages_that_are_there() {
    let status = "Package: app\nStatus: install ok installed\nVersion: 1\nMaintainer: M <m@d.org>\n\
        Depends: sendmail | mail-transport-agent, libx (>= 2), gone:any\n\n\
        Package: exim4\nStatus: install ok installed\nVersion: 4\nProvides: mail-transport-agent\n\n\
        Package: libx\nStatus: install ok installed\nVersion: 2\n\n";
    check(
        &[File("var/lib/dpkg/status", status)],
        &[
            "app: [] by M <m@d.org> needs [\"exim4\", \"libx\", \"gone\"]",
            "exim4: [] by ? needs []",
            "libx: [] by ? needs []",
        ],
    );
}

#[test]
fn alpine_needs_of_sonames_are_their_packages() {
    let installed = "P:musl\nV:1\nL:MIT\nm:N <n@a>\np:so:libc.so=1\n\nP:app\nV:1\nD:so:libc.so musl so:no.so\n\n";
    check(
        &[File("lib/apk/db/installed", installed)],
        &["app: [] by ? needs [\"musl\", \"so:no.so\"]", "musl: [\"MIT\"] by N <n@a> needs []"],
    );
}

#[test]
fn needs_with_a_marker_count_where_they_are_met() {
    let flask = "Name: Flask\nVersion: 3\nRequires-Dist: Click>=8\nRequires-Dist: async_x; extra == 'a'\n\
        Requires-Dist: dotenv; extra == 'd'\n";
    check(
        &[
            File("py/flask.dist-info/METADATA", flask),
            File("py/async_x.dist-info/METADATA", "Name: async-x\nVersion: 1\nLicense: MIT\nAuthor: A\n"),
        ],
        &["async-x: [\"MIT\"] by A needs []", "flask: [] by ? needs [\"click\", \"async-x\"]"],
    );
}

#[test]
fn peers_count_where_they_are_there() {
    let manifest = r#"{"name":"a","version":"1","license":"MIT","author":"A","dependencies":{"c":"1"},
        "peerDependencies":{"b":"1","d":"1"}}"#;
    check(
        &[
            File("node_modules/a/package.json", manifest),
            File("node_modules/b/package.json", r#"{"name":"b","version":"1"}"#),
        ],
        &["a: [\"MIT\"] by A needs [\"c\", \"b\"]", "b: [] by ? needs []"],
    );
}
