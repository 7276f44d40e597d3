//! What a file is judged with besides itself: the standard, `.dockerignore`, who builds it, what its repository does.

use crate::desk::{Desk, text};

/// Findings of some rules in some files.
fn check(files: &[(&str, &str)], arguments: &[&str], expected: &[&str]) {
    let desk = Desk::new(files);
    let found: Vec<String> = desk.found(arguments);
    assert_eq!(found, expected, "{arguments:?}");
}

#[test]
fn bases_are_judged_by_the_standard() {
    let files = [("Dockerfile", "FROM alpine:3.20.3\n"), ("b/Dockerfile", "FROM docker.io/library/debian:12.9\n")];
    check(&files, &["--select", "sovereignty"], &["Dockerfile:1 SOV-1", "b/Dockerfile:1 SOV-5"]);
    // The standard's own patterns decide, not names that look alike.
    check(&[("Dockerfile", "FROM nginx:1.27.3-alpine-perl\n")], &["--select", "SOV"], &["Dockerfile:1 SOV-1"]);
    check(&[("Dockerfile", "FROM gcr.io/distroless/cc-debian12:nonroot\n")], &["--select", "SOV"], &[]);
    check(
        &[("Dockerfile", "FROM golang:1.19.3 AS b\nRUN x\nFROM alpine:3.21.3\nCOPY --from=b /x /x\n")],
        &["--select", "W-BUILDER-BASE"],
        &["Dockerfile:1 W-BUILDER-BASE"],
    );
}

#[test]
fn another_standard_is_named_by_a_flag_or_in_mvi_toml() {
    let other = "extends = \"V13\"\n[standard]\nid = \"V14\"\n\n[[banned]]\npattern = \"busybox:*\"\n\
                 use_instead = \"alpine:3.21\"\nnote = \"no\"\noverridable = false\norigin = \"derived\"\n";
    let files = [("Dockerfile", "FROM busybox:1.36.1\n"), ("law/team.toml", other)];
    check(&files, &["--select", "SOV"], &["Dockerfile:1 SOV-1"]);
    check(&files, &["--select", "SOV", "--standard", "law/team.toml"], &["Dockerfile:1 SOV-5"]);
    let toml = [files[0], files[1], ("mvi.toml", "[lint]\nstandard = \"law/team.toml\"\n")];
    check(&toml, &["--select", "SOV"], &["Dockerfile:1 SOV-5"]);
    check(&toml, &["--select", "SOV", "--standard", "V13"], &["Dockerfile:1 SOV-1"]);
}

#[test]
fn bases_are_pinned_as_a_lock_says_and_organisms_labelled_as_mvi_toml_asks() {
    let digest = format!("sha256:{}", "1".repeat(64));
    let lock = format!("[bases]\n\"alpine:3.21\" = \"{digest}\"\n");
    let toml = "[lint]\nlock = \"bases.toml\"\norganism_labels = [\"team.owner\"]\n";
    let desk = Desk::new(&[("Dockerfile", "FROM alpine:3.21\n"), ("bases.toml", &lock), ("mvi.toml", toml)]);
    assert_eq!(desk.found(&["--select", "REC-04,SOV-4"]), ["Dockerfile:1 SOV-4", "Dockerfile:1 REC-04"]);
    desk.run(&["--select", "REC-04", "--fix"]);
    assert_eq!(desk.read("Dockerfile"), format!("FROM alpine:3.21@{digest}\n"));
    desk.write("Dockerfile", b"FROM alpine:3.21.8\nLABEL team.owner=core\n");
    assert_eq!(desk.found(&["--select", "REC-04,SOV-4"]), [""; 0]);
    assert_eq!(desk.run(&["--lock", "gone.toml"]).status.code(), Some(3));
    let platforms =
        "[lint]\nplatforms = [\"linux/riscv64\"]\n[lint.base_platforms]\n\"alpine:3.21\" = [\"linux/amd64\"]\n";
    let files = [("Dockerfile", "FROM alpine:3.21\n"), ("mvi.toml", platforms)];
    check(&files, &["--select", "InvalidBaseImagePlatform"], &["Dockerfile:1 MVI5014"]);
}

