//! What holds of repairs on any file: they come to rest, leave others alone, and never make things worse.
#![allow(clippy::unwrap_used)] // a test that cannot be set up should stop

use std::collections::BTreeMap;

use mvi_dockerfile::{Choices, Dockerfile, Finding, Level, LintSettings, Safety, lint, repair};
use proptest::prelude::*;

/// Lines of which files are made: whole instructions, pieces of them, and noise.
const LINES: &[&str] = &[
    "FROM debian:12",
    "FROM alpine AS build",
    "FROM build",
    "MAINTAINER Ada \"A\" <a$b@c>",
    "maintainer x",
    "ONBUILD MAINTAINER y",
    "ONBUILD ADD a b",
    "ADD a b",
    "ADD --chown=1:1 \"a b\" \\",
    "    c",
    "ADD https://example.org/x.tar /x",
    "ADD *.tar $X /y",
    "add x.tgz y z/",
    "CMD sleep 60",
    "CMD  a 'b c' \"d\\\\e\"  ",
    "ENTRYPOINT exec a \\",
    "CMD a && b",
    "HEALTHCHECK --interval=5m CMD curl -f http://localhost",
    "RUN apt-get update && apt-get install -y curl \\",
    "# hadolint ignore=DL3008,DL4000",
    "# mvi: ignore[MVI3020] until=2027-01-01 reason=x",
    "RUN <<EOF",
    "EOF",
    "COPY <<A <<B /",
    "A",
    "B",
    "CMD [\"a\"",
    "\\",
    "",
    "  # comment",
    "SHELL [\"powershell\"]",
    "\u{e9}\u{fffd}",
    "USER root",
    "RUN apt update && apt install jq",
    "RUN apt-get install x \\",
    "RUN cd /srv && touch a",
    "RUN sudo touch b",
    "RUN touch c",
    "RUN touch d # more",
    "RUN apk add x",
    "RUN yum install a && yum install b",
    "RUN dnf install -y a",
    "RUN pip install a",
    "RUN wget a | sh",
    "RUN useradd -u 123456 a",
    "RUN ln -s /bin/bash /bin/sh",
    "RUN <<-EOF",
    "\tyarn install",
    "WORKDIR /srv",
    "WORKDIR app",
    "COPY a b c",
    "FROM --platform=linux/amd64 debian:12",
    "FROM --platform=$TARGETPLATFORM  a:1",
    "ENTRYPOINT [\"a\"]",
];

fn files() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![8 => prop::sample::select(LINES).prop_map(str::to_owned), 1 => "[ -~]{0,20}"];
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    let lines = prop::collection::vec(line, 0..14);
    (lines, end, any::<bool>(), prop::option::of(any::<u8>())).prop_map(|(lines, end, closed, odd)| {
        let mut bytes = lines.join(end).into_bytes();
        if closed {
            bytes.extend_from_slice(end.as_bytes());
        }
        // A byte that is perhaps no UTF-8, somewhere.
        if let (Some(odd), false) = (odd, bytes.is_empty()) {
            let at = usize::from(odd) * 31 % bytes.len();
            bytes[at] = odd;
        }
        bytes
    })
}

fn settings() -> LintSettings {
    LintSettings { today: Some(jiff::civil::date(2026, 11, 21)), ..LintSettings::default() }
}

fn counts(findings: &[Finding], level: Level) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.level >= level) {
        *counts.entry(finding.code.to_string()).or_insert(0) += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn repairs_come_to_rest(bytes in files()) {
        for safety in [Safety::Safe, Safety::Unsafe] {
            let once = repair(&bytes, &settings(), safety);
            let twice = repair(&once.bytes, &settings(), safety);
            prop_assert_eq!(&twice.bytes, &once.bytes);
            prop_assert!(twice.made.is_empty());
            prop_assert_eq!(once.made.is_empty(), once.bytes == bytes);
        }
    }

    #[test]
    fn repairs_bring_no_syntax_problems_and_no_errors(bytes in files()) {
        let repaired = repair(&bytes, &settings(), Safety::Unsafe);
        let (before, after) = (Dockerfile::parse(&bytes), Dockerfile::parse(&repaired.bytes));
        prop_assert!(after.problems().len() <= before.problems().len());
        let (before, after) = (lint(&before, &settings()), lint(&after, &settings()));
        for (code, number) in counts(&after, Level::Error) {
            prop_assert!(number <= counts(&before, Level::Error).get(&code).copied().unwrap_or(0), "{code}");
        }
    }

    #[test]
    fn instructions_without_a_repair_keep_their_bytes(bytes in files()) {
        // Repairs of these two rules follow from others: runs come to stand together, a folder becomes known.
        let choices = Choices { ignore: vec!["join-runs".into(), "absolute-workdir".into()], ..Choices::default() };
        let settings = LintSettings { selection: choices.resolve(), ..settings() };
        let file = Dockerfile::parse(&bytes);
        let offered = lint(&file, &settings);
        let edits: Vec<_> = offered.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
        let repaired = Dockerfile::parse(&repair(&bytes, &settings, Safety::Unsafe).bytes);
        let mut left = repaired.instructions().iter();
        for instruction in file.instructions() {
            let span = instruction.span;
            if edits.iter().any(|edit| edit.span.start <= span.end && edit.span.end >= span.start) {
                continue;
            }
            let text = span.of(file.text());
            prop_assert!(left.any(|other| other.span.of(repaired.text()) == text), "{text:?} is gone");
        }
    }
}

