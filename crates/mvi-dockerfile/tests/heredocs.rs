//! Heredocs, as they are announced and as they end.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may stop

use mvi_dockerfile::{Body, Dockerfile, Interpreter, ProblemKind, ScriptPart};

/// Names, bodies and manner of the heredocs of each instruction.
fn check(text: &str, expected: &[&[(&str, &str, &str)]]) -> Dockerfile {
    let file = Dockerfile::parse(text.as_bytes());
    assert_eq!(String::from_utf8(file.print()).unwrap(), text);
    let manner =
        |strip: bool, expand: bool| format!("{}{}", if strip { "-" } else { "" }, if expand { "$" } else { "" });
    let found: Vec<Vec<_>> = file
        .instructions()
        .iter()
        .map(|instruction| {
            let heredocs = instruction.heredocs.iter();
            heredocs
                .map(|one| (one.name.clone(), one.body.of(file.text()).to_owned(), manner(one.strip_tabs, one.expand)))
                .collect()
        })
        .collect();
    let expected: Vec<Vec<_>> = expected
        .iter()
        .map(|all| all.iter().map(|one| (one.0.to_owned(), one.1.to_owned(), one.2.to_owned())).collect())
        .collect();
    assert_eq!(found, expected, "{text}");
    file
}

#[test]
fn several_follow_one_instruction_in_order() {
    let text = "COPY <<A <<-'B' c /d/\n# $x\nA\n\ty\n\tB\nUSER e\n";
    let file = check(text, &[&[("A", "# $x\n", "$"), ("B", "\ty\n", "-")], &[]]);
    let Body::Copy { sources, destination, .. } = &file.instructions()[0].body else { panic!() };
    assert_eq!((sources.len(), destination.text.as_str()), (1, "/d/"));
    assert!(file.comments().is_empty());
}

#[test]
fn quotes_around_the_word_keep_variables() {
    check("RUN <<\"A B\" c\n$x\nA B\n", &[&[("A B", "$x\n", "")]]);
    check("RUN 3<<A c\nA\n", &[&[("A", "", "$")]]);
    check("RUN << A c\nb\nA", &[&[("A", "b\n", "$")]]);
}

#[test]
fn what_only_looks_like_one_is_none() {
    check("RUN a<<B\n", &[&[]]);
    check("RUN a <<<B\n", &[&[]]);
    check("RUN echo \"<<B\"\n", &[&[]]);
    check("RUN [\"a\", \"<<B\"]\n", &[&[]]);
    check("CMD a <<B\n", &[&[]]);
    check("ENV a=<<B\n", &[&[]]);
    check("RUN echo ${a^^} <<B\n", &[&[]]);
    check("RUN echo $((1<<2)) > a\n", &[&[]]);
}

#[test]
fn an_end_that_is_missing_is_told_and_instructions_go_on() {
    let file = check("FROM a\nRUN <<B\nc\n FROM x\nUSER d\n", &[&[], &[("B", "c\n FROM x\n", "$")], &[]]);
    assert_eq!(file.problems()[0].kind, ProblemKind::UnterminatedHeredoc);
    assert!(!file.instructions()[1].heredocs[0].terminated);
    check("RUN <<B\nc", &[&[("B", "c", "$")]]);
}

#[test]
fn they_may_stand_behind_onbuild_and_continuations() {
    let file = check("FROM a\nONBUILD RUN <<B \\\n # no\n cat\nc\nB\n", &[&[], &[("B", "c\n", "$")]]);
    assert_eq!(file.instructions()[1].on_build.as_ref().unwrap().heredocs.len(), 1);
    assert_eq!(file.instructions()[1].span.end as usize, file.text().len() - 1);
}

/// Who reads which script of the second instruction, and the names of its commands.
fn scripts(text: &str) -> Vec<(ScriptPart, Interpreter, String)> {
    let file = Dockerfile::parse(format!("FROM a\n{text}").as_bytes());
    let scripts = file.scripts(&file.instructions()[1]);
    let names = |commands: &[mvi_dockerfile::SimpleCommand]| {
        let names = commands.iter().map(|one| one.name.as_ref().map_or("", |name| name.text.as_str()));
        names.collect::<Vec<_>>().join(" ")
    };
    scripts.iter().map(|script| (script.part, script.interpreter.clone(), names(&script.commands))).collect()
}

fn sh(name: &str) -> Interpreter {
    Interpreter::Shell(name.to_owned())
}

fn other(name: &str) -> Interpreter {
    Interpreter::Other(name.to_owned())
}

#[test]
fn a_heredoc_that_is_run_is_a_script() {
    assert_eq!(scripts("RUN <<A\nb c\nd \\\n  && e\nA\n"), [(ScriptPart::Heredoc(0), sh("sh"), "b d e".into())]);
    let python = "RUN <<A\n#!/usr/bin/env python3\nimport a\nA\n";
    assert_eq!(scripts(python), [(ScriptPart::Heredoc(0), other("python3"), String::new())]);
    let bash = "RUN <<-A\n\t#!/bin/bash -e\n\tb\n\tA\n";
    assert_eq!(scripts(bash), [(ScriptPart::Heredoc(0), sh("bash"), "b".into())]);
}

#[test]
fn a_heredoc_that_is_fed_to_something_is_read_by_that() {
    let python =
        [(ScriptPart::Line, sh("sh"), "python3 a".into()), (ScriptPart::Heredoc(0), other("python3"), "".into())];
    assert_eq!(scripts("RUN python3 <<B && a\nimport b\nB\n"), python);
    let bash = [(ScriptPart::Line, sh("sh"), "bash".into()), (ScriptPart::Heredoc(0), sh("bash"), "a b".into())];
    assert_eq!(scripts("RUN bash -e <<B\na; b\nB\n"), bash);
    assert_eq!(scripts("RUN <<B cat > /c\nd\nB\n"), [(ScriptPart::Line, sh("sh"), "cat".into())]);
}

#[test]
fn a_heredoc_that_is_copied_is_a_script_when_it_says_so() {
    assert_eq!(scripts("COPY <<A /b\nc\nA\n"), []);
    assert_eq!(scripts("COPY <<A /b\n#!/bin/sh\nc\nA\n"), [(ScriptPart::Heredoc(0), sh("sh"), "c".into())]);
}

#[test]
fn words_in_heredocs_are_where_they_are_in_the_file() {
    let file = Dockerfile::parse(b"RUN <<-A\n\tb \\\n\t  \"c\" \\\n d\n\tA\n");
    let commands = &file.scripts(&file.instructions()[0])[0].commands;
    let places: Vec<_> = commands[0].words.iter().map(|word| file.position(word.span.start)).collect();
    assert_eq!(places.iter().map(|place| (place.line, place.column)).collect::<Vec<_>>(), [(3, 4), (4, 2)]);
    assert_eq!(commands[0].words[0].text, "c");
}
