//! Packages, hidden packages, leftovers and gaps.

use crate::image::Entry::{self, File, Folder, Gone, HardLink, Link};
use crate::image::tree;
use mvi_inventory::{Inventory, Package, take};

/// Checks the lines that describe the inventory of an image: packages, hidden ones, leftovers and gaps.
fn check(layers: &[&[Entry<'_>]], expected: &[&str]) {
    let os: &[Entry<'_>] = &[File("etc/os-release", "ID=test\n")];
    let mut image = layers.to_vec();
    let base = [os, image[0]].concat();
    image[0] = &base;
    let inventory = take(&tree(&image));
    let mut lines: Vec<String> = inventory.packages.iter().map(|package| line(package, &inventory.packages)).collect();
    lines.extend(inventory.hidden.iter().map(|package| line(package, &inventory.packages)));
    lines.extend(inventory.leftovers.iter().map(|it| format!("leftover {} {} {:?}", it.name, it.version, it.state)));
    lines.extend(
        inventory
            .gaps
            .iter()
            .map(|gap| format!("gap {}@{}: {}", gap.path.as_deref().unwrap_or("-"), gap.layer.unwrap_or(99), gap.text)),
    );
    assert_eq!(lines, expected);
}

fn line(package: &Package, all: &[Package]) -> String {
    let Package { name, version, introduced, touched, installed_bytes, files, .. } = package;
    let mut line = format!(
        "{} {name} {version} layers {introduced}-{touched} {files} files {installed_bytes} bytes",
        package.ecosystem.as_str()
    );
    if let Some(owner) = package.also_owned_by {
        line.push_str(&format!(" in {}", all[owner].name));
    }
    if let Some(hidden) = &package.hidden {
        let by = hidden.replaced_by.as_deref().unwrap_or("nothing");
        line.push_str(&format!(" hidden by layer {} for {by}", hidden.removed_in_layer));
    }
    line
}

const SUM: &str = "0b1a4d9b4c0ffe0a0cafe00000000000";
const STATUS: &str = "var/lib/dpkg/status";
const BASH: &str = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5\n\n";
const VIM: &str = "Package: vim\nStatus: install ok installed\nArchitecture: amd64\nVersion: 9\n\n";

#[test]
fn files_are_found_where_the_merged_usr_has_them() {
    let list = format!("{SUM}  bin/bash\n{SUM}  usr/share/doc/bash\n");
    check(
        &[&[
            Folder("usr/bin"),
            Link("bin", "usr/bin"),
            File("usr/bin/bash", "12345"),
            File(STATUS, BASH),
            File("var/lib/dpkg/info/bash.md5sums", &list),
        ]],
        &["deb bash 5 layers 0-0 1 files 5 bytes"],
    );
}

#[test]
fn a_later_layer_that_ships_a_file_touches_the_package() {
    let list = format!("{SUM}  bin/bash\n");
    check(
        &[
            &[File("bin/bash", "12345"), File(STATUS, BASH), File("var/lib/dpkg/info/bash.md5sums", &list)],
            &[File("bin/bash", "123456")],
        ],
        &["deb bash 5 layers 0-1 1 files 6 bytes"],
    );
}

#[test]
fn a_removed_package_is_hidden_with_what_it_still_weighs() {
    let list = format!("{SUM}  usr/bin/vim\n");
    check(
        &[
            &[File(STATUS, BASH)],
            &[
                File(STATUS, &format!("{BASH}{VIM}")),
                File("usr/bin/vim", "1234567"),
                File("var/lib/dpkg/info/vim.md5sums", &list),
            ],
            &[File(STATUS, BASH), Gone("usr/bin/vim"), Gone("var/lib/dpkg/info/vim.md5sums")],
        ],
        &[
            "deb bash 5 layers 0-0 0 files 0 bytes",
            "deb vim 9 layers 1-1 1 files 7 bytes hidden by layer 2 for nothing",
        ],
    );
}

#[test]
fn an_upgrade_hides_the_old_version() {
    check(
        &[&[File(STATUS, BASH)], &[File(STATUS, &BASH.replace("Version: 5", "Version: 5.1"))]],
        &["deb bash 5.1 layers 0-1 0 files 0 bytes", "deb bash 5 layers 0-0 0 files 0 bytes hidden by layer 1 for 5.1"],
    );
}

#[test]
fn deleting_the_database_does_not_make_an_image_without_packages() {
    check(
        &[&[File(STATUS, BASH)], &[Gone("var/lib/dpkg")]],
        &[
            "deb bash 5 layers 0-0 0 files 0 bytes hidden by layer 1 for nothing",
            "gap var/lib/dpkg/status@1: the package database was deleted; 1 packages it listed are no longer on record",
        ],
    );
}

#[test]
fn a_database_that_is_a_folder_is_a_gap() {
    check(
        &[&[Folder("var/lib/dpkg/status"), Folder("lib/apk/db/installed")]],
        &[
            "gap lib/apk/db/installed@0: is a folder where a package database should be",
            "gap var/lib/dpkg/status@0: is a folder where a package database should be",
        ],
    );
}

#[test]
fn half_installed_packages_are_leftovers_and_gaps() {
    let status = "Package: a\nStatus: install ok half-installed\nVersion: 1\n\n\
                  Package: b\nStatus: deinstall ok config-files\nVersion: 2\n\nPackage: c\n\n";
    check(
        &[&[File(STATUS, status)]],
        &[
            "leftover a 1 HalfInstalled",
            "leftover b 2 ConfigFiles",
            "gap var/lib/dpkg/status@0: `a` 1 is only partly installed (HalfInstalled)",
            "gap var/lib/dpkg/status@0: record of `c` without a readable status",
            "gap var/lib/dpkg/status@0: record of `c` without a version",
        ],
    );
}

#[test]
fn distroless_records_are_one_file_a_package() {
    let list = format!("{SUM}  usr/share/zoneinfo/UTC\n");
    check(
        &[
            &[
                File("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\nArchitecture: all\n"),
                File("var/lib/dpkg/status.d/tzdata.md5sums", &list),
                File("usr/share/zoneinfo/UTC", "UTC"),
            ],
            &[File("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n")],
        ],
        &["deb base-files 12 layers 1-1 0 files 0 bytes", "deb tzdata 2024a layers 0-0 1 files 3 bytes"],
    );
}

#[test]
fn apk_packages_own_their_links_but_not_what_they_lead_to() {
    let installed = "P:busybox\nV:1.37\nA:x86_64\nF:bin\nR:busybox\nR:sh\n\nP:.deps\nV:1\nD:busybox\n\n";
    check(
        &[&[File("lib/apk/db/installed", installed), File("bin/busybox", "123456789"), Link("bin/sh", "/bin/busybox")]],
        &["apk busybox 1.37 layers 0-0 2 files 9 bytes"],
    );
}

#[test]
fn a_python_package_owns_the_files_of_its_record() {
    check(
        &[&[
            File("usr/lib/py/a-1.dist-info/METADATA", "Name: A_b\nVersion: 1\n\n"),
            File("usr/lib/py/a-1.dist-info/RECORD", "a/x.py,,\n../../bin/a,,\n/etc/a.conf,,\n../../../../../up,,\n"),
            File("usr/lib/py/a/x.py", "12"),
            File("usr/bin/a", "345"),
            File("etc/a.conf", "6"),
            File("up", "7890"),
        ]],
        &["pypi a-b 1 layers 0-0 4 files 10 bytes"],
    );
}

#[test]
fn an_upgraded_python_package_is_another_folder_at_the_same_site() {
    check(
        &[
            &[
                File("py/a-1.dist-info/METADATA", "Name: a\nVersion: 1\n"),
                File("py/a-1.dist-info/RECORD", "a.py,,\na-1.dist-info/METADATA,,\n"),
                File("py/a.py", "12345"),
            ],
            &[
                Gone("py/a-1.dist-info"),
                File("py/a-2.dist-info/METADATA", "Name: a\nVersion: 2\n"),
                File("py/a-2.dist-info/RECORD", "a.py,,\n"),
                File("py/a.py", "123"),
            ],
        ],
        &["pypi a 2 layers 1-1 1 files 3 bytes", "pypi a 1 layers 0-0 2 files 24 bytes hidden by layer 1 for 2"],
    );
}

#[test]
fn a_python_package_of_the_distribution_is_marked() {
    let list = format!("{SUM}  usr/lib/python3/six.egg-info/PKG-INFO\n");
    check(
        &[&[
            File(STATUS, "Package: python3-six\nStatus: install ok installed\nVersion: 1.16-4\n"),
            File("var/lib/dpkg/info/python3-six.md5sums", &list),
            File("usr/lib/python3/six.egg-info/PKG-INFO", "Name: six\nVersion: 1.16\n"),
        ]],
        &[
            "deb python3-six 1.16-4 layers 0-0 1 files 24 bytes",
            "pypi six 1.16 layers 0-0 1 files 24 bytes in python3-six",
        ],
    );
}

#[test]
fn a_python_package_that_is_used_where_it_is_written_has_its_record_there() {
    let link = File("usr/lib/python3/site-packages/six.egg-link", "/src/six\n.");
    let record = File("src/six/six.egg-info/PKG-INFO", "Name: six\nVersion: 1.16\n");
    check(&[&[link, record]], &["pypi six 1.16 layers 0-0 1 files 24 bytes"]);
    let gap =
        "gap usr/lib/python3/site-packages/six.egg-link@0: leads to `/src/six`, which has no record of a distribution";
    check(&[&[link]], &[gap]);
    check(
        &[&[link, record], &[Gone("src/six")]],
        &["pypi six 1.16 layers 0-0 1 files 24 bytes hidden by layer 1 for nothing", gap],
    );
    check(&[&[link], &[Gone("usr/lib/python3/site-packages/six.egg-link")]], &[]);
}

#[test]
fn a_python_package_of_conda_is_part_of_its_package() {
    check(
        &[&[
            File(
                "opt/conda/conda-meta/six-1-0.json",
                r#"{"name":"six","version":"1","files":["lib/six.dist-info/METADATA"]}"#,
            ),
            File("opt/conda/lib/six.dist-info/METADATA", "Name: six\nVersion: 1\n"),
        ]],
        &["conda six 1 layers 0-0 2 files 88 bytes", "pypi six 1 layers 0-0 1 files 21 bytes in six"],
    );
}

#[test]
fn a_python_package_from_a_repository_says_so_in_its_url() {
    let origin = r#"{"url":"https://h/a.git","vcs_info":{"vcs":"git","commit_id":"79"}}"#;
    let inventory = take(&tree(&[&[
        File("py/a.dist-info/METADATA", "Name: a\nVersion: 1\n"),
        File("py/a.dist-info/direct_url.json", origin),
    ]]));
    assert_eq!(inventory.packages[0].purl, "pkg:pypi/a@1?vcs_url=git%2Bhttps:%2F%2Fh%2Fa.git%4079");
}

#[test]
fn nested_node_packages_own_their_own_files() {
    check(
        &[&[
            File("app/node_modules/a/package.json", r#"{"name":"a","version":"1.0.0"}"#),
            File("app/node_modules/a/lib/index.js", "12345"),
            File("app/node_modules/a/node_modules/@s/b/package.json", r#"{"name":"@s/b","version":"2.0.0"}"#),
            File("app/node_modules/a/node_modules/@s/b/index.js", "123"),
        ]],
        &["npm @s/b 2.0.0 layers 0-0 2 files 36 bytes", "npm a 1.0.0 layers 0-0 2 files 35 bytes"],
    );
}

#[test]
fn records_that_cannot_be_read_are_gaps() {
    check(
        &[&[
            File("node_modules/a/package.json", "{"),
            File("node_modules/b/package.json", ""),
            File("node_modules/c/package.json", r#"{"name":"c"}"#),
            File("py/d.dist-info/METADATA", "Name: d\n"),
        ]],
        &[
            "gap node_modules/a/package.json@0: not JSON: EOF while parsing an object at line 1 column 1",
            "gap node_modules/b/package.json@0: not JSON: EOF while parsing a value at line 1 column 0",
            "gap node_modules/c/package.json@0: record of `c` without a version",
            "gap py/d.dist-info/METADATA@0: record of `d` without a version",
        ],
    );
}

#[test]
fn a_record_that_is_a_hard_link_is_read_and_its_bytes_count_once() {
    check(
        &[&[
            File("node_modules/.pnpm/a@1/node_modules/a/package.json", r#"{"name":"a","version":"1"}"#),
            HardLink("node_modules/a/package.json", "node_modules/.pnpm/a@1/node_modules/a/package.json"),
            File("node_modules/a/x", "123"),
            HardLink("node_modules/a/y", "node_modules/a/x"),
        ]],
        &["npm a 1 layers 0-0 1 files 26 bytes", "npm a 1 layers 0-0 3 files 29 bytes"],
    );
}

#[test]
fn deleting_a_tree_hides_its_packages_with_their_own_weight() {
    check(
        &[
            &[
                File("node_modules/a/package.json", r#"{"name":"a","version":"1"}"#),
                File("node_modules/a/node_modules/b/package.json", r#"{"name":"b","version":"1"}"#),
                File("node_modules/a/node_modules/b/x", "1234"),
            ],
            &[Gone("node_modules")],
        ],
        &[
            "npm a 1 layers 0-0 1 files 26 bytes hidden by layer 1 for nothing",
            "npm b 1 layers 0-0 2 files 30 bytes hidden by layer 1 for nothing",
        ],
    );
}

#[test]
fn a_database_that_nobody_reads_is_a_gap() {
    check(
        &[&[File("var/db/pkg/app/a-1/CONTENTS", "obj /bin/a")]],
        &["gap var/db/pkg@0: is a database of portage, which is not read: its packages are not known"],
    );
}

#[test]
fn packages_of_an_unnamed_distribution_are_a_gap() {
    let inventory = take(&tree(&[&[File(STATUS, BASH)]]));
    let texts: Vec<&str> = inventory.gaps.iter().map(|gap| gap.text.as_str()).collect();
    assert_eq!(texts, ["the image does not say which distribution its 1 packages come from"]);
}

#[test]
fn a_stored_inventory_reads_back_the_same() {
    let inventory =
        take(&tree(&[&[File("etc/os-release", "ID=test\n"), File(STATUS, BASH), File("lib/apk/db/installed", "?")]]));
    let stored = serde_json::to_string(&inventory).unwrap();
    let read: Inventory = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
}

#[test]
fn a_deleted_name_of_a_body_that_lives_on_is_a_removal() {
    check(
        &[
            &[
                File("x/node_modules/a/package.json", r#"{"name":"a","version":"1"}"#),
                HardLink("y/node_modules/a/package.json", "x/node_modules/a/package.json"),
            ],
            &[File("z", "")],
            &[Gone("x")],
            &[File("z", "1")],
        ],
        &["npm a 1 layers 0-0 1 files 26 bytes", "npm a 1 layers 0-0 0 files 0 bytes hidden by layer 2 for nothing"],
    );
}
