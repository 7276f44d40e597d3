//! `mvi inventory`: the table that was made by hand, what follows from it, and repositories that mean harm.

use std::process::{Command, Output};

use serde_json::Value;

use crate::acceptance;
use crate::desk::{Desk, text};

fn run(desk: &Desk, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("mvi"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", desk.path(".")).current_dir(desk.path("."));
    command.arg("inventory").args(arguments).output().unwrap()
}

fn report(desk: &Desk) -> Value {
    let output = run(desk, &["--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[test]
fn the_table_made_by_hand_comes_out_row_by_row() {
    let desk = acceptance::desk();
    let report = report(&desk);
    let schema: Value = serde_json::from_str(include_str!("../../schema/mvi-inventory-1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let rows = report["dockerfiles"].as_array().unwrap();
    let row = |row: &Value| {
        let word = |key: &str| row[key].as_str().unwrap().to_owned();
        format!("{} | {} | {} | {}", word("path"), word("base"), word("purpose"), word("state"))
    };
    assert_eq!(
        rows.iter().map(row).collect::<Vec<_>>(),
        [
            "Dockerfile | EMQX OTP 28 Alpine | Main production (3-stage) | ACTIVE",
            "docker-swarm/services/Dockerfile.base | OTP 28 Alpine | Swarm base | CONSOLIDATE",
            "docker/Dockerfile.cluster | OTP 27 Alpine | Clustering build | NEEDS UPDATE",
            "docker/Dockerfile.production | OTP 26 Alpine | Legacy production | DEPRECATED",
            "ci/Dockerfile.tcps | OTP 27 | TCPS testing | SPECIALIZED",
            "Dockerfile.dev | OTP 26 Alpine | Development | KEEP",
        ]
    );
    let users: Vec<String> = rows[0]["uses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|usage| {
            format!("{} {}:{}", usage["kind"].as_str().unwrap(), usage["file"].as_str().unwrap(), usage["line"])
        })
        .collect();
    assert_eq!(
        users,
        ["ci .github/workflows/docker.yml:9", "compose docker-compose.yml:3", "kubernetes k8s/erlmcp.yaml:12"]
    );
    let orphaned: Vec<_> =
        rows.iter().filter(|row| row["orphaned"] == true).map(|row| row["path"].as_str().unwrap()).collect();
    assert_eq!(orphaned, ["docker/Dockerfile.cluster", "docker/Dockerfile.production", "Dockerfile.dev"]);
    assert_eq!(report["bases"][0]["reference"], "alpine:3.20");
}

#[test]
fn files_that_could_be_one_are_written_as_one_that_builds_the_same_stages() {
    let desk = acceptance::desk();
    let output = run(&desk, &["--write", "merged/Dockerfile"]);
    assert_eq!(output.status.code(), Some(3), "a folder that is not there");
    let output = run(&desk, &["--write", "Dockerfile.merged"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let merged = desk.read("Dockerfile.merged");
    let file = mvi_dockerfile::Dockerfile::parse(merged.as_bytes());
    assert_eq!(file.problems(), &[], "{merged}");
    let stages: Vec<_> = file.stages().iter().map(|stage| stage.name.as_ref().unwrap().text.clone()).collect();
    for stage in ["builder", "runtime", "debug", "swarm-base", "cluster"] {
        assert!(stages.iter().any(|name| name == stage), "{stage}: {stages:?}");
    }
    assert!(merged.ends_with("FROM runtime AS default\n"), "the same is built by default");
    // No finding of the build itself, and no error that the files did not have before.
    let select = ["Dockerfile.merged", "--no-shellcheck", "--select", "build,DL1000,MVI3022,MVI3023,MVI3024"];
    let own = desk.read("Dockerfile").lines().count();
    let line = |finding: &String| finding.split([':', ' ']).nth(1).and_then(|line| line.parse::<usize>().ok()).unwrap();
    let new: Vec<String> = desk.found(&select).into_iter().filter(|finding| line(finding) > own).collect();
    assert_eq!(new, Vec::<String>::new());
    assert!(desk.found(&["Dockerfile.merged", "--no-shellcheck", "--select", "REC-07"]).is_empty());
    // Nothing is written over by chance, and what was written is not taken for the repository's own.
    let again = run(&desk, &["--write", "Dockerfile.merged"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("--force"), "{}", text(&again.stderr));
    assert_eq!(run(&desk, &["--write", "Dockerfile.merged", "--force"]).status.code(), Some(0));
}

#[test]
fn every_format_says_the_same_and_keeps_its_manners() {
    let desk = acceptance::desk();
    let shown = text(&run(&desk, &[]).stdout);
    for word in
        ["6 Dockerfiles", "DEPRECATED", "nothing here builds or runs it", "becomes --target cluster", "not pinned"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    let markdown = text(&run(&desk, &["--format", "markdown"]).stdout);
    let row = "| docker/Dockerfile.production | OTP 26 Alpine | Legacy production | DEPRECATED | nobody |  |";
    assert!(markdown.contains(row), "{markdown}");
}

#[test]
fn the_last_commit_comes_from_git() {
    let desk = Desk::new(&[("app/Dockerfile", "FROM alpine:3.21\n")]);
    for arguments in [
        &["init", "-q", "."][..],
        &["add", "."],
        &["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "Add the image"],
    ] {
        let mut command = Command::new("/usr/bin/git");
        command.env_clear().env("HOME", desk.path(".")).env("GIT_COMMITTER_DATE", "2026-02-02T10:00:00Z");
        assert!(command.args(arguments).current_dir(desk.path(".")).status().unwrap().success());
    }
    let commit = &report(&desk)["dockerfiles"][0]["commit"];
    assert_eq!((&commit["subject"], &commit["at"]), (&"Add the image".into(), &"2026-02-02T10:00:00Z".into()));
}

#[test]
fn wrong_use_and_what_cannot_be_read_are_told_apart() {
    let desk = Desk::new(&[("Dockerfile", "FROM alpine:3.21\n")]);
    assert_eq!(run(&desk, &[]).status.code(), Some(0));
    assert_eq!(run(&desk, &["Dockerfile"]).status.code(), Some(2));
    assert_eq!(run(&desk, &["--runtime", "go"]).status.code(), Some(2));
    assert_eq!(run(&desk, &["--write", "x"]).status.code(), Some(2));
    assert_eq!(run(&desk, &["gone"]).status.code(), Some(3));
    let help = text(&run(&desk, &["--help"]).stdout);
    assert!(help.contains("Examples:\n  mvi inventory") && help.contains("Exit codes: "), "{help}");
    let empty = Desk::new(&[("README.md", "")]);
    assert_eq!(text(&run(&empty, &[]).stdout), "There is no Dockerfile here.\n");
}

#[test]
fn repositories_that_mean_harm_do_none() {
    let long = format!("services: {{a: {{build: {{context: \"{}\"}}}}}}\n", "../".repeat(4000));
    let desk = Desk::new(&[
        ("a/Dockerfile", "FROM \u{1b}[31mred\u{7}\nRUN x\n"),
        ("b/Dockerfile", ""),
        ("compose.yaml", &long),
        ("Makefile", &"docker build \\\n".repeat(50_000)),
        ("docker-bake.hcl", &"target \"a\" {\n tags = [\n".repeat(5_000)),
        ("docker-bake.json", "{\"target\": {\"a\": {\"inherits\": [\"a\"], \"context\": 7}}}"),
        (".gitlab-ci.yml", &"[".repeat(100_000)),
    ]);
    desk.write("c/Dockerfile", b"\x00\xff\xfe\x7fELF");
    std::os::unix::fs::symlink("..", desk.path("a/up")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", desk.path("a/Dockerfile.zero")).unwrap();
    std::os::unix::fs::symlink("gone", desk.path("a/Dockerfile.gone")).unwrap();
    let output = run(&desk, &[]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(shown.contains("3 Dockerfiles") && !shown.contains('\u{1b}'), "{shown}");
    // What is too large is said to be, and the rest is there.
    desk.write("d/Dockerfile", &vec![b'#'; 3 << 20]);
    let output = run(&desk, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("d/Dockerfile") && text(&output.stdout).contains("3 Dockerfiles"));
}