/// The rules that the tests below are about.
fn few() -> LintSettings {
    let choices = Choices { select: ["DL3020", "DL3025", "DL4000"].map(str::to_owned).to_vec(), ..Choices::default() };
    LintSettings { selection: choices.resolve(), ..settings() }
}

fn check(before: &str, safety: Safety, after: &str) {
    let repaired = repair(before.as_bytes(), &few(), safety);
    assert_eq!(String::from_utf8(repaired.bytes).unwrap(), after);
}

#[test]
fn layout_and_comments_stay() {
    check(
        "FROM a:1\r\n  add  --chown=1:1 a \\\r\n# why\r\n\t b  \r\n\r\nmaintainer  Ada  # not a comment",
        Safety::Safe,
        "FROM a:1\r\n  COPY  --chown=1:1 a \\\r\n# why\r\n\t b  \r\n\r\nLABEL org.opencontainers.image.authors=\"Ada  # not a comment\"",
    );
}

#[test]
fn what_somebody_should_look_at_waits_to_be_asked_for() {
    check("FROM a:1\nCMD a 'b c'\n", Safety::Safe, "FROM a:1\nCMD a 'b c'\n");
    check("FROM a:1\nCMD a 'b c'\n", Safety::Unsafe, "FROM a:1\nCMD [\"a\", \"b c\"]\n");
    check(
        "FROM a:1\nCMD java -jar \\\n    # the program\n    'a b.jar' \\\n  x\n",
        Safety::Unsafe,
        "FROM a:1\nCMD [\"java\", \"-jar\", \\\n    # the program\n    \"a b.jar\", \\\n  \"x\"]\n",
    );
    for kept in ["CMD a | b", "CMD a $B", "CMD exec a", "CMD A=b c", "CMD a > b", "CMD a &", "CMD if a; then b; fi"] {
        let text = format!("FROM a:1\n{kept}\n");
        check(&text, Safety::Unsafe, &text);
    }
}

#[test]
fn exceptions_hold_for_repairs_too() {
    let text = "FROM a:1\n# hadolint ignore=DL3020\nADD a b\nADD c d\n";
    check(text, Safety::Safe, "FROM a:1\n# hadolint ignore=DL3020\nADD a b\nCOPY c d\n");
}

#[test]
fn repairs_of_rules_that_are_off_are_not_made() {
    let choices = Choices { select: vec!["DL4000".into()], ..Choices::default() };
    let settings = LintSettings { selection: choices.resolve(), ..LintSettings::default() };
    let repaired = repair(b"FROM a:1\nADD a b\nMAINTAINER c\n", &settings, Safety::Safe);
    assert_eq!(repaired.bytes, b"FROM a:1\nADD a b\nLABEL org.opencontainers.image.authors=\"c\"\n");
    assert_eq!(repaired.made.len(), 1);
}

#[test]
fn bytes_that_are_no_text_stay() {
    let repaired = repair(b"FROM a:1\nLABEL x=\xff\nADD a b\n", &few(), Safety::Safe);
    assert_eq!(repaired.bytes, b"FROM a:1\nLABEL x=\xff\nCOPY a b\n");
}

#[test]
fn huge_files_end() {
    let text = format!("FROM a:1\n{}", "ADD a b\nCMD a b\nMAINTAINER x\n".repeat(400));
    let repaired = repair(text.as_bytes(), &settings(), Safety::Unsafe);
    let again = repair(&repaired.bytes, &settings(), Safety::Unsafe);
    assert_eq!(again.bytes, repaired.bytes);
}
