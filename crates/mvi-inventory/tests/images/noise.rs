//! Readers and the inventory on bytes that nobody wrote on purpose.

use mvi_inventory::parse::apk_installed::parse_apk_installed;
use mvi_inventory::parse::apk_world::parse_apk_world;
use mvi_inventory::parse::composer::parse_composer;
use mvi_inventory::parse::conda_meta::parse_conda_meta;
use mvi_inventory::parse::deps_json::parse_deps_json;
use mvi_inventory::parse::direct_url::parse_direct_url;
use mvi_inventory::parse::dpkg_status::{StatusField, parse_dpkg_status};
use mvi_inventory::parse::elf::parse_elf;
use mvi_inventory::parse::erlang_app::{parse_erlang_app, parse_release, parse_start_erl};
use mvi_inventory::parse::extended_states::parse_extended_states;
use mvi_inventory::parse::gemspec::parse_gemspec;
use mvi_inventory::parse::homebrew::parse_brew_receipt;
use mvi_inventory::parse::locks::cargo_lock::parse_cargo_lock;
use mvi_inventory::parse::locks::gemfile_lock::parse_gemfile_lock;
use mvi_inventory::parse::locks::hex_lock::{parse_mix_lock, parse_rebar_lock};
use mvi_inventory::parse::locks::npm_lock::parse_npm_lock;
use mvi_inventory::parse::locks::pipfile_lock::parse_pipfile_lock;
use mvi_inventory::parse::locks::pnpm_lock::parse_pnpm_lock;
use mvi_inventory::parse::locks::requirements::parse_requirements;
use mvi_inventory::parse::locks::toml_lock::{parse_poetry_lock, parse_uv_lock};
use mvi_inventory::parse::locks::yarn_lock::parse_yarn_lock;
use mvi_inventory::parse::md5sums::parse_md5sums;
use mvi_inventory::parse::nix_path::parse_nix_path;
use mvi_inventory::parse::os_release::parse_os_release;
use mvi_inventory::parse::package_json::parse_package_json;
use mvi_inventory::parse::pacman_desc::{parse_pacman_desc, parse_pacman_files};
use mvi_inventory::parse::perl_install::{parse_packlist, parse_perl_install};
use mvi_inventory::parse::python_metadata::{normalise_name, parse_python_metadata};
use mvi_inventory::parse::python_record::{parse_installed_files, parse_python_record};
use mvi_inventory::parse::r_description::parse_r_description;
use mvi_inventory::parse::rockspec::parse_rockspec;
use mvi_inventory::parse::rpm_database::parse_rpm_database;
use mvi_inventory::parse::rpm_header::parse_rpm_header;
use mvi_inventory::{Command, detect_runtime, take};
use proptest::prelude::*;

use crate::image::Entry::Program;
use crate::image::tree;

/// Pieces that mean something to one reader or another.
const SAMPLES: &[&[u8]] = &[
    b"Package: bash\nStatus: install ok installed\nSource: bash (5.2-2)\nVersion: 5.2-2+b1\nConffiles:\n /etc/a b\n\n",
    b"Package: libc6\nArchitecture: amd64\nAuto-Installed: 1\n\n",
    b"0b1a4d9b4c0ffe0a0cafe00000000000  usr/bin/bash\n",
    b"C:Q1\nP:musl\nV:1.2\nD:so:x>1 !y\np:so:z=1\nF:lib\nR:a\nZ:Q1\n\nP:.v\nV:0\nD:musl\n\n",
    b"Metadata-Version: 2.1\nName: Flask\nVersion: 3\n\nbody\n",
    b"\"a,\"\"b\",sha256=x,1\n../c,,\n/d,,\r\n",
    br#"{"name":"@s/a","version":"1","x":[{"y":"\u00e9"}]}"#,
    br#"{"name":"z","version":"1","files":["lib/z"],"depends":["a >=1"],"url":"u","vcs_info":{"vcs":"git"}}"#,
    b"ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='a \\$b'\n",
    b"SQLite format 3\0\x02\0\x01\x01\0\x40\x20\x20",
    b"%NAME%\na\n\n%VERSION%\n1-1\n\n%DEPENDS%\nb>=1\n\n%FILES%\nusr/\nusr/a\n",
    b"{application, a, [{vsn, \"1\"}, {applications, [kernel, 'b']}]}.",
    b"# stub: a 1 ruby lib\ns.name = \"a\"\ns.add_dependency(%q<b>)\n",
    br#"{"packages":[{"name":"a/b","version":"1","install-path":"../a"}],"libraries":{"a/1":{"type":"package"}}}"#,
    b"Package: a\nVersion: 1\nBuilt: R 4\nImports: b (>= 1)\n",
    b"[[package]]\nname = \"a\"\nversion = \"1\"\nsource = \"x\"\n",
    b"packages:\n\n  '@s/a@1.0.0':\n    dev: true\n",
    b"\"a@^1\", a@npm:b@2:\n  version \"1\"\n",
    br#"{"packages":{"node_modules/a":{"version":"1","dev":true}},"default":{"a":{"version":"==1"}}}"#,
    b"RpmP\0\0\0\0\x01\0\0\0\x01\0\0\0",
    b"#!/usr/bin/env -S sh -c\nexec \"$@\"\n",
];

