//! What programs of languages reach: imports, manifests, releases, class paths.

use mvi_closure::Decision;

use crate::elf::{elf, library};
use crate::flow::LD;
use crate::image::Entry::{self, File, Program};
use crate::{Case, decision};

fn check(files: &[Entry<'_>], command: &str, expected: &[(&str, Decision)]) {
    let composition = Case::new(&[files], command).compose(None);
    for (name, wanted) in expected {
        let names: Vec<&str> = composition.components.iter().map(|component| component.name.as_str()).collect();
        assert_eq!(decision(&composition, name), Some(*wanted), "{name} of {names:?}");
    }
}

const SITE: &str = "usr/lib/python3.11/site-packages";

#[test]
fn python_reaches_what_it_imports_and_what_that_requires() {
    let metadata = |name: &str, needs: &str| format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{needs}\n");
    let record = |name: &str| format!("{name}/__init__.py,,\n{name}-1.dist-info/METADATA,,\n");
    let mut texts = Vec::new();
    for (name, needs) in [("web", "Requires-Dist: core\n"), ("core", ""), ("idle", ""), ("late", "")] {
        texts.push((format!("{SITE}/{name}-1.dist-info/METADATA"), metadata(name, needs)));
        texts.push((format!("{SITE}/{name}-1.dist-info/RECORD"), record(name)));
        texts.push((format!("{SITE}/{name}/__init__.py"), "import os\n".to_owned()));
    }
    let (python, ssl, ld) = (elf(LD, &[]), library(&["libssl.so.3"]), library(&[]));
    let mut files: Vec<Entry<'_>> = texts.iter().map(|(path, text)| File(path, text)).collect();
    files.extend([
        Program("usr/bin/python3.11", &python),
        Program("lib64/ld-linux-x86-64.so.2", &ld),
        Program("usr/lib/libssl.so.3", &ld),
        File("usr/lib/python3.11/os.py", "x = 1\n"),
        Program("usr/lib/python3.11/lib-dynload/_ssl.so", &ssl),
        File("usr/lib/python3.11/test/test_os.py", "import idle\n"),
        File("app/main.py", "import helper\n"),
        File("app/helper.py", "def run():\n    from web import serve\n"),
    ]);
    let command = "/usr/bin/python3.11|main.py";
    check(
        &files,
        command,
        &[
            ("web 1", Decision::Include),
            ("core 1", Decision::Include),
            ("idle 1", Decision::Possible),
            ("/app", Decision::Include),
        ],
    );
    let case = Case::new(&[&files], command);
    assert_eq!(
        case.chain(&format!("{SITE}/core/__init__.py")),
        "/usr/bin/python3.11 > /app/main.py > /app/helper.py > web 1 > core 1"
    );
    let way = "/usr/bin/python3.11 > /usr/lib/python3.11/lib-dynload/_ssl.so > /usr/lib/libssl.so.3";
    assert_eq!(case.chain("usr/lib/libssl.so.3"), way);
    assert_eq!(case.chain("usr/lib/python3.11/test/test_os.py"), "");
}

#[test]
fn node_reaches_the_production_closure_of_its_manifest() {
    let manifest = |name: &str, more: &str| format!(r#"{{"name":"{name}","version":"1"{more}}}"#);
    let app = manifest("app", r#","dependencies":{"web":"1"},"devDependencies":{"jest":"1"}"#);
    let web = manifest("web", r#","dependencies":{"core":"1"}"#);
    let (core, jest, other) = (manifest("core", ""), manifest("jest", ""), manifest("core", ""));
    let node = elf(LD, &[]);
    let ld = library(&[]);
    let files = [
        Program("usr/bin/node", &node),
        Program("lib64/ld-linux-x86-64.so.2", &ld),
        File("app/package.json", &app),
        File("app/server.js", "require('web')"),
        File("app/node_modules/web/package.json", &web),
        File("app/node_modules/web/node_modules/core/package.json", &core),
        File("app/node_modules/core/package.json", &other),
        File("app/node_modules/jest/package.json", &jest),
    ];
    let composition = Case::new(&[&files], "node|server.js").compose(None);
    let of = |path: &str| {
        let packages = composition.components.iter().filter(|component| component.name == path);
        packages.map(|component| component.decision).collect::<Vec<_>>()
    };
    assert_eq!(of("web 1"), [Decision::Include]);
    assert_eq!(of("jest 1"), [Decision::Prohibit]);
    let mut cores = of("core 1");
    cores.sort();
    assert_eq!(cores, [Decision::Include, Decision::Prohibit], "the nearer one is required");
}

#[test]
fn a_release_reaches_the_applications_that_it_lists() {
    let app = |name: &str| format!("{{application,{name},[{{vsn,\"1\"}}]}}.");
    let (kernel, spare) = (app("kernel"), app("spare"));
    let release = "{release,{\"a\",\"1\"},{erts,\"14.2\"},[{kernel,\"1\"}]}.";
    let (beam, ld) = (elf(LD, &[]), library(&[]));
    let files = [
        Program("opt/a/erts-14.2/bin/beam.smp", &beam),
        Program("opt/a/erts-14.2/bin/erlexec", &beam),
        Program("lib64/ld-linux-x86-64.so.2", &ld),
        File("opt/a/releases/1/a.rel", release),
        File("opt/a/lib/kernel-1/ebin/kernel.app", &kernel),
        File("opt/a/lib/spare-1/ebin/spare.app", &spare),
    ];
    check(&files, "/opt/a/erts-14.2/bin/erlexec", &[("kernel 1", Decision::Include), ("spare 1", Decision::Prohibit)]);
}

#[test]
fn a_module_that_begins_as_a_script_asks_no_interpreter() {
    let (python, env, ld) = (elf(LD, &[]), elf(LD, &[]), library(&[]));
    let files = [
        Program("usr/bin/python3.11", &python),
        Program("usr/bin/env", &env),
        Program("lib64/ld-linux-x86-64.so.2", &ld),
        Program("usr/lib/python3.11/os.py", b"#!/usr/bin/env python3.11\n"),
        Program("app/main.py", b"#!/usr/bin/env python3.11\nimport os\n"),
    ];
    assert_eq!(Case::new(&[&files], "python3.11|main.py").chain("usr/bin/env"), "");
    assert_ne!(Case::new(&[&files], "/app/main.py").chain("usr/bin/env"), "");
}
