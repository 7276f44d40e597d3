//! What lock files mean to be there, beside what is there.

use mvi_inventory::{Evidence, Package, take};

use crate::image::Entry::{self, File, Gone};
use crate::image::tree;

/// Checks lines: installed packages, then those that are only meant, then hidden ones.
fn check(layers: &[&[Entry<'_>]], expected: &[&str]) {
    let inventory = take(&tree(layers));
    let line = |what: &str, it: &Package| {
        let locked = it.locked.map_or("-".to_owned(), |scope| format!("{scope:?}"));
        format!("{what} {} {} {:?} {locked} {} bytes", it.name, it.version, it.evidence, it.installed_bytes)
    };
    let mut found: Vec<String> = inventory.packages.iter().map(|it| line("there", it)).collect();
    found.extend(inventory.locked.iter().map(|it| line("meant", it)));
    found.extend(inventory.hidden.iter().map(|it| line("hidden", it)));
    assert_eq!(found, expected);
    assert!(inventory.locked.iter().all(|it| it.evidence == Evidence::Lock && it.files == 0));
}

const LOCK: &str = r#"{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"},
    "node_modules/b":{"version":"2.0.0","dev":true},"node_modules/c":{"version":"3.0.0","dev":true}}}"#;

#[test]
fn a_package_that_is_not_installed_is_only_meant() {
    check(
        &[&[
            File("app/package-lock.json", LOCK),
            File("app/node_modules/a/package.json", r#"{"name":"a","version":"1.0.0"}"#),
            File("app/node_modules/b/package.json", r#"{"name":"b","version":"2.0.1"}"#),
            File("app/node_modules/c/package.json", r#"{"name":"c","version":"3.0.0"}"#),
        ]],
        &[
            "there a 1.0.0 Record Production 30 bytes",
            "there b 2.0.1 Record - 30 bytes",
            "there c 3.0.0 Record Development 30 bytes",
            "meant b 2.0.0 Lock Development 0 bytes",
        ],
    );
}

#[test]
fn what_hex_sends_is_installed_as_an_application() {
    check(
        &[&[
            File(
                "app/mix.lock",
                "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"x\"},\n  \"b\": {:hex, :b, \"2.0.0\", \"x\"},\n}\n",
            ),
            File("app/lib/a-1.0.0/ebin/a.app", "{application, a, [{vsn, \"1.0.0\"}]}."),
        ]],
        &["there a 1.0.0 Record Unknown 35 bytes", "meant b 2.0.0 Lock Unknown 0 bytes"],
    );
}

#[test]
fn of_several_locks_the_one_that_needs_it_most_counts() {
    check(
        &[&[
            File("app/Pipfile.lock", r#"{"develop":{"Zope.X":{"version":"==1"}}}"#),
            File("app/requirements.txt", "zope_x==1\n"),
            File("py/zope.dist-info/METADATA", "Name: zope-x\nVersion: 1\n"),
        ]],
        &["there zope-x 1 Record Unknown 24 bytes"],
    );
}

#[test]
fn locks_inside_packages_and_deleted_ones_mean_nothing() {
    check(
        &[
            &[
                File("app/node_modules/a/package-lock.json", LOCK),
                File("root/.cargo/registry/src/i/x-1/Cargo.lock", "[[package]]\nname='a'\nversion='1'\nsource='r'\n"),
                File("app/yarn.lock", "a@^1:\n  version \"1.0.0\"\n"),
            ],
            &[Gone("app/yarn.lock")],
        ],
        &[],
    );
}
