//! Programs and archives that say themselves what they were built from.

use std::io::{Cursor, Read as _, Write as _};

use mvi_inventory::{Package, take};
use zip::write::SimpleFileOptions;

use crate::image::Entry::{self, File, Gone, HardLink, Program};
use crate::image::tree;

/// A 64-bit program without sections whose writable data is `data`.
fn program(data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    (bytes[16], bytes[18], bytes[32], bytes[54], bytes[56]) = (2, 62, 64, 56, 1);
    (bytes[64], bytes[68], bytes[72]) = (1, 6, 128);
    bytes[80..88].copy_from_slice(&0x40_0000_u64.to_le_bytes());
    bytes[96..104].copy_from_slice(&(data.len() as u64).to_le_bytes());
    bytes.extend_from_slice(data);
    bytes
}

const FRAME: &str = "0123456789abcdef";

/// A Go program of these modules, as Go 1.18 and later leave them behind.
fn go(modules: &str) -> Vec<u8> {
    let mut data = vec![0; 16];
    data.extend_from_slice(b"\xff Go buildinf:\x08\x02");
    data.resize(16 + 32, 0);
    for text in ["go1.22.3", &format!("{FRAME}{modules}\n{FRAME}")] {
        data.extend_from_slice(&[text.len() as u8 & 0x7f | 0x80, (text.len() >> 7) as u8]);
        data.extend_from_slice(text.as_bytes());
    }
    program(&data)
}

/// The same as Go 1.17 and earlier do: by pointers.
fn old_go(modules: &str) -> Vec<u8> {
    let mut data = b"\xff Go buildinf:\x08\x00".to_vec();
    let modules = format!("{FRAME}{modules}\n{FRAME}");
    let (strings, texts) = (32, 64);
    let number = |number: usize| (0x40_0000_u64 + number as u64).to_le_bytes();
    data.extend([number(strings), number(strings + 16)].concat());
    data.extend([number(texts), 6_u64.to_le_bytes()].concat());
    data.extend([number(texts + 6), (modules.len() as u64).to_le_bytes()].concat());
    data.extend_from_slice(b"go1.17");
    data.extend_from_slice(modules.as_bytes());
    program(&data)
}

/// SHA-256 of `.net core bundle`, behind the place of a bundle's header.
const BUNDLE_MARKER: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32, 0x13, 0xf5, 0xb9,
    0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];

/// A program whose bundle starts with `files`, and has its header behind them.
fn bundled(files: &[u8], header: &[u8]) -> Vec<u8> {
    // What follows the data of a program without sections.
    let start = program(&[0; 128]).len() + 64;
    let offset = ((start + files.len()) as u64).to_le_bytes();
    let data = [&[7; 16][..], &offset, &BUNDLE_MARKER, &[0; 72]].concat();
    [&program(&data)[..], &[0; 64], files, header].concat()
}

/// The end of a program that its maker published as one file: the list of packages, then the header of version 6.
fn real_bundle() -> Vec<u8> {
    let packed = include_bytes!("../fixtures/languages/dotnet-bundle-6.gz");
    let (list, mut header) = (61_374, Vec::new());
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut header).unwrap();
    let files: Vec<u8> = header.drain(..list).collect();
    // The programs before it are left out, so that the list lies elsewhere.
    let place = ((program(&[0; 128]).len() + 64) as u64).to_le_bytes();
    header[25..33].copy_from_slice(&place);
    bundled(&files, &header)
}

fn jar(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file(format!("META-INF/maven/{group}/{artifact}/pom.properties"), SimpleFileOptions::default())
        .unwrap();
    write!(writer, "groupId={group}\nartifactId={artifact}\nversion={version}\n").unwrap();
    writer.finish().unwrap().into_inner()
}

