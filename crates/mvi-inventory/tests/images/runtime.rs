//! What an image runs, found from its command.

use mvi_inventory::{Command, detect_runtime};

use crate::image::Entry::{self, File, Link, Program};
use crate::image::tree;

/// Checks `profile libc: word -> word -> …` of an image with these files and this command.
fn check(files: &[Entry<'_>], command: &str, expected: &str) {
    let argv: Vec<String> = command.split('|').map(str::to_owned).collect();
    let command = Command { argv: &argv, search_path: None, working_dir: "/app" };
    let runtime = detect_runtime(&tree(&[files]), &command);
    let words: Vec<&str> = runtime.entry.iter().map(|step| step.word.as_str()).collect();
    let profile = runtime.profile.map_or("none".to_owned(), |profile| format!("{profile:?}"));
    let libc = runtime.libc.map_or("no libc".to_owned(), |libc| format!("{libc:?}"));
    assert_eq!(format!("{profile}, {libc}: {}", words.join(" -> ")), expected);
}

/// A 64-bit little-endian ELF header, with `loader` as `PT_INTERP` unless that is empty.
fn elf(loader: &str) -> Vec<u8> {
    let mut bytes = vec![0; 120];
    bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    (bytes[18], bytes[32], bytes[54], bytes[56]) = (62, 64, 56, 1);
    if !loader.is_empty() {
        (bytes[64], bytes[72], bytes[96]) = (3, 120, loader.len() as u8 + 1);
        bytes.extend_from_slice(loader.as_bytes());
        bytes.push(0);
    }
    bytes
}

const GLIBC: &str = "/lib64/ld-linux-x86-64.so.2";
const MUSL: &str = "/lib/ld-musl-x86_64.so.1";

#[test]
fn a_program_without_a_loader_is_static() {
    check(&[Program("hello", &elf(""))], "/hello|-v", "StaticElf, no libc: /hello");
}

#[test]
fn a_program_with_a_loader_is_dynamic_and_names_its_libc() {
    check(&[Program("app/serve", &elf(MUSL))], "./serve", "DynamicElf, Musl: ./serve");
}

#[test]
fn links_lead_to_the_interpreter() {
    check(
        &[
            Program("usr/bin/python3.12", &elf(GLIBC)),
            Link("usr/bin/python3", "python3.12"),
            Link("usr/local/bin/serve", "/usr/bin/python3"),
        ],
        "serve|app.py",
        "Python, Glibc: serve",
    );
}

#[test]
fn a_script_runs_on_its_interpreter() {
    check(
        &[
            Program("usr/local/bin/gunicorn", b"#!/usr/bin/env python3\nimport x\n"),
            Program("usr/bin/env", &elf(GLIBC)),
            Program("usr/bin/python3", &elf(GLIBC)),
        ],
        "gunicorn|app:app",
        "Python, Glibc: gunicorn -> /usr/bin/env -> python3",
    );
}

#[test]
fn an_entry_script_hands_over_to_the_command() {
    check(
        &[
            Program("docker-entrypoint.sh", b"#!/bin/sh\nset -e\nexec \"$@\"\n"),
            Program("bin/sh", &elf(MUSL)),
            Program("usr/local/bin/node", &elf(MUSL)),
        ],
        "/docker-entrypoint.sh|node|server.js",
        "Node, Musl: /docker-entrypoint.sh -> /bin/sh -> node",
    );
}

#[test]
fn wrappers_are_passed_over() {
    check(
        &[
            Program("sbin/tini", &elf(GLIBC)),
            Program("usr/sbin/gosu", &elf("")),
            Program("usr/sbin/nginx", &elf(GLIBC)),
        ],
        "/sbin/tini|--|gosu|www:www|nginx|-g|daemon off;",
        "StaticWeb, Glibc: /sbin/tini -> gosu -> nginx",
    );
}

#[test]
fn a_shell_text_is_followed() {
    check(
        &[Program("bin/sh", &elf(GLIBC)), Program("usr/bin/java", &elf(GLIBC))],
        "/bin/sh|-c|cd /app && exec java -jar app.jar",
        "Java, Glibc: /bin/sh -> java",
    );
}

#[test]
fn a_release_script_runs_erlang() {
    check(
        &[
            Program("opt/app/bin/app", b"#!/bin/sh\n\"$ERTS_DIR/bin/erlexec\" \"$@\"\n"),
            Program("opt/app/erts-14.2/bin/beam.smp", &elf(MUSL)),
            Program("bin/sh", &elf(MUSL)),
        ],
        "/opt/app/bin/app|foreground",
        "Erlang, Musl: /opt/app/bin/app -> /bin/sh",
    );
}

#[test]
fn a_busybox_applet_is_what_it_is_called() {
    check(&[Program("bin/busybox", &elf(""))], "/bin/busybox|httpd|-f", "StaticWeb, no libc: /bin/busybox -> httpd");
}

#[test]
fn a_shell_alone_tells_nothing() {
    check(&[Program("bin/bash", &elf(GLIBC))], "/bin/bash", "none, Glibc: /bin/bash");
}

#[test]
fn what_is_not_there_tells_nothing() {
    check(&[File("etc/x", "")], "/missing|python3", "none, no libc: /missing");
}

#[test]
fn links_and_scripts_in_circles_end() {
    check(
        &[Link("a", "/b"), Link("b", "/a"), Program("c", b"#!/c\n")],
        "/c",
        &format!("none, no libc: {}", vec!["/c"; 16].join(" -> ")),
    );
    check(&[Link("a", "/b"), Link("b", "/a")], "/a", "none, no libc: /a");
}

#[test]
fn stars_in_a_command_text_lead_to_the_only_file_of_that_form() {
    let release = [Program("opt/app/erts-14.2/bin/erl", &elf(GLIBC)), File("opt/app/erts-14.2/README", "")];
    check(
        &release,
        "/bin/sh|-c|exec /opt/app/erts-*/bin/erl -boot start",
        "Erlang, Glibc: /bin/sh -> /opt/app/erts-*/bin/erl",
    );
    let two = [Program("a1/erl", &elf(GLIBC)), Program("a2/erl", &elf(GLIBC))];
    check(&two, "/bin/sh|-c|exec /a*/erl", "Erlang, no libc: /bin/sh -> /a*/erl");
}

#[test]
fn what_the_last_program_is_given_is_kept() {
    let files = [
        Program("usr/bin/python3", &elf(GLIBC)),
        Program("app/run", b"#!/usr/bin/env python3\nimport x\n"),
        Program("usr/bin/env", &elf(GLIBC)),
    ];
    let tree = tree(&[&files]);
    let given = |argv: &[&str]| {
        let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
        let command = Command { argv: &argv, search_path: None, working_dir: "/app" };
        detect_runtime(&tree, &command).arguments.join("|")
    };
    assert_eq!(given(&["python3", "main.py", "-v"]), "main.py|-v");
    assert_eq!(given(&["/app/run", "serve"]), "/app/run|serve");
    assert_eq!(given(&[]), "");
}
