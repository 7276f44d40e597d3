//! A repository as the one that was counted by hand, and repositories that are unlike it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use super::*;

const BUILD: &str = "RUN apk add --no-cache git make g++ gcc musl-dev openssl-dev ncurses-dev\nWORKDIR /build\n\
                     COPY rebar.config rebar.lock ./\nRUN rebar3 get-deps\nCOPY apps/ ./apps/\n\
                     RUN rebar3 as prod release\n";
const RUN: &str = "RUN apk add --no-cache ca-certificates libssl3 ncurses-libs libstdc++\nWORKDIR /opt/erlmcp\n\
                   COPY --from=builder /build/_build/prod/rel/erlmcp ./\nUSER 1000:1000\n\
                   ENTRYPOINT [\"/opt/erlmcp/bin/erlmcp\"]\nCMD [\"foreground\"]\n";

/// The repository of the appendix, as far as it can be known: paths, bases and stages.
fn erlmcp() -> Vec<SourceFile> {
    let file = |path: &str, text: String| SourceFile { path: path.to_owned(), bytes: text.into_bytes() };
    let two = |base: &str| format!("FROM {base} AS builder\n{BUILD}\nFROM alpine:3.20 AS runtime\n{RUN}");
    vec![
        file(
            "Dockerfile",
            format!(
                "{}\nFROM runtime AS debug\nUSER root\nRUN apk add --no-cache vim strace\nUSER 1000:1000\n",
                two("ghcr.io/emqx/erlang:28.3.1-alpine")
            ),
        ),
        file("docker/Dockerfile.production", two("erlang:26-alpine")),
        file("docker/Dockerfile.cluster", two("erlang:27-alpine") + "EXPOSE 4369 9100\n"),
        file(
            "docker-swarm/services/Dockerfile.base",
            format!("ARG OTP=28\nFROM erlang:${{OTP}}-alpine AS builder\n{BUILD}\nFROM alpine:3.20\n{RUN}HEALTHCHECK NONE\n"),
        ),
        file("Dockerfile.dev", format!("FROM erlang:26-alpine\n{BUILD}CMD [\"rebar3\", \"shell\"]\n")),
        file("ci/Dockerfile.tcps", "FROM erlang:27\nWORKDIR /t\nCOPY . .\nRUN rebar3 ct\n".to_owned()),
        file(
            "docker-compose.yml",
            "services:\n  erlmcp:\n    image: erlmcp:3.0.0\n    build: {context: ., target: runtime}\n  base:\n    build: \
             {context: ., dockerfile: docker-swarm/services/Dockerfile.base}\n"
                .to_owned(),
        ),
        file(
            ".github/workflows/docker.yml",
            "jobs:\n  tests:\n    steps:\n      - run: docker build -f ci/Dockerfile.tcps --target x -t tcps .\n".to_owned(),
        ),
        file(
            "k8s/erlmcp.yaml",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: erlmcp:3.0.0\n".to_owned(),
        ),
    ]
}

#[test]
fn the_inventory_made_by_hand_comes_out_the_same() {
    let inventory = take_stock(&erlmcp(), &BTreeMap::new());
    let row = |path: &str| {
        let row = inventory.rows.iter().find(|row| row.path == path).unwrap();
        (row.base.as_str(), row.purpose.as_str(), row.state.name())
    };
    assert_eq!(inventory.rows.len(), 6);
    assert_eq!(row("Dockerfile"), ("EMQX OTP 28 Alpine", "Main production (3-stage)", "ACTIVE"));
    assert_eq!(row("docker/Dockerfile.production"), ("OTP 26 Alpine", "Legacy production", "DEPRECATED"));
    assert_eq!(row("docker/Dockerfile.cluster"), ("OTP 27 Alpine", "Clustering build", "NEEDS UPDATE"));
    assert_eq!(row("docker-swarm/services/Dockerfile.base"), ("OTP 28 Alpine", "Swarm base", "CONSOLIDATE"));
    assert_eq!(row("Dockerfile.dev"), ("OTP 26 Alpine", "Development", "KEEP"));
    assert_eq!(row("ci/Dockerfile.tcps"), ("OTP 27", "TCPS testing", "SPECIALIZED"));
}