/// Checks packages as `purl record files`, hidden ones, objects and gaps.
fn check(layers: &[&[Entry<'_>]], expected: &[&str]) {
    let inventory = take(&tree(layers));
    let owner = |package: &Package| match package.also_owned_by {
        Some(owner) => format!(" of {}", inventory.packages[owner].name),
        None => String::new(),
    };
    let package = |it: &Package| format!("{} {} {} files{}", it.purl, it.record, it.files, owner(it));
    let hidden = |it: &Package| {
        let hidden = it.hidden.as_ref().unwrap();
        format!("hidden {} by {} for {:?}", it.purl, hidden.removed_in_layer, hidden.replaced_by)
    };
    let mut lines: Vec<String> = inventory.packages.iter().map(package).collect();
    lines.extend(inventory.hidden.iter().map(hidden));
    lines.extend(inventory.objects.iter().map(|it| format!("object {} in {}", it.path, it.layer)));
    lines.extend(inventory.gaps.iter().map(|gap| format!("gap {}: {}", gap.path.as_deref().unwrap_or("-"), gap.text)));
    assert_eq!(lines, expected);
}

#[test]
fn modules_of_a_go_program_are_packages_and_the_main_one_owns_the_file() {
    let modules = "path\ta.org/x/cmd\nmod\ta.org/x\tv1.2.0\th1:=\ndep\tb.org/y/v2\tv2.1.0\th1:=";
    for (program, go) in [(go(modules), "1.22.3"), (old_go(modules), "1.17")] {
        let stdlib = format!("pkg:golang/stdlib@{go} usr/bin/x 0 files");
        let expected = [
            "pkg:golang/a.org/x@v1.2.0 usr/bin/x 1 files",
            "pkg:golang/b.org/y/v2@v2.1.0 usr/bin/x 0 files",
            &stdlib,
            "object usr/bin/x in 0",
        ];
        check(&[&[Program("usr/bin/x", &program)]], &expected);
    }
}

#[test]
fn a_program_that_was_replaced_or_removed_is_hidden_with_all_its_modules() {
    let (old, new) = (go("mod\ta.org/x\tv1.0.0"), go("mod\ta.org/x\tv1.1.0"));
    check(
        &[&[Program("x", &old)], &[Program("x", &new)]],
        &[
            "pkg:golang/a.org/x@v1.1.0 x 1 files",
            "pkg:golang/stdlib@1.22.3 x 0 files",
            "hidden pkg:golang/a.org/x@v1.0.0 by 1 for Some(\"v1.1.0\")",
            "object x in 1",
        ],
    );
    let hidden = ["hidden pkg:golang/a.org/x@v1.0.0 by 1 for None", "hidden pkg:golang/stdlib@1.22.3 by 1 for None"];
    check(&[&[Program("x", &old)], &[Gone("x")]], &hidden);
    check(&[&[Program("x", &old)], &[Program("x", b"#!/bin/sh\n")]], &hidden);
    check(&[&[Program("x", &old)], &[File("x", "text")]], &hidden);
}

#[test]
fn a_program_of_a_distributions_package_is_one_file_with_two_views() {
    let status = "Package: x\nStatus: install ok installed\nVersion: 1-1\nArchitecture: amd64\n";
    let program = go("mod\ta.org/x\tv1.0.0");
    let files = [
        File("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
        File("var/lib/dpkg/status", status),
        File("var/lib/dpkg/info/x.md5sums", "00000000000000000000000000000000  usr/bin/x\n"),
        Program("usr/bin/x", &program),
        HardLink("usr/bin/y", "usr/bin/x"),
    ];
    check(
        &[&files],
        &[
            "pkg:deb/debian/x@1-1?arch=amd64&distro=debian-12 var/lib/dpkg/status 1 files",
            "pkg:golang/a.org/x@v1.0.0 usr/bin/x 1 files of x",
            "pkg:golang/stdlib@1.22.3 usr/bin/x 0 files of x",
            "object usr/bin/x in 0",
        ],
    );
}

#[test]
fn a_dotnet_program_in_one_file_has_the_packages_of_its_list() {
    let inventory = take(&tree(&[&[Program("app/tool", &real_bundle())]]));
    let lines: Vec<_> = inventory.packages.iter().map(|it| format!("{} {} {}", it.purl, it.record, it.files)).collect();
    // 48 packages, and the two runtimes that it carries; its own six projects are none.
    assert_eq!(lines.len(), 50, "{lines:#?}");
    for expected in [
        "pkg:nuget/System.CommandLine@2.0.11 app/tool 0",
        "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.11 app/tool 0",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} in {lines:#?}");
    }
    assert_eq!(inventory.gaps, []);
}

#[test]
fn a_bundle_that_makes_no_sense_is_a_gap() {
    let gap = |header: &[u8], why: &str| {
        let offset = program(&[0; 128]).len() + 64;
        let why = why.replace("OFFSET", &offset.to_string());
        check(&[&[Program("x", &bundled(b"", header))]], &["object x in 0", &format!("gap x: {why}")]);
    };
    let header = |version: u8, place: [u64; 2]| {
        let place = place.map(u64::to_le_bytes).concat();
        [&[version, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, b'x'][..], &place, &[0; 24]].concat()
    };
    gap(b"\x06", ".NET bundle at byte OFFSET: its header is cut short");
    gap(&header(9, [1, 1]), ".NET bundle at byte OFFSET: version 9 is not known");
    gap(&header(2, [0, 0]), ".NET bundle at byte OFFSET: it has 1 files and no list of packages");
    let far = format!(".NET bundle: its list of packages is {0} bytes at {0}, too large or outside", u64::MAX);
    gap(&header(6, [u64::MAX; 2]), &far);
    gap(
        &header(6, [0, 1].map(|it| it + 1)),
        ".NET bundle: its list of packages: byte 0: not JSON: expected value at line 1 column 1",
    );
    // A program that could be a bundle and is none, and one that has the text for another reason.
    check(&[&[Program("x", &program(&[&[0; 8][..], &BUNDLE_MARKER].concat()))]], &["object x in 0"]);
    check(&[&[Program("x", &[program(&BUNDLE_MARKER), vec![0; 200]].concat())]], &["object x in 0"]);
}

#[test]
fn a_well_known_program_counts_where_no_package_brought_it() {
    let program = program(b"BusyBox v1.37.0 (2025-01-01)\0");
    let (purl, object) = ("pkg:generic/busybox@1.37.0 bin/busybox 1 files", "object bin/busybox in 0");
    check(&[&[Program("bin/busybox", &program)]], &[purl, object]);
    check(&[&[Program("bin/busybox", &program)], &[Gone("bin/busybox")]], &[]);
    let installed = "P:busybox\nV:1.37.0-r12\nA:x86_64\nF:bin\nR:busybox\n\n";
    let os = File("etc/os-release", "ID=alpine\nVERSION_ID=3.22.0\n");
    let files = [os, File("lib/apk/db/installed", installed), Program("bin/busybox", &program)];
    let apk = "pkg:apk/alpine/busybox@1.37.0-r12?arch=x86_64&distro=alpine-3.22.0 lib/apk/db/installed 1 files";
    check(&[&files], &[apk, object]);
}

#[test]
fn an_archive_of_java_is_its_artifact() {
    let jar = jar("org.a", "b", "1.0");
    check(
        &[&[Program("app/b-1.0.jar", &jar), Program("app/b.zip", &jar), Program("app/c.jar", &jar[..40])]],
        &["pkg:maven/org.a/b@1.0 app/b-1.0.jar 1 files", "gap app/c.jar: is no sound zip archive"],
    );
}

#[test]
fn what_only_starts_as_an_object_is_a_gap() {
    let text = "starts as an ELF object, but its header makes no sense";
    check(&[&[Program("x", &[b"\x7fELF".as_slice(), &[9; 60]].concat())]], &[&format!("gap x: {text}")]);
}
