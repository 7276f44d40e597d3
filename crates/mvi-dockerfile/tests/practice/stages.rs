//! Stages, what they are built on, and what is copied between them.

use mvi_dockerfile::{AllowedBase, Dockerfile, ExceptedBase, LintSettings, lint};

use crate::check;

#[test]
fn bases_have_a_tag() {
    check(
        "MVI3006",
        &[
            ("FROM debian", &[1]),
            ("FROM debian:1", &[]),
            ("FROM debian@sha256:00", &[]),
            ("FROM ghcr.io/a/b", &[1]),
            ("FROM ghcr.io/a/b:1", &[]),
            ("FROM localhost:5000/a", &[1]),
            ("FROM scratch", &[]),
            ("FROM a:1 AS b\nFROM b", &[]),
            ("FROM a:1 AS b\nFROM c", &[2]),
            ("ARG A\nFROM $A", &[]),
            ("ARG A\nFROM ${A}", &[]),
            ("ARG A\nFROM x/$A", &[2]),
            ("ARG A\nFROM a:$A", &[]),
            ("FROM a:1 AS b\nFROM b AS c\nFROM c", &[]),
            ("FROM debian AS debian", &[1]),
            ("FROM --platform=$BUILDPLATFORM debian", &[1]),
            ("ARG A=b:1\nFROM ${A:-c:2}", &[]),
        ],
    );
}

#[test]
fn the_tag_of_a_base_is_not_latest() {
    check(
        "MVI3007",
        &[
            ("FROM debian:latest", &[1]),
            ("FROM debian:latest@sha256:00", &[]),
            ("FROM ghcr.io/a:latest AS x", &[1]),
            ("FROM debian:latest-slim", &[]),
            ("ARG T=latest\nFROM debian:$T", &[]),
            ("FROM a:5000/b:latest", &[1]),
        ],
    );
}

#[test]
fn files_come_from_stages_that_are_there() {
    check(
        "MVI3022",
        &[
            ("COPY --from=b a c", &[2]),
            ("FROM a:1 AS b\nFROM c:1\nCOPY --from=b a c", &[]),
            ("FROM a:1 AS b\nFROM c:1\nCOPY --from=B a c", &[]),
            ("COPY --from=0 a c", &[]),
            ("FROM a:1\nFROM b:1\nCOPY --from=0 a c", &[]),
            ("COPY --from=1 a c", &[2]),
            ("COPY --from=a:1 b c", &[]),
            ("COPY --from=a@sha256:00 b c", &[]),
            ("FROM a:1 AS b\nCOPY --from=b a c", &[]),
            ("COPY --from=$X a c", &[2]),
            ("COPY --from=b a c\nFROM x:1 AS b", &[2]),
            ("FROM a:1\nFROM b:1\nCOPY --from=7 a c", &[3]),
            ("FROM a:1 AS builder-1\nFROM b:1\nCOPY --from=builder-1 a c", &[]),
        ],
    );
}

#[test]
fn no_stage_copies_from_itself() {
    check(
        "MVI3023",
        &[
            ("FROM a:1 AS b\nCOPY --from=b a c", &[2]),
            ("FROM a:1 AS b\nFROM c:1 AS d\nCOPY --from=b a c", &[]),
            ("COPY --from=a a c", &[]),
            ("FROM a:1 AS b\nCOPY --from=B a c", &[2]),
        ],
    );
}

#[test]
fn names_of_stages_are_unique() {
    check(
        "MVI3024",
        &[
            ("FROM a:1 AS b\nFROM c:1 AS b", &[2]),
            ("FROM a:1 AS b\nFROM c:1 AS B", &[2]),
            ("FROM a:1 AS b\nFROM c:1 AS d", &[]),
            ("FROM a:1 AS b\nFROM c:1 AS b\nFROM d:1 AS b", &[2, 3]),
        ],
    );
}

#[test]
fn images_come_from_registries_that_are_trusted() {
    check(
        "MVI3026",
        &[
            ("FROM a:1", &[]),
            ("FROM docker.io/a:1", &[]),
            ("FROM ghcr.io/a:1", &[]),
            ("FROM gcr.io/a:1", &[1]),
            ("FROM x.example.org/a:1", &[]),
            ("FROM example.org/a:1", &[1]),
            ("FROM quay.io/a:1", &[]),
            ("FROM localhost:5000/a:1", &[1]),
            ("FROM scratch", &[]),
            ("FROM a:1 AS b\nFROM b", &[]),
            ("COPY --from=gcr.io/a b c", &[2]),
            ("COPY --from=ghcr.io/a b c", &[]),
            ("FROM a:1 AS b\nFROM c:1\nCOPY --from=b d e", &[]),
            ("RUN --mount=type=bind,from=gcr.io/a,target=/b c", &[2]),
            ("RUN --mount=type=cache,from=ghcr.io/a,target=/b c", &[]),
            ("RUN --mount=type=cache,target=/b c", &[]),
            ("FROM a:1 AS b\nFROM c:1\nCOPY --from=0 d e", &[]),
            ("FROM hub.docker.com/a:1", &[1]),
            ("ARG R=gcr.io\nFROM $R/a:1", &[2]),
            ("ARG R=ghcr.io\nFROM $R/a:1", &[]),
        ],
    );
}

