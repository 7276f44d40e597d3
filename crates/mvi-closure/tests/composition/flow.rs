//! Every row of the standard's flowchart, and every kind of evidence.

use mvi_closure::Decision;

use crate::elf::{elf, library};
use crate::image::Entry::{self, File, Gone, HardLink, Link, Program};
use crate::{Case, decision, findings};

pub(crate) const LD: &str = "/lib64/ld-linux-x86-64.so.2";

fn status(packages: &[(&str, &str)]) -> String {
    let record = |(name, depends): &(&str, &str)| {
        let depends = if depends.is_empty() { String::new() } else { format!("Depends: {depends}\n") };
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n{depends}\n")
    };
    packages.iter().map(record).collect()
}

fn sums(paths: &[&str]) -> String {
    paths.iter().map(|path| format!("d41d8cd98f00b204e9800998ecf8427e  {path}\n")).collect()
}

/// A system of dpkg in which `serve` needs liba, opens nothing, and has other packages beside it.
fn debian<'a>(status: &'a str, lists: &'a [(String, String)], more: &[Entry<'a>]) -> Vec<Entry<'a>> {
    let mut entries = vec![File("var/lib/dpkg/status", status)];
    entries.extend(lists.iter().map(|(path, text)| File(path, text)));
    entries.extend_from_slice(more);
    entries
}

fn list(name: &str, paths: &[&str]) -> (String, String) {
    (format!("var/lib/dpkg/info/{name}.md5sums"), sums(paths))
}

#[test]
fn the_flowchart_has_an_answer_for_every_component() {
    let status =
        status(&[("serve", "declared"), ("liba", ""), ("declared", ""), ("vim", ""), ("apt", ""), ("other", "")]);
    let lists = [
        list("serve", &["usr/bin/serve", "usr/share/doc/serve/README", "usr/share/doc/serve/copyright"]),
        list("liba", &["usr/lib/liba.so"]),
        list("declared", &["usr/share/declared/data"]),
        list("vim", &["usr/bin/vim.basic"]),
        list("apt", &["usr/bin/apt-get"]),
        list("other", &["usr/bin/other"]),
    ];
    let (serve, liba, tool, ld) = (elf(LD, &["liba.so"]), library(&[]), elf(LD, &[]), library(&[]));
    let files = [
        Program("usr/bin/serve", &serve),
        Program("usr/lib/liba.so", &liba),
        Program("usr/bin/vim.basic", &tool),
        Program("usr/bin/apt-get", &tool),
        Program("usr/bin/other", &tool),
        Program("lib64/ld-linux-x86-64.so.2", &ld),
        File("usr/share/declared/data", "data"),
        File("usr/share/doc/serve/README", "read me"),
        File("usr/share/doc/serve/copyright", "mine"),
        Link("usr/bin/vim", "vim.basic"),
    ];
    let case = Case::new(&[&debian(&status, &lists, &files)], "serve");
    let composition = case.compose(None);
    let of = |name: &str| decision(&composition, &format!("{name} 1"));
    assert_eq!(of("serve"), Some(Decision::Include));
    assert_eq!(of("liba"), Some(Decision::Include));
    assert_eq!(of("declared"), Some(Decision::Possible));
    assert_eq!(of("vim"), Some(Decision::DebugStage));
    assert_eq!(of("apt"), Some(Decision::Prohibit));
    assert_eq!(of("other"), Some(Decision::Prohibit));
    let expected = ["debug-tools present vim 1", "documentation present serve 1", "package-managers present apt 1"];
    assert_eq!(findings(&composition), expected);
}

#[test]
fn where_nobody_can_tell_what_runs_nothing_is_called_unneeded_but_what_is_prohibited_is_found() {
    let status = status(&[("vim", ""), ("other", "")]);
    let lists = [list("vim", &["usr/bin/vim.basic"]), list("other", &["usr/bin/other"])];
    let tool = elf(LD, &[]);
    let files = [Program("usr/bin/vim.basic", &tool), Program("usr/bin/other", &tool), Program("bin/sh", &tool)];
    for command in ["", "/bin/sh", "/app/missing"] {
        let case = Case::new(&[&debian(&status, &lists, &files)], command);
        let composition = case.compose(None);
        assert!(!case.is_known(), "{command}");
        assert_eq!(decision(&composition, "other 1"), Some(Decision::Possible), "{command}");
        assert_eq!(findings(&composition), ["debug-tools present vim 1"], "{command}");
        assert_eq!(composition.bytes.prohibit, 0, "{command}");
        assert_eq!(composition.floor_estimate_mb, None, "{command}");
    }
}