fn noise() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        proptest::sample::select(SAMPLES).prop_map(<[u8]>::to_vec),
        proptest::sample::select(&b"\n\r\t \0:=,\"'\\(){}[]."[..]).prop_map(|byte| vec![byte]),
    ];
    let pieces = proptest::collection::vec(piece, 0..8);
    let flips = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (pieces, flips).prop_map(|(pieces, flips)| {
        let mut bytes = pieces.concat();
        let length = bytes.len();
        if length > 0 {
            flips.iter().for_each(|(at, byte)| bytes[at.index(length)] = *byte);
        }
        bytes
    })
}

/// An ELF header with noise behind the magic bytes.
fn elf() -> impl Strategy<Value = Vec<u8>> {
    (1..=2_u8, 1..=2_u8, proptest::collection::vec(prop_oneof![Just(0_u8), 0..64_u8, any::<u8>()], 0..300))
        .prop_map(|(class, order, rest)| [&b"\x7fELF"[..], &[class, order], &rest].concat())
}

proptest! {
    #[test]
    fn readers_answer_whatever_they_read(bytes in noise()) {
        let problems = [
            parse_dpkg_status(&bytes, StatusField::Needed).1,
            parse_dpkg_status(&bytes, StatusField::Optional).1,
            parse_extended_states(&bytes).1,
            parse_md5sums(&bytes).1,
            parse_apk_installed(&bytes).1,
            parse_apk_world(&bytes).1,
            parse_python_metadata(&bytes).1,
            parse_python_record(&bytes).1,
            parse_package_json(&bytes).1,
            parse_conda_meta(&bytes).1,
            parse_direct_url(&bytes).1,
            parse_os_release(&bytes).1,
            parse_rpm_database(&bytes).1,
            parse_pacman_desc(&bytes).1,
            parse_composer(&bytes).1,
            parse_cargo_lock(&bytes).1,
            parse_gemfile_lock(&bytes).1,
            parse_npm_lock(&bytes).1,
            parse_mix_lock(&bytes).1,
            parse_rebar_lock(&bytes).1,
            parse_pipfile_lock(&bytes).1,
            parse_pnpm_lock(&bytes).1,
            parse_requirements(&bytes).1,
            parse_poetry_lock(&bytes).1,
            parse_uv_lock(&bytes).1,
            parse_yarn_lock(&bytes).1,
            parse_deps_json(&bytes).1,
            parse_erlang_app(&bytes).1,
            parse_start_erl(&bytes).1,
            parse_release(&bytes).1,
            parse_gemspec(&bytes).1,
            parse_brew_receipt(&bytes).1,
            parse_perl_install(&bytes).1,
            parse_r_description(&bytes).1,
        ];
        prop_assert!(problems.iter().all(|problems| problems.len() <= 101));
        prop_assert!(problems.iter().flatten().all(|problem| problem.offset <= bytes.len()));
        prop_assert!(parse_installed_files(&bytes).len() <= bytes.len());
        prop_assert!(parse_pacman_files(&bytes).len() <= bytes.len());
        let _ = (parse_rpm_header(&bytes), parse_nix_path(&bytes), parse_packlist(&bytes), parse_rockspec(&bytes));
        let name = normalise_name(&String::from_utf8_lossy(&bytes));
        prop_assert_eq!(normalise_name(&name), name);
    }

    #[test]
    fn objects_are_read_or_not(bytes in elf()) {
        let _ = parse_elf(&bytes, &["puts"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn inventories_are_taken_of_noise_and_are_the_same_twice(layers in proptest::collection::vec(
        proptest::collection::vec((0..PATHS.len(), noise()), 0..8), 1..4)
    ) {
        let entries: Vec<Vec<_>> = layers.iter().map(|files| {
            files.iter().map(|(path, bytes)| Program(PATHS[*path], bytes)).collect()
        }).collect();
        let image: Vec<_> = entries.iter().map(Vec::as_slice).collect();
        let argv = ["entry".to_owned()];
        let command = Command { argv: &argv, search_path: Some("/bin"), working_dir: "" };
        let report = || {
            let tree = tree(&image);
            let inventory = take(&tree);
            let above = inventory.requested_above(1);
            (serde_json::to_string(&inventory).unwrap(), detect_runtime(&tree, &command), above)
        };
        prop_assert_eq!(report(), report());
    }
}

const PATHS: &[&str] = &[
    "etc/os-release",
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d/a",
    "var/lib/dpkg/status.d/a.md5sums",
    "var/lib/dpkg/info/bash.md5sums",
    "var/lib/apt/extended_states",
    "lib/apk/db/installed",
    "etc/apk/world",
    "py/a.dist-info/METADATA",
    "py/a.dist-info/RECORD",
    "py/a.dist-info/direct_url.json",
    "conda-meta/a.json",
    "node_modules/@s/a/package.json",
    "node_modules/@s/a/node_modules/b/package.json",
    "var/lib/rpm/Packages",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "var/lib/pacman/local/a-1/desc",
    "var/lib/pacman/local/a-1/files",
    "gems/specifications/a-1.gemspec",
    "vendor/composer/installed.json",
    "app/a.deps.json",
    "app/lib/a-1/ebin/a.app",
    "app/releases/start_erl.data",
    "R/library/a/DESCRIPTION",
    "Cellar/a/1/INSTALL_RECEIPT.json",
    "perl/.meta/a-1/install.json",
    "rocks/a/1-1/a-1-1.rockspec",
    "app/package-lock.json",
    "app/pnpm-lock.yaml",
    "app/yarn.lock",
    "app/uv.lock",
    "app/Cargo.lock",
    "bin/entry",
];
