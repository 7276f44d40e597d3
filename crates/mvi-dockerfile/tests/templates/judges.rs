//! hadolint and check-jsonschema, as `tools/set-up.sh` installs them.

use std::path::PathBuf;
use std::process::Command;

use mvi_dockerfile::template::{CLASSES, Class, FileKind, Request};

use super::kitchen::{bases, path_of, request, v13, write};

const DEBIAN: &str = "registry.example/base/bookworm:12.9.1-slim";

/// A program of the environment that verifiers live in.
fn program(name: &str) -> Command {
    let folder =
        std::env::var_os("MVI_VERIFIERS").map_or_else(|| std::env::temp_dir().join("mvi-verifiers"), PathBuf::from);
    let path = folder.join("bin").join(name);
    assert!(path.exists(), "{} is missing; tools/set-up.sh installs it", path.display());
    Command::new(path)
}

/// Every class as it is, with a compiler, and on Debian.
fn check_every(judge: impl Fn(&Class, &Request, &std::path::Path) -> Result<(), String>) {
    for class in CLASSES {
        let plain = request(class, v13(class));
        let mut requests = vec![plain.clone(), Request { native: true, ..plain.clone() }];
        if class.id != "dns" {
            requests.push(Request { native: true, bases: bases(DEBIAN, DEBIAN, DEBIAN), ..plain });
        }
        for request in requests {
            let folder = write(class, &request);
            if let Err(complaint) = judge(class, &request, folder.path()) {
                panic!("{} on {}:\n{complaint}", class.id, request.bases.runtime.reference);
            }
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&text).into_owned()) }
}

#[test]
fn hadolint_finds_nothing_in_any_template() {
    check_every(|_, _, folder| run(program("hadolint").arg("--no-color").arg(path_of(folder, FileKind::Dockerfile))));
}

#[test]
fn compose_files_and_workflows_follow_their_schemas() {
    check_every(|_, _, folder| {
        let schema = |name: &str, kind| {
            run(program("check-jsonschema").args(["--builtin-schema", name]).arg(path_of(folder, kind)))
        };
        schema("vendor.compose-spec", FileKind::Compose)?;
        schema("vendor.github-workflows", FileKind::Ci)
    });
}
