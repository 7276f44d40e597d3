//! What is reached beside the program: health checks, volumes, settings, class paths, names of libraries, built-in packages.

use std::io::{Cursor, Write as _};
use std::process::Command;

use mvi_closure::{Advice, Decision, FloorBase, Link as Way, Thing};
use zip::write::SimpleFileOptions;

use crate::elf::{elf, library};
use crate::flow::LD;
use crate::image::Entry::{self, File, Link, Program};
use crate::{Case, decision};

/// How surely a path is reached, and by what way.
fn way(case: &Case, path: &str) -> String {
    let node = case.tree.find(path.as_bytes()).unwrap();
    let closure = case.close();
    closure.mark(Thing::File(node)).map_or_else(String::new, |mark| format!("{:?} {:?}", mark.strength, mark.link))
}

/// An image with a program and two clients beside it.
fn case<'a>(more: &[Entry<'a>], body: &'a [u8], health: &[&str]) -> Case {
    let mut files = vec![Program("app/run", body), Program("usr/bin/curl", body), Program("bin/bash", body)];
    files.push(Program("bin/sh", body));
    files.extend_from_slice(more);
    let health = health.iter().map(|word| (*word).to_owned()).collect();
    Case { health, ..Case::new(&[&files], "/app/run") }
}

fn advice(case: &Case) -> Vec<String> {
    let line = |advice: &Advice| format!("{} {}: {}", advice.code, advice.path, advice.text);
    case.compose(None).advice.iter().map(line).collect()
}

#[test]
fn a_health_check_reaches_its_program_and_its_shell() {
    let body = elf("", &[]);
    let exec = case(&[], &body, &["CMD", "curl", "-f", "http://localhost/"]);
    assert_eq!(way(&exec, "usr/bin/curl"), "Included Health");
    assert_eq!(way(&exec, "bin/sh"), "");
    let shell = case(
        &[Program("usr/bin/grep", &body)],
        &body,
        &["CMD-SHELL", "grep -q a /b | curl http://localhost/ || exit 1"],
    );
    assert_eq!(way(&shell, "bin/sh"), "Included Health");
    assert_eq!(way(&shell, "usr/bin/curl"), "Possible Health");
    assert_eq!(way(&shell, "usr/bin/grep"), "Included Health");
    for none in [&["NONE"][..], &[], &["CMD"], &["CMD", ""], &["CMD-SHELL"], &["?", "curl"]] {
        assert_eq!(way(&case(&[], &body, none), "usr/bin/curl"), "", "{none:?}");
    }
}

#[test]
fn a_shell_and_a_client_that_nothing_runs_are_advised_against() {
    let body = elf("", &[]);
    let idle = "nothing that the image starts uses it";
    let both = [format!("REC-02 /bin/bash: {idle}"), format!("REC-03 /usr/bin/curl: {idle}")];
    assert_eq!(advice(&case(&[], &body, &[])), both);
    let health = case(&[], &body, &["CMD", "curl", "http://localhost/"]);
    assert_eq!(advice(&health)[1], "REC-03 /usr/bin/curl: only the health check uses it");
    // Whoever is called by what starts is needed, health check or not.
    let start = b"#!/bin/bash\ncurl http://a/\nexec /app/run\n";
    let files = [
        Program("app/start", start),
        Program("app/run", &body),
        Program("bin/bash", &body),
        Program("usr/bin/curl", &body),
    ];
    let called = Case { health: vec!["CMD".into(), "curl".into()], ..Case::new(&[&files], "/app/start") };
    assert_eq!(advice(&called), Vec::<String>::new());
    // A link to busybox is no program of its own, and where nobody knows what runs nobody advises.
    let applet = [Program("bin/busybox", &body[..]), Link("usr/bin/curl", "/bin/busybox"), Program("app/run", &body)];
    assert_eq!(advice(&Case::new(&[&applet], "/app/run")), Vec::<String>::new());
    assert_eq!(advice(&Case::new(&[&[Program("bin/bash", &body)]], "")), Vec::<String>::new());
}