#[test]
fn names_alone_are_no_evidence() {
    let text = [Program("app/run", &elf("", &[])), File("usr/share/icons/vim", "a picture"), File("data/gcc", "words")];
    assert!(findings(&Case::new(&[&text], "/app/run").compose(None)).is_empty());
}

#[test]
fn applets_of_busybox_are_not_the_programs_they_are_named_after() {
    let busybox = elf("", &[]);
    let files = [
        Program("bin/busybox", &busybox),
        Link("usr/bin/nslookup", "/bin/busybox"),
        HardLink("bin/ar", "bin/busybox"),
        HardLink("bin/dpkg", "bin/busybox"),
    ];
    assert!(findings(&Case::new(&[&files], "/bin/busybox|httpd").compose(None)).is_empty());
}

#[test]
fn what_the_image_starts_is_not_prohibited() {
    let files = [Program("usr/bin/socat", &elf("", &[]))];
    assert!(findings(&Case::new(&[&files], "socat").compose(None)).is_empty());
    let made = [Program("usr/bin/socat", &elf("", &[])), Program("app/run", &elf("", &[]))];
    assert_eq!(findings(&Case::new(&[&made], "/app/run").compose(None)), ["debug-tools present /usr/bin"]);
}

#[test]
fn trees_and_contents_are_evidence() {
    let files = [
        Program("app/run", &elf("", &[])),
        File("usr/include/sys/types.h", "h"),
        File("usr/lib/libz.a", "!<arch>\n"),
        File("src/main.go", "package main"),
        File("root/.cache/pip/http/a", "cached"),
        File("srv/.git/HEAD", "ref"),
        File("usr/share/doc/x/copyright", "mine"),
        File("usr/share/man/man1/x.1", "page"),
        File("etc/apk/keys/one.pub", "key"),
    ];
    let expected = [
        "build-tools present /usr/include",
        "build-tools present /usr/lib",
        "cache present /root",
        "documentation present /usr/share/man",
        "package-managers present /etc",
        "source-code present /src",
        "source-code present /srv/.git",
    ];
    assert_eq!(findings(&Case::new(&[&files], "/app/run").compose(None)), expected);
}

#[test]
fn what_was_deleted_is_hidden_and_what_the_base_brings_is_inherited() {
    let (run, vim) = (elf("", &[]), elf(LD, &[]));
    let base = [Program("usr/bin/vim.tiny", &vim), Program("usr/bin/strace", &vim)];
    let above = [Gone("usr/bin/vim.tiny"), Program("app/run", &run), Program("usr/bin/gdb", &vim)];
    let case = Case::new(&[&base, &above], "/app/run");
    assert_eq!(findings(&case.compose(None)), ["debug-tools hidden layer 0", "debug-tools present /usr/bin"]);
    let inherited = case.compose(Some(1));
    let strace = inherited.findings.iter().find(|finding| finding.inherited);
    assert!(strace.is_none(), "one component with something of its own is not inherited as a whole");
    let only = Case::new(&[&base[1..], &[Program("app/run", &run)]], "/app/run");
    assert_eq!(findings(&only.compose(Some(1))), ["debug-tools inherited /usr/bin"]);
}

#[test]
fn files_without_a_byte_are_no_finding() {
    let files = [Program("app/run", &elf("", &[])), File("var/cache/apt/archives/lock", "")];
    assert!(findings(&Case::new(&[&files], "/app/run").compose(None)).is_empty());
}

#[test]
fn what_only_lies_beside_the_application_calls_nothing() {
    let script = b"#!/bin/sh\ngcc-12 main.c\n";
    let tool = elf(LD, &[]);
    let files = [
        Program("app/run", &elf("", &[])),
        Program("app/build.sh", script),
        Program("usr/bin/gcc-12", &tool),
        Program("bin/sh", &tool),
    ];
    let case = Case::new(&[&files], "/app/run");
    assert_eq!(case.chain("usr/bin/gcc-12"), "");
    assert_eq!(findings(&case.compose(None)), ["build-tools present /usr/bin"]);
}

#[test]
fn a_package_without_files_is_a_ghost() {
    let status = status(&[("vim", "")]);
    let files = debian(&status, &[], &[]);
    let mut files = files;
    let run = elf("", &[]);
    files.push(Program("app/run", &run));
    assert_eq!(findings(&Case::new(&[&files], "/app/run").compose(None)), ["debug-tools ghost vim 1"]);
}