#[test]
fn uses_are_found_in_compose_pipelines_and_clusters() {
    let inventory = take_stock(&erlmcp(), &BTreeMap::new());
    let uses = |path: &str| {
        let row = inventory.rows.iter().find(|row| row.path == path).unwrap();
        let told = row.uses.iter().map(|usage| {
            format!("{} {}:{} {}", usage.kind.name(), usage.file, usage.line, usage.target.as_deref().unwrap_or("-"))
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(uses("Dockerfile"), ["compose docker-compose.yml:4 runtime", "kubernetes k8s/erlmcp.yaml:6 -"]);
    assert_eq!(uses("docker-swarm/services/Dockerfile.base"), ["compose docker-compose.yml:6 -"]);
    assert_eq!(uses("ci/Dockerfile.tcps"), ["ci .github/workflows/docker.yml:4 x"]);
    let orphaned: Vec<_> = inventory.rows.iter().filter(|row| row.is_orphaned()).map(|row| row.path.as_str()).collect();
    assert_eq!(orphaned, ["docker/Dockerfile.cluster", "docker/Dockerfile.production", "Dockerfile.dev"]);
}

#[test]
fn files_and_stages_that_are_nearly_alike_are_found_with_what_they_share() {
    let inventory = take_stock(&erlmcp(), &BTreeMap::new());
    let [files] = inventory.file_clusters.as_slice() else { panic!("{:?}", inventory.file_clusters) };
    assert_eq!(
        files.members,
        [
            "Dockerfile",
            "Dockerfile.dev",
            "docker-swarm/services/Dockerfile.base",
            "docker/Dockerfile.cluster",
            "docker/Dockerfile.production",
        ]
    );
    assert!(files.pairs[0].similarity > 0.9 && files.shared.contains(&"RUN rebar3 get-deps".to_owned()), "{files:?}");
    let builders = &inventory.stage_clusters[0];
    assert!(builders.members.iter().any(|member| member.to_string() == "docker/Dockerfile.cluster#builder"));
    assert!(builders.members.iter().all(|member| member.stage == "builder" || member.path == "Dockerfile.dev"));
}

#[test]
fn bases_are_counted() {
    let inventory = take_stock(&erlmcp(), &BTreeMap::new());
    let told: Vec<_> =
        inventory.census.iter().map(|row| format!("{} {} {}", row.stages, row.reference, row.is_pinned)).collect();
    assert_eq!(
        told,
        [
            "4 alpine:3.20 false",
            "2 erlang:26-alpine false",
            "1 erlang:27 false",
            "1 erlang:27-alpine false",
            "1 erlang:28-alpine false",
            "1 ghcr.io/emqx/erlang:28.3.1-alpine true",
        ]
    );
}

#[test]
fn the_plan_names_what_becomes_of_each_file() {
    let inventory = take_stock(&erlmcp(), &BTreeMap::new());
    let [plan] = inventory.plans.as_slice() else { panic!("{:?}", inventory.plans) };
    assert_eq!((plan.runtime, plan.into.as_str()), ("erlang", "Dockerfile"));
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.path.as_str(), step.target.as_deref())).collect();
    assert_eq!(
        steps,
        [
            ("docker-swarm/services/Dockerfile.base", Some("swarm-base")),
            ("docker/Dockerfile.cluster", Some("cluster")),
            ("docker/Dockerfile.production", None),
        ]
    );
}

fn known(files: &[SourceFile]) -> Vec<Known> {
    let dockerfiles = files.iter().filter(|file| role(&file.path) == Some(Role::Dockerfile));
    dockerfiles.map(|file| Known { path: file.path.clone(), file: Dockerfile::parse(&file.bytes) }).collect()
}

#[test]
fn the_merged_dockerfile_builds_what_the_files_built_and_the_same_by_default() {
    let files = erlmcp();
    let plan = &take_stock(&files, &BTreeMap::new()).plans[0];
    let merged = consolidate(&known(&files), plan).unwrap();
    let file = Dockerfile::parse(merged.text.as_bytes());
    assert_eq!(file.problems(), &[], "{}", merged.text);
    let names: Vec<_> = file.stages().iter().map(|stage| stage.name.as_ref().unwrap().text.as_str()).collect();
    assert_eq!(names, ["builder", "runtime", "debug", "swarm-base", "cluster", "default"], "{}", merged.text);
    let main = String::from_utf8(files[0].bytes.clone()).unwrap();
    assert!(merged.text.starts_with(&main));
    assert!(merged.text.ends_with("FROM runtime AS default\n"));
    // The builders say the same, so that one of them is enough; the newest base wins.
    assert!(merged.text.contains("FROM alpine:3.20 AS cluster\n") && !merged.text.contains("erlang:27"));
    assert_eq!(
        merged.remarks,
        [
            "docker-swarm/services/Dockerfile.base takes the argument OTP, whose default was filled in",
            "stage `builder` stands for stage builder of docker-swarm/services/Dockerfile.base, which stood on \
         `erlang:28-alpine`",
            "paths in docker/Dockerfile.cluster are taken from the top of the repository now; nothing says whether they were \
             from docker/",
            "stage `builder` stands for stage builder of docker/Dockerfile.cluster, which stood on `erlang:27-alpine`",
        ]
    );
}

#[test]
fn stages_that_differ_are_renamed_with_all_that_names_them() {
    let files = [
        ("Dockerfile", "FROM node:22-alpine AS build\nRUN npm ci\nFROM node:22-alpine\nCOPY --from=build /a /a\n"),
        (
            "b/Dockerfile.worker",
            "FROM node:21-alpine AS build\nRUN npm ci --omit=dev\nFROM build AS more\nRUN --mount=type=bind,from=build,target=/x \
             true\nFROM scratch\nCOPY --from=more /a /a\nCOPY --from=0 /b /b\nCOPY --from=busybox:1 /c /c\n",
        ),
    ];
    let files: Vec<_> =
        files.iter().map(|(path, text)| SourceFile { path: (*path).into(), bytes: (*text).into() }).collect();
    let plan = &take_stock(&files, &BTreeMap::new()).plans[0];
    let merged = consolidate(&known(&files), plan).unwrap().text;
    let wanted = "FROM node:22-alpine AS build\nRUN npm ci\nFROM node:22-alpine AS runtime\nCOPY --from=build /a /a\n\n\
                  # What b/Dockerfile.worker built: --target worker\n\n\
                  FROM node:22-alpine AS worker-build\nRUN npm ci --omit=dev\n\n\
                  FROM worker-build AS worker-more\nRUN --mount=type=bind,from=worker-build,target=/x true\n\n\
                  FROM scratch AS worker\nCOPY --from=worker-more /a /a\nCOPY --from=worker-build /b /b\nCOPY \
                  --from=busybox:1 /c /c\n\n\n\
                  # The last stage is what is built when no target is named.\n\nFROM runtime AS default\n";
    assert_eq!(merged.replace("\n\n\n", "\n\n"), wanted.replace("\n\n\n", "\n\n"));
}

#[test]
fn states_come_in_their_order() {
    let check = |files: &[(&str, &str)], wanted: &[(&str, &str)]| {
        let files: Vec<_> =
            files.iter().map(|(path, text)| SourceFile { path: (*path).into(), bytes: (*text).into() }).collect();
        let inventory = take_stock(&files, &BTreeMap::new());
        let found: Vec<_> = inventory.rows.iter().map(|row| (row.path.as_str(), row.state.name())).collect();
        assert_eq!(found, wanted);
    };
    check(
        &[
            ("a/Dockerfile", "FROM python:3.10\n"),
            ("b/Dockerfile", "FROM python:3.12\n"),
            ("c/Dockerfile", "FROM python:3.11\n"),
        ],
        &[("c/Dockerfile", "NEEDS UPDATE"), ("a/Dockerfile", "DEPRECATED"), ("b/Dockerfile", "UNCLEAR")],
    );
    let publish = "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {context: b, push: true, \
                   target: runtime}\n";
    check(
        &[
            ("b/Dockerfile", "FROM python:3.10\n"),
            ("x/Dockerfile", "FROM python:3.12\n"),
            (".github/workflows/a.yml", publish),
        ],
        &[("b/Dockerfile", "ACTIVE"), ("x/Dockerfile", "CONSOLIDATE")],
    );
    check(
        &[
            ("Dockerfile.dev", "FROM node:10\n"),
            ("test/Dockerfile", "FROM node:10\n"),
            ("x/app.Dockerfile", "# Purpose: testing of x\nFROM node:22\n"),
        ],
        &[("test/Dockerfile", "SPECIALIZED"), ("x/app.Dockerfile", "SPECIALIZED"), ("Dockerfile.dev", "KEEP")],
    );
}

#[test]
fn builds_are_found_in_makefiles_scripts_and_bake_files() {
    let files = [
        ("svc/Dockerfile", "FROM alpine:3.21\n"),
        ("svc/Dockerfile.b", "FROM alpine:3.21\n"),
        ("c/Containerfile", "FROM x/svc:1\n"),
        ("Makefile", "image:\n\t@docker build \\\n\t  --build-arg A=1 -t x/svc:1 svc && docker push x/svc:1\n"),
        ("svc/build.sh", "#!/bin/sh\n# docker build -f nothing .\npodman build --file=Dockerfile.b .\n"),
        (
            "docker-bake.hcl",
            "variable \"V\" {}\ntarget \"b\" {\n  context = \"svc\"\n  dockerfile = \"Dockerfile.b\"\n}\n",
        ),
        (".gitlab-ci.yml", "c:\n  script:\n    - buildah bud c\n"),
    ];
    let files: Vec<_> =
        files.iter().map(|(path, text)| SourceFile { path: (*path).into(), bytes: (*text).into() }).collect();
    let inventory = take_stock(&files, &BTreeMap::new());
    let mut told: Vec<_> = inventory
        .rows
        .iter()
        .flat_map(|row| {
            row.uses
                .iter()
                .map(move |usage| format!("{} {} {}:{}", row.path, usage.kind.name(), usage.file, usage.line))
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "c/Containerfile ci .gitlab-ci.yml:3",
            "svc/Dockerfile dockerfile c/Containerfile:1",
            "svc/Dockerfile makefile Makefile:2",
            "svc/Dockerfile.b bake docker-bake.hcl:2",
            "svc/Dockerfile.b script svc/build.sh:3",
        ]
    );
}

#[test]
fn bases_are_put_into_words() {
    for (reference, words) in [
        ("ghcr.io/emqx/erlang:28.3.1-alpine", "EMQX OTP 28 Alpine"),
        ("python:3.12-slim", "Python 3.12 slim"),
        ("docker.io/library/node:22-alpine", "Node 22 Alpine"),
        ("maven:3.9-eclipse-temurin-21-alpine", "Java 21 Alpine"),
        ("golang", "Go"),
        ("alpine:3.20", "alpine:3.20"),
    ] {
        assert_eq!(describe(reference), words);
    }
}

#[test]
fn thousands_of_files_take_no_time_to_compare() {
    let file = |number: u32| SourceFile {
        path: format!("s{number}/Dockerfile"),
        bytes: format!(
            "FROM erlang:27 AS builder\n{BUILD}RUN echo {} {number}\nFROM alpine:3.20\n{RUN}",
            "x".repeat((number % 7) as usize)
        )
        .into(),
    };
    let files: Vec<_> = (0..3000).map(file).collect();
    let inventory = take_stock(&files, &BTreeMap::new());
    assert_eq!((inventory.rows.len(), inventory.file_clusters.len()), (3000, 1));
    assert_eq!(inventory.file_clusters[0].members.len(), 3000);
}