#[test]
fn the_build_decides_the_platform() {
    check(
        "MVI3029",
        &[
            ("FROM --platform=linux/amd64 a:1", &[1]),
            ("FROM --platform=$BUILDPLATFORM a:1", &[]),
            ("FROM --platform=${BUILDPLATFORM} a:1", &[]),
            ("FROM --platform=$TARGETPLATFORM a:1", &[]),
            ("FROM --platform=${TARGETPLATFORM:-linux/amd64} a:1", &[]),
            ("ARG P=x\nFROM --platform=$P a:1", &[2]),
            ("FROM a:1", &[]),
            ("FROM --platform=linux/$TARGETARCH a:1", &[1]),
        ],
    );
}

#[test]
fn relative_destinations_have_a_folder_to_start_from() {
    check(
        "MVI3045",
        &[
            ("COPY a b", &[2]),
            ("COPY a /b", &[]),
            ("WORKDIR /x\nCOPY a b", &[]),
            ("WORKDIR x\nCOPY a b", &[]),
            ("COPY a .", &[2]),
            ("COPY a $B", &[]),
            ("COPY a c:\\\\b", &[]),
            ("COPY a \"/b\"", &[]),
            ("COPY a \"b\"", &[2]),
            ("WORKDIR /x\nFROM b:1\nCOPY a b", &[4]),
            ("FROM a:1 AS b\nWORKDIR /x\nFROM b\nCOPY a b", &[]),
            ("FROM a:1 AS b\nWORKDIR /x\nFROM b AS c\nFROM c\nCOPY a b", &[]),
            ("WORKDIR /x\nFROM a:1\nCOPY a b", &[4]),
            ("COPY [\"a\", \"b\"]", &[2]),
            ("ONBUILD COPY a b", &[]),
            ("ADD a b", &[]),
            ("FROM scratch\nCOPY a b", &[2]),
        ],
    );
}

#[test]
fn some_stage_on_the_way_checks_its_health() {
    check(
        "MVI3057",
        &[
            ("RUN a", &[1]),
            ("HEALTHCHECK CMD a", &[]),
            ("HEALTHCHECK NONE", &[]),
            ("FROM a:1 AS b\nHEALTHCHECK CMD a\nFROM b\nRUN x", &[]),
            ("FROM a:1 AS b\nFROM b\nHEALTHCHECK CMD a", &[]),
            ("FROM a:1 AS b\nFROM c:1\nHEALTHCHECK CMD a", &[1]),
            ("FROM a:1 AS b\nFROM b AS c\nFROM c\nHEALTHCHECK CMD a", &[]),
            ("FROM a:1 AS b\nHEALTHCHECK CMD x\nFROM b AS c\nFROM c", &[]),
        ],
    );
}

#[test]
fn from_comes_first() {
    check(
        "MVI3061",
        &[
            ("RUN a\nFROM b:1", &[1]),
            ("ARG A\nFROM b:1", &[]),
            ("# c\nARG A\nFROM b:1", &[]),
            ("LABEL a=b\nENV c=d\nFROM b:1", &[1, 2]),
            ("FROM b:1\nRUN a", &[]),
        ],
    );
}

#[test]
fn names_with_a_meaning_are_no_names_of_stages() {
    check(
        "MVI3063",
        &[
            ("FROM a:1 AS scratch", &[1]),
            ("FROM a:1 AS context", &[1]),
            ("FROM a:1 AS Scratch", &[]),
            ("FROM a:1 AS b", &[]),
            ("FROM a:1 AS build-context", &[]),
        ],
    );
}

#[test]
fn the_platform_a_stage_has_anyway_is_not_written() {
    check(
        "MVI3065",
        &[
            ("FROM --platform=$TARGETPLATFORM a:1", &[1]),
            ("FROM --platform=${TARGETPLATFORM} a:1", &[1]),
            ("FROM --platform=$BUILDPLATFORM a:1", &[]),
            ("FROM --platform=${TARGETPLATFORM:-x} a:1", &[]),
            ("FROM --platform=linux/$TARGETARCH a:1", &[]),
        ],
    );
}