#[test]
fn a_standard_that_cannot_be_read_matters_only_to_rules_that_need_one() {
    let desk = Desk::new(&[("Dockerfile", "FROM alpine:3.20.3\n"), ("mvi.toml", "[lint]\nstandard = \"gone.toml\"\n")]);
    let output = desk.run(&["--select", "SOV"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("gone.toml"), "{}", text(&output.stderr));
    assert_eq!(desk.run(&["--select", "DL3006"]).status.code(), Some(0));
}

#[test]
fn files_that_dockerignore_keeps_out_cannot_be_copied() {
    let dockerfile = "FROM alpine:3.21.3\nCOPY notes/a /a\n";
    let select = ["--select", "MVI5010"];
    let both: &[&str] = &["Dockerfile:2 MVI5010"];
    check(&[("Dockerfile", dockerfile)], &select, &[]);
    check(&[("Dockerfile", dockerfile), (".dockerignore", "notes\n")], &select, both);
    check(&[("Dockerfile", dockerfile), ("Dockerfile.dockerignore", "notes\n")], &select, both);
    // The file's own wins over the folder's.
    check(
        &[("Dockerfile", dockerfile), (".dockerignore", "notes\n"), ("Dockerfile.dockerignore", "docs\n")],
        &select,
        &[],
    );
    // What a pipeline builds from the top is kept out by the file at the top.
    check(
        &[
            ("docker/Dockerfile", dockerfile),
            (".dockerignore", "notes\n"),
            (".gitlab-ci.yml", "image:\n  script:\n    - docker build -f docker/Dockerfile .\n"),
        ],
        &select,
        &["docker/Dockerfile:2 MVI5010"],
    );
}

const STAGES: &str =
    "FROM alpine:3.21.3 AS runtime\nRUN true\n\nFROM alpine:3.21.3 AS extra\nRUN apk add --no-cache bash=5.2\n";

#[test]
fn what_no_runtime_target_reaches_is_never_a_finding_about_what_ships() {
    let select = ["--select", "REC-02"];
    let last: &[&str] = &["Dockerfile:5 REC-02"];
    check(&[("Dockerfile", STAGES)], &select, last);
    for (path, user) in [
        ("compose.yaml", "services:\n  a:\n    build: {context: ., target: runtime}\n"),
        (".gitlab-ci.yml", "image:\n  script:\n    - docker build --target runtime -t a .\n"),
        ("docker-bake.hcl", "target \"a\" {\n  context = \".\"\n  target = \"runtime\"\n}\n"),
        ("docker-bake.json", "{\"target\": {\"a\": {\"context\": \".\", \"target\": \"runtime\"}}}\n"),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {context: ., target: runtime}\n",
        ),
        (
            ".github/workflows/b.yml",
            "jobs:\n  a:\n    steps:\n      - run: |\n          docker buildx build \\\n            --target runtime .\n",
        ),
        ("Makefile", "image:\n\tdocker build --target=runtime .\n"),
    ] {
        check(&[("Dockerfile", STAGES), (path, user)], &select, &[]);
        check(&[("Dockerfile", STAGES), (path, user)], &["--select", "REC-02", "--target", "extra"], last);
    }
    // A second build that names no stage builds the last one.
    let two = "services:\n  a:\n    build: {context: ., target: runtime}\n  b:\n    build: .\n";
    check(&[("Dockerfile", STAGES), ("compose.yaml", two)], &select, last);
    // Nor is it known which one a variable names.
    let variable = "services:\n  a:\n    build: {context: ., target: \"${STAGE}\"}\n";
    check(&[("Dockerfile", STAGES), ("compose.yaml", variable)], &select, last);
}

#[test]
fn a_debug_stage_may_come_last_where_every_build_names_its_target() {
    let dockerfile = "FROM alpine:3.21.3 AS runtime\nRUN true\n\nFROM runtime AS debug\nRUN apk add --no-cache vim\n";
    let select = ["--select", "REC-07"];
    check(&[("Dockerfile", dockerfile)], &select, &["Dockerfile:4 REC-07"]);
    let named = "services:\n  a:\n    build: {context: ., target: runtime}\n";
    check(&[("Dockerfile", dockerfile), ("compose.yaml", named)], &select, &[]);
    let bare = (".gitlab-ci.yml", "image:\n  script:\n    - docker build -t a .\n");
    check(&[("Dockerfile", dockerfile), ("compose.yaml", named), bare], &select, &["Dockerfile:4 REC-07"]);
}

#[test]
fn elixir_is_no_use_where_nothing_is_written_in_it() {
    let dockerfile = ("app/Dockerfile", "FROM ghcr.io/emqx/erlang:28.3.1-elixir-1.17.3-alpine\nRUN rebar3 release\n");
    let select = ["--select", "REC-01"];
    check(&[dockerfile], &select, &["app/Dockerfile:1 REC-01"]);
    check(&[dockerfile, ("lib/a.ex", "")], &select, &[]);
    check(&[dockerfile, ("mix.exs", "")], &select, &[]);
    // Without a repository nobody knows.
    check(&[dockerfile], &["app/Dockerfile", "--select", "REC-01"], &[]);
}