#[test]
fn what_lies_in_a_volume_may_be_read() {
    let body = elf("", &[]);
    let more = [File("data/seed.sql", "x"), Program("data/tool", &body), Program("opt/tool", &body)];
    let volumes = vec!["/data".into(), "/".into(), "/missing".into(), "/usr".into()];
    let case = Case { volumes, ..case(&more, &body, &[]) };
    assert_eq!(way(&case, "data/seed.sql"), "Possible Volume");
    assert_eq!(way(&case, "data/tool"), "Possible Volume");
    assert_eq!(way(&case, "opt/tool"), "", "a volume at the root is no word about what is in it");
}

#[test]
fn settings_name_modules_documents_and_further_settings() {
    let (body, module) = (elf("", &[]), library(&[]));
    let main = "load_module modules/ngx_a.so;\nhttp {\n  include /opt/site/*.conf;\n  root /srv/page;\n}\n";
    let files = [
        Program("usr/sbin/nginx", &body),
        File("etc/nginx/nginx.conf", main),
        File("opt/site/one.conf", "root /srv/unread;\n"),
        File("srv/page/index.html", "x"),
        File("srv/unread/index.html", "x"),
        Program("usr/lib/nginx/modules/ngx_a.so", &module),
        Program("usr/lib/nginx/modules/ngx_b.so", &module),
    ];
    let case = Case::new(&[&files], "nginx");
    assert_eq!(way(&case, "usr/lib/nginx/modules/ngx_a.so"), "Included Listed");
    assert_eq!(way(&case, "usr/lib/nginx/modules/ngx_b.so"), "Possible Opens");
    assert_eq!(way(&case, "srv/page/index.html"), "Included Listed");
    assert_eq!(way(&case, "opt/site/one.conf"), "Included Listed");
    assert_eq!(way(&case, "srv/unread/index.html"), "", "the texts of such files are not kept");
    let files = [
        Program("usr/bin/redis-server", &body),
        File("etc/redis.conf", "loadmodule /opt/m/search.so A 1\n"),
        Program("opt/m/search.so", &module),
    ];
    let redis = Case::new(&[&files], "redis-server|/etc/redis.conf");
    assert_eq!(redis.chain("opt/m/search.so"), "/usr/bin/redis-server > /etc/redis.conf > /opt/m/search.so");
    let files = [
        Program("usr/local/bin/php", &body),
        File("usr/local/etc/php/conf.d/gd.ini", "extension=gd\n"),
        Program("usr/local/lib/php/extensions/no-debug/gd.so", &module),
        File("app/index.php", "<?php"),
        File("app/lib/a.php", "<?php"),
    ];
    let php = Case::new(&[&files], "php|index.php");
    assert_eq!(way(&php, "usr/local/lib/php/extensions/no-debug/gd.so"), "Included Listed");
    assert_eq!(way(&php, "app/index.php"), "Included Given { word: \"index.php\" }");
    assert_eq!(way(&php, "app/lib/a.php"), "Included Application");
}