#[test]
fn no_whole_system_is_copied() {
    check(
        "MVI3067",
        &[
            ("COPY --from=a:1 / /", &[2]),
            ("COPY / /", &[]),
            ("COPY --from=a:1 /b /", &[]),
            ("COPY --from=a:1 / /b", &[]),
            ("COPY --from=a:1 \"/\" \"/\"", &[2]),
            ("COPY --from=a:1 [\"/\", \"/\"]", &[2]),
            ("COPY --from=a:1 /b / /", &[2]),
            ("COPY --from=a:1 /. /", &[]),
        ],
    );
}

#[test]
fn what_is_copied_is_not_owned_anew_in_another_layer() {
    check(
        "W-CHOWN-LAYER",
        &[
            ("FROM a\nCOPY b /b\nRUN chown -R 1 /b", &[3]),
            ("FROM a\nCOPY b /b/\nRUN useradd c && chown -R c:c /b /d", &[3]),
            ("FROM a\nADD b /b/c\nRUN chmod -R 755 /b", &[3]),
            ("FROM a\nCOPY b /b\nRUN chmod -x /b/c", &[]),
            ("FROM a\nCOPY b /b\nRUN chown -R 1 /bc", &[]),
            ("FROM a\nCOPY b c\nRUN chown -R 1 c", &[]),
            ("FROM a\nRUN chown -R 1 /b\nCOPY b /b", &[]),
            ("FROM a AS c\nCOPY b /b\nRUN chown 1 /b\nFROM a\nCOPY --from=c /b /b", &[]),
            ("FROM a\nCOPY b /b\nRUN chown", &[]),
        ],
    );
}

#[test]
fn owners_move_into_the_copy_where_that_comes_to_the_same() {
    let repaired = |text: &str| {
        let file = mvi_dockerfile::Dockerfile::parse(text.as_bytes());
        let found = mvi_dockerfile::lint(&file, &mvi_dockerfile::LintSettings::default());
        let fix = found.into_iter().find(|finding| finding.code == "W-CHOWN-LAYER")?.fix?;
        Some(String::from_utf8(mvi_dockerfile::apply(text.as_bytes(), &fix.edits)?).unwrap())
    };
    let check = |text: &str, wanted: Option<&str>| assert_eq!(repaired(text).as_deref(), wanted, "{text}");
    check("FROM a\nCOPY b /b\nRUN chown -R 1:2 /b\n", Some("FROM a\nCOPY --chown=1:2 b /b\n"));
    check(
        "FROM a\nCOPY b /b\nCOPY c /b/c\nRUN chown -R 1 /b\n",
        Some("FROM a\nCOPY --chown=1 b /b\nCOPY --chown=1 c /b/c\n"),
    );
    check(
        "FROM a\nRUN useradd me\nCOPY b /b\nRUN chown -R me /b && make\n",
        Some("FROM a\nRUN useradd me\nCOPY --chown=me b /b\nRUN make\n"),
    );
    // Nobody knows `me` when it is copied; files are made in between; the command changes more than what was copied.
    check("FROM a\nCOPY b /b\nRUN useradd me && chown -R me /b\n", None);
    check("FROM a\nCOPY b /b\nRUN make\nRUN chown -R 1 /b\n", None);
    check("FROM a\nCOPY b /b/c\nRUN chown -R 1 /b\n", None);
    check("FROM a\nCOPY b /b\nRUN chmod -R u+x /b\n", None);
    let many = format!("FROM a\n{}RUN chown -R 1 /b\n", "COPY b /b\n".repeat(17));
    check(&many, None);
}

#[test]
fn a_change_request_excepts_a_base_for_the_image_that_names_it() {
    let settings = LintSettings {
        allowed_bases: vec![AllowedBase::new("alpine:3.21")],
        excepted_bases: vec![ExceptedBase { base: "alpine:3.20".into(), crq: "CRQ-2026-0001".into() }],
        ..LintSettings::default()
    };
    let notes = |text: &str| -> Vec<String> {
        let file = Dockerfile::parse(text.as_bytes());
        let found = lint(&file, &settings);
        found.into_iter().filter(|finding| finding.code == "SOV-1").map(|finding| finding.notes.join(" ")).collect()
    };
    assert_eq!(notes("FROM alpine:3.20.3\nLABEL mvi.io/crq=CRQ-2026-0001\n"), [""; 0]);
    let told = notes("FROM alpine:3.20.3\n");
    assert!(told[0].contains("CRQ-2026-0001 excepts it for one image"), "{told:?}");
    assert_eq!(notes("FROM alpine:3.20.3\nLABEL mvi.io/crq=CRQ-2026-0002\n").len(), 1);
    assert_eq!(notes("FROM alpine:3.19.3\nLABEL mvi.io/crq=CRQ-2026-0001\n").len(), 1);
}