#[test]
fn what_pipelines_do_not_do_with_the_image_they_build_is_told_where_it_begins() {
    let dockerfile = ("Dockerfile", "FROM alpine:3.21.3\nRUN true\n");
    let select = ["--select", "REC-05,REC-08,REC-10,REC-12,REC-13,REC-14"];
    check(&[dockerfile], &select, &[]);
    let bare = "jobs:\n  a:\n    steps:\n      - run: docker build -t a .\n      # - run: trivy image a\n";
    let workflow = ".github/workflows/a.yml";
    check(
        &[dockerfile, ("other/Dockerfile", dockerfile.1), (workflow, bare)],
        &select,
        &[
            "Dockerfile:1 REC-05",
            "Dockerfile:1 REC-08",
            "Dockerfile:1 REC-10",
            "Dockerfile:1 REC-12",
            "Dockerfile:1 REC-13",
            "Dockerfile:1 REC-14",
        ],
    );
    let full = "jobs:\n  a:\n    steps:\n      - run: docker buildx build --platform linux/amd64,linux/arm64 --sbom=true \
                --provenance=mode=max -t a .\n      - uses: aquasecurity/trivy-action@v1\n      - run: cosign sign a\n      \
                - run: CI=true dive a\n";
    check(&[dockerfile, (workflow, full)], &select, &[]);
    // A pipeline that goes on elsewhere may do all of it there.
    let elsewhere = format!("{bare}  b:\n    uses: team/ci/.github/workflows/scan.yml@v1\n");
    check(&[dockerfile, (workflow, &elsewhere)], &select, &["Dockerfile:1 REC-12"]);
    // A scan in a makefile is a scan.
    let make = ("Makefile", "scan:\n\tgrype a\n");
    check(&[dockerfile, (workflow, bare), make], &["--select", "REC-05"], &[]);
}

#[test]
fn a_pipeline_that_builds_by_way_of_other_files_is_found() {
    let dockerfile = ("Dockerfile", "FROM alpine:3.21.3\nRUN true\n");
    let pipeline = |script: &str| format!("image:\n  script:\n    - {script}\n");
    for (script, path, by) in [
        ("docker compose build", "compose.yaml", "services: {a: {build: .}}\n"),
        ("make image", "Makefile", "image:\n\tdocker build .\n"),
        ("docker buildx bake", "docker-bake.hcl", "target \"a\" {\n  context = \".\"\n}\n"),
        ("tools/image.sh", "tools/image.sh", "docker build .\n"),
    ] {
        let files = [dockerfile, (path, by), (".gitlab-ci.yml", &pipeline(script))];
        check(&files, &["--select", "REC-05"], &["Dockerfile:1 REC-05"]);
        let files = [dockerfile, (path, by), (".gitlab-ci.yml", &pipeline("true"))];
        check(&files, &["--select", "REC-05"], &[]);
    }
}

#[test]
fn a_debug_guide_is_a_profile_a_runbook_or_a_line_of_a_document() {
    let dockerfile = ("Dockerfile", "FROM alpine:3.21.3\nRUN true\n");
    let select = ["--select", "REC-09"];
    check(&[dockerfile], &select, &["Dockerfile:1 REC-09"]);
    check(&[dockerfile, ("docs/RUNBOOK.md", "")], &select, &[]);
    check(&[dockerfile, ("docs/ops.md", "Use `kubectl debug -it a --image=busybox`.\n")], &select, &[]);
    check(&[dockerfile, ("compose.yaml", "services: {s: {image: a, profiles: [debug]}}\n")], &select, &[]);
}

#[test]
fn a_lock_that_a_checksum_lies_beside_is_verified() {
    let text = "FROM node:22.12.0-alpine3.21\nWORKDIR /a\nCOPY package.json package-lock.json ./\nRUN npm ci\n";
    let build = ("compose.yaml", "services: {a: {build: {context: ., dockerfile: docker/Dockerfile}}}\n");
    let lock = ("package-lock.json", "{}");
    let select = ["--select", "FN-2b"];
    let open: &[&str] = &["docker/Dockerfile:4 F-LOCK-UNVERIFIED"];
    check(&[("docker/Dockerfile", text), build, lock], &select, open);
    check(&[("docker/Dockerfile", text), build, lock, ("package-lock.json.sha256", "")], &select, &[]);
}

#[test]
fn a_repository_ends_at_its_own_git_folder() {
    let inner = ("inner/Dockerfile", STAGES);
    let outer = ("compose.yaml", "services: {a: {build: {context: inner, target: runtime}}}\n");
    check(&[inner, outer], &["--select", "REC-02"], &[]);
    check(&[inner, outer, ("inner/.git/HEAD", "")], &["--select", "REC-02"], &["inner/Dockerfile:5 REC-02"]);
    // A file that is named alone has its repository all the same.
    let files = [("inner/Dockerfile", STAGES), outer, (".git/HEAD", "")];
    check(&files, &["inner/Dockerfile", "--select", "REC-02"], &[]);
}
