//! Another parser's view of the same files: where it accepts one, instructions are the same and in the same places.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may stop

use std::path::Path;

use mvi_dockerfile::{Dockerfile, Keyword};
use parse_dockerfile::Instruction;

/// Keyword and bounds of every instruction as the other parser sees them; `None` when it refuses the file.
fn other(text: &str) -> Option<Vec<(Keyword, usize)>> {
    let parsed = parse_dockerfile::parse(text).ok()?;
    // It counts from behind a byte order mark.
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let keyword = |instruction: &Instruction<'_>| {
        let (keyword, span) = match instruction {
            Instruction::Add(one) => (Keyword::Add, &one.add.span),
            Instruction::Arg(one) => (Keyword::Arg, &one.arg.span),
            Instruction::Cmd(one) => (Keyword::Cmd, &one.cmd.span),
            Instruction::Copy(one) => (Keyword::Copy, &one.copy.span),
            Instruction::Entrypoint(one) => (Keyword::Entrypoint, &one.entrypoint.span),
            Instruction::Env(one) => (Keyword::Env, &one.env.span),
            Instruction::Expose(one) => (Keyword::Expose, &one.expose.span),
            Instruction::From(one) => (Keyword::From, &one.from.span),
            Instruction::Healthcheck(one) => (Keyword::Healthcheck, &one.healthcheck.span),
            Instruction::Label(one) => (Keyword::Label, &one.label.span),
            Instruction::Maintainer(one) => (Keyword::Maintainer, &one.maintainer.span),
            Instruction::Onbuild(one) => (Keyword::Onbuild, &one.onbuild.span),
            Instruction::Run(one) => (Keyword::Run, &one.run.span),
            Instruction::Shell(one) => (Keyword::Shell, &one.shell.span),
            Instruction::Stopsignal(one) => (Keyword::Stopsignal, &one.stopsignal.span),
            Instruction::User(one) => (Keyword::User, &one.user.span),
            Instruction::Volume(one) => (Keyword::Volume, &one.volume.span),
            Instruction::Workdir(one) => (Keyword::Workdir, &one.workdir.span),
            other => panic!("an instruction of a new kind: {other:?}"),
        };
        (keyword, span.start + mark)
    };
    Some(parsed.instructions.iter().map(keyword).collect())
}

/// Whether the other parser accepts the text; then both must see the same instructions.
fn check(name: &str, text: &str) -> bool {
    let Some(theirs) = other(text) else { return false };
    let file = Dockerfile::parse(text.as_bytes());
    let ours: Vec<_> = file.instructions().iter().map(|one| (one.keyword, one.keyword_span.start as usize)).collect();
    assert_eq!(ours, theirs, "{name}");
    true
}

#[test]
fn both_see_the_same_instructions_in_the_seeds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/dockerfile_parse");
    let mut accepted = 0;
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if let Ok(text) = std::fs::read_to_string(&path) {
            accepted += usize::from(check(&path.display().to_string(), &text));
        }
    }
    assert!(accepted >= 4, "{accepted}");
}

/// Files it takes otherwise than BuildKit's own tests have them.
const WRONG: [&str; 1] = ["testfiles/trailing-backslash/Dockerfile"];

/// `MVI_DOCKERFILES` may name a folder of real files, which are then compared as well.
#[test]
fn both_see_the_same_instructions_in_real_files() {
    let Some(folder) = std::env::var_os("MVI_DOCKERFILES") else { return };
    let (mut open, mut files, mut accepted) = (vec![folder.into()], 0, 0);
    while let Some(folder) = open.pop() {
        let folder: std::path::PathBuf = folder;
        for item in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            if item.file_type().unwrap().is_dir() {
                open.push(item.path());
            } else if let Ok(text) = std::fs::read_to_string(item.path())
                && !WRONG.iter().any(|wrong| item.path().ends_with(wrong))
            {
                files += 1;
                accepted += usize::from(check(&item.path().display().to_string(), &text));
            }
        }
    }
    println!("{accepted} of {files} files are accepted by both");
    assert!(accepted * 2 > files, "only {accepted} of {files} are accepted");
}