#[test]
fn node_looks_into_the_folders_of_its_path() {
    let (node, ld) = (elf(LD, &[]), library(&[]));
    let files = [
        Program("usr/bin/node", &node),
        Program("lib64/ld-linux-x86-64.so.2", &ld),
        File("app/package.json", r#"{"name":"app","version":"1","dependencies":{"web":"1"}}"#),
        File("app/server.js", "require('web')"),
        File("opt/other/web/package.json", r#"{"name":"web","version":"1"}"#),
        File("opt/node_modules/web/package.json", r#"{"name":"web","version":"2"}"#),
    ];
    let case = Case::new(&[&files], "node|server.js");
    assert_eq!(decision(&case.compose(None), "web 2"), Some(Decision::Prohibit));
    let named = Case { environment: vec!["NODE_PATH=/nowhere:/opt/node_modules/".into()], ..case };
    assert_eq!(decision(&named.compose(None), "web 2"), Some(Decision::Include));
}

/// An archive with a manifest, and with other archives in it.
fn jar(class_path: &str, inner: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    writer.start_file("META-INF/MANIFEST.MF", plain).unwrap();
    write!(writer, "Manifest-Version: 1.0\nClass-Path: {class_path}\nImplementation-Version: 1\n").unwrap();
    for (name, bytes) in inner {
        writer.start_file(*name, plain).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_manifest_leads_to_archives_and_those_to_others() {
    let java = elf(LD, &[]);
    let (own, first, second) = (
        jar("lib/a.jar lib/\n none.jar http://x/y.jar", &[("in/c-1.jar", &jar("", &[]))]),
        jar("../deep/b.jar a.jar", &[]),
        jar("", &[]),
    );
    let files = [
        Program("usr/bin/java", &java),
        Program("lib64/ld-linux-x86-64.so.2", &library(&[])),
        Program("srv/app.jar", &own),
        Program("srv/lib/a.jar", &first),
        Program("srv/lib/config.txt", b"x"),
        Program("srv/deep/b.jar", &second),
        Program("opt/idle.jar", &second),
    ];
    let case = Case::new(&[&files], "java|-jar|/srv/app.jar");
    assert_eq!(case.chain("srv/deep/b.jar"), "/usr/bin/java > /srv/app.jar > /srv/lib/a.jar > /srv/deep/b.jar");
    assert_eq!(way(&case, "srv/deep/b.jar"), "Included Listed");
    assert_eq!(way(&case, "opt/idle.jar"), "");
    // An archive that lies in another owns no file; it is needed as the one that holds it.
    let composition = case.compose(None);
    let packages = case.inventory.packages.iter().zip(&composition.packages);
    let of = |name: &str| packages.clone().find(|(package, _)| package.name == name).map(|(_, decision)| *decision);
    assert_eq!(of("c"), Some(Decision::Include), "{:?}", case.inventory.packages);
}

#[test]
fn a_library_that_is_named_in_a_program_which_opens_libraries_is_possible() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.c");
    let text = "#include <dlfcn.h>\nint main(void) { return dlopen(\"libplug.so.2\", 2) != 0; }\n";
    std::fs::write(&source, text).unwrap();
    let program = folder.path().join("a");
    let built = Command::new("gcc").arg(&source).arg("-o").arg(&program).arg("-ldl").status().unwrap();
    assert!(built.success());
    let program = std::fs::read(program).unwrap();
    let (plug, other) = (library(&["libdeep.so"]), library(&[]));
    let files = [
        Program("app/run", &program),
        Program("opt/plug/libplug.so.2", &plug),
        Program("usr/lib/libdeep.so", &other),
        Program("opt/plug/libother.so.2", &other),
    ];
    let case = Case::new(&[&files], "/app/run");
    assert_eq!(way(&case, "opt/plug/libplug.so.2"), format!("Possible {:?}", Way::Opens));
    assert!(way(&case, "usr/lib/libdeep.so").starts_with("Possible Needs"));
    assert_eq!(way(&case, "opt/plug/libother.so.2"), "");
}

#[test]
fn without_a_class_the_floor_is_the_closure_alone() {
    let body = elf("", &[]);
    let case = Case::new(&[&[Program("app/run", &body), Program("app/idle", &body)]], "/app/run");
    let floor = |floor_base| {
        let case =
            Case { floor_base, ..Case::new(&[&[Program("bin/run", &body), Program("bin/idle", &body)]], "/bin/run") };
        let composition = case.compose(None);
        (composition.floor_estimate_mb, composition.floor_unknown)
    };
    let (scratch, _) = floor(FloorBase::Scratch);
    assert!((scratch.unwrap() - body.len() as f64 / 2e6).abs() < 1e-9);
    assert!(floor(FloorBase::Unknown).1.unwrap().contains("not known"));
    // The runtime counts where no base brings it.
    let java =
        [Program("opt/jdk/bin/java", &body[..]), File("opt/jdk/lib/modules", "classes"), Program("srv/a.jar", b"PK")];
    let of = |floor_base| {
        let case = Case { floor_base, ..Case::new(&[&java], "/opt/jdk/bin/java|-jar|/srv/a.jar") };
        case.compose(None).floor_estimate_mb.unwrap()
    };
    assert!(of(FloorBase::Scratch) > 0.0 && of(FloorBase::OfClass(0.0)) < of(FloorBase::Scratch));
    assert!(case.is_known());
}

#[test]
fn every_package_of_the_inventory_has_a_decision() {
    let status = "Package: idle\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n";
    let case = Case::new(&[&[File("var/lib/dpkg/status", status), Program("app/run", &elf("", &[]))]], "/app/run");
    assert_eq!(case.compose(None).packages, [Decision::Prohibit], "its record is read, and nothing of it is there");
}
