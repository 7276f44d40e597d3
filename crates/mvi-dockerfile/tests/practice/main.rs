//! Rules of practice, each with a table of small files and the lines it speaks of.
#![allow(clippy::unwrap_used)] // a test that cannot be set up should stop

mod commands;
mod instructions;
mod labels;
mod managers;
mod stages;
mod versions;

use std::collections::BTreeSet;

use mvi_dockerfile::{Choices, Dockerfile, LabelKind, LintSettings, lint};

/// Lints each text, behind `FROM a:1` unless it has a stage of its own, and compares the lines of the instructions that
/// findings of this rule are about.
fn check(code: &str, cases: &[(&str, &[u32])]) {
    let settings = settings(code);
    for (text, expected) in cases {
        let begins = |start: &str| text.starts_with(start) || text.contains(&format!("\n{start}"));
        let is_whole =
            ["FROM", "ARG", "#"].iter().any(|start| text.starts_with(start)) && begins("FROM") && first_is_from(text);
        let text = if is_whole || code == "MVI3061" { format!("{text}\n") } else { format!("FROM a:1\n{text}\n") };
        let file = Dockerfile::parse(text.as_bytes());
        let found = lint(&file, &settings);
        let lines: BTreeSet<u32> =
            found.iter().filter(|one| one.code == code).map(|one| line(&file, one.span.start)).collect();
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), *expected, "{code}: {text}");
    }
}

/// Whether nothing but arguments and comments stands before the first stage.
fn first_is_from(text: &str) -> bool {
    let early = text.lines().take_while(|line| !line.starts_with("FROM"));
    early.into_iter().all(|line| line.starts_with(['#']) || line.starts_with("ARG") || line.is_empty())
}

/// The rule alone, with a schema of labels and registries.
fn settings(code: &str) -> LintSettings {
    let kinds = [
        ("t", LabelKind::Text),
        ("u", LabelKind::Url),
        ("d", LabelKind::Time),
        ("l", LabelKind::Spdx),
        ("h", LabelKind::GitHash),
        ("v", LabelKind::SemVer),
        ("e", LabelKind::Email),
    ];
    LintSettings {
        selection: Choices { select: vec![code.into()], ..Choices::default() }.resolve(),
        trusted_registries: ["docker.io", "ghcr.io", "*.example.org", "quay*"].map(str::to_owned).to_vec(),
        label_schema: kinds.map(|(label, kind)| (label.to_owned(), kind)).into(),
        strict_labels: true,
        ..LintSettings::default()
    }
}

/// The line on which the instruction around a place begins; that of the place outside of all.
fn line(file: &Dockerfile, offset: u32) -> u32 {
    let around = file.instructions().iter().find(|one| one.span.start <= offset && offset <= one.span.end);
    file.position(around.map_or(offset, |one| one.span.start)).line
}
