//! What each instruction says, one feature of the language at a time.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may stop

use mvi_dockerfile::{Body, Command, Dockerfile, Healthcheck, Instruction, Pair, PieceKind, ProblemKind, Span, Word};

fn parse(text: &str) -> Dockerfile {
    let file = Dockerfile::parse(text.as_bytes());
    assert_eq!(String::from_utf8(file.print()).unwrap(), text);
    file
}

fn texts(words: &[Word]) -> String {
    words.iter().map(|word| format!("<{}>", word.text)).collect()
}

fn pairs(pairs: &[Pair]) -> String {
    pairs.iter().map(|pair| format!("<{}={}>", pair.key.text, pair.value.text)).collect()
}

fn command(command: &Command) -> String {
    match command {
        Command::Shell(shell) => format!("sh {}", shell.text),
        Command::Exec(words) => format!("exec {}", texts(words)),
    }
}

/// An instruction in one line.
fn show(instruction: &Instruction) -> String {
    let mut all = instruction.keyword.name().to_owned();
    for flag in &instruction.flags {
        all += &format!(" --{}={}", flag.name, flag.value.as_deref().unwrap_or("-"));
    }
    let body = match &instruction.body {
        Body::From { image, alias, .. } => {
            format!("{}{}", image.text, alias.as_ref().map(|alias| format!(" as {}", alias.text)).unwrap_or_default())
        }
        Body::Run(body) | Body::Cmd(body) | Body::Entrypoint(body) => command(body),
        Body::Shell(words) | Body::Expose(words) | Body::Volume(words) => texts(words),
        Body::Copy { sources, destination, .. } | Body::Add { sources, destination } => {
            format!("{} to <{}>", texts(sources), destination.text)
        }
        Body::Env(all) | Body::Label(all) => pairs(all),
        Body::Arg(definitions) => definitions
            .iter()
            .map(|one| match &one.default {
                Some(default) => format!("<{}={}>", one.name.text, default.text),
                None => format!("<{}>", one.name.text),
            })
            .collect(),
        Body::User(word) | Body::Workdir(word) | Body::Stopsignal(word) | Body::Maintainer(word) => word.text.clone(),
        Body::Healthcheck(Healthcheck::None) => "none".to_owned(),
        Body::Healthcheck(Healthcheck::Command(body)) => command(body),
        Body::Onbuild => show(instruction.on_build.as_ref().unwrap()),
        Body::Unknown => "?".to_owned(),
    };
    format!("{all} {body}")
}

/// The instructions of a file, and its problems as kinds with their lines.
fn check(text: &str, instructions: &[&str], problems: &[(ProblemKind, u32)]) -> Dockerfile {
    let file = parse(text);
    assert_eq!(file.instructions().iter().map(show).collect::<Vec<_>>(), instructions, "{text}");
    let found = file.problems().iter().filter(|problem| problem.kind != ProblemKind::Order);
    let found: Vec<_> = found.map(|problem| (problem.kind, file.position(problem.span.start).line)).collect();
    assert_eq!(found, problems, "{text} {:?}", file.problems());
    file
}

#[test]
fn directives_stand_first_and_once() {
    let file =
        check("# syntax=docker/dockerfile:1\n#escape = `\n# check=skip=all\nRUN a `\n b\n", &["RUN sh a  b"], &[]);
    let found: Vec<_> = file.directives().iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
    assert_eq!(found, [("syntax", "docker/dockerfile:1"), ("escape", "`"), ("check", "skip=all")]);
    assert_eq!(file.directives()[1].value_span.of(file.text()), "`");
    assert_eq!(file.escape(), '`');

    let file = check("# a comment\n# escape=`\nRUN a \\\n b\n", &["RUN sh a  b"], &[]);
    assert_eq!((file.directives().len(), file.comments().len(), file.escape()), (0, 2, '\\'));

    check("# escape=`\n# ESCAPE=`\nRUN a", &["RUN sh a"], &[(ProblemKind::Directive, 2)]);
    check("# escape=x\nRUN a", &["RUN sh a"], &[(ProblemKind::Directive, 1)]);
    assert_eq!(parse("\n# escape=`\nRUN a").escape(), '\\');
}

#[test]
fn after_a_shebang_only_syntax_and_check_are_directives() {
    let file = parse("#!/usr/bin/env docker\n# syntax=a\n# escape=`\nFROM b\n");
    assert_eq!((file.directives().len(), file.escape()), (1, '\\'));
    let kinds: Vec<_> = file.pieces().iter().map(|piece| piece.kind).collect();
    let expected = [PieceKind::Shebang, PieceKind::Directive(0), PieceKind::Comment(0), PieceKind::Instruction(0)];
    assert_eq!(kinds, expected);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    let file = check("\u{feff}# escape=`\r\nFROM a\r\n", &["FROM a"], &[]);
    assert_eq!((file.escape(), file.pieces()[0].kind), ('`', PieceKind::ByteOrderMark));
    let position = file.position(file.directives()[0].span.start);
    assert_eq!((position.line, position.column), (1, 1));
}

#[test]
fn lines_go_on_over_comments_and_empty_lines() {
    let text = "RUN a && \\\n  # told\n\n\t b \\  \n  && c\nUSER d";
    let file = check(text, &["RUN sh a && \t b   && c", "USER d"], &[(ProblemKind::EmptyContinuation, 3)]);
    assert_eq!((file.comments()[0].text.as_str(), file.comments()[0].inside), ("told", Some(0)));
    let Body::Run(Command::Shell(shell)) = &file.instructions()[0].body else { panic!() };
    let at = shell.text.find('b').unwrap();
    assert_eq!(file.position(shell.place(at, at + 1).start).line, 4);
    assert_eq!(file.instructions()[0].span, Span::new(0, text.find("\nUSER").unwrap() as u32));
}

#[test]
fn an_escaped_escape_does_not_go_on() {
    check("RUN a \\\\\nUSER b", &["RUN sh a \\\\", "USER b"], &[]);
    check("\\\nRUN \\\na", &["RUN sh a"], &[]);
    check("RUN a \\", &["RUN sh a "].map(str::trim_end), &[]);
}

#[test]
fn carriage_returns_tabs_and_missing_newlines_are_seen_through() {
    check("from\ta\tAs\tb\r\n\r\nrun\tc \\\r\n\td\r\n", &["FROM a as b", "RUN sh c \td"], &[]);
    check("\t USER  a b ", &["USER a b"], &[]);
}

#[test]
fn from_has_an_image_a_name_and_a_platform() {
    let file = check(
        "FROM --platform=$BUILDPLATFORM a:1@sha256:b AS c-d.e_f",
        &["FROM --platform=$BUILDPLATFORM a:1@sha256:b as c-d.e_f"],
        &[],
    );
    let Body::From { platform, .. } = &file.instructions()[0].body else { panic!() };
    assert!(platform.as_ref().unwrap().has_variables);
    check(
        "FROM a b\nFROM a as 1\nFROM",
        &["FROM a", "FROM a as 1", "FROM ?"],
        &[(ProblemKind::Arguments, 1), (ProblemKind::Arguments, 2), (ProblemKind::Arguments, 3)],
    );
}

#[test]
fn exec_form_is_json_and_nothing_less() {
    let cases: [(&str, &str); 9] = [
        (r#"CMD ["a", "b c"]"#, "CMD exec <a><b c>"),
        (r#"CMD  [ "a\u00e9\ud83d\ude00\n" ] "#, "CMD exec <aé😀\n>"),
        ("CMD []", "CMD exec "),
        ("ENTRYPOINT []", "ENTRYPOINT exec "),
        ("CMD ['a']", "CMD sh ['a']"),
        (r#"CMD ["a"] b"#, r#"CMD sh ["a"] b"#),
        (r#"CMD ["a",]"#, r#"CMD sh ["a",]"#),
        (r#"RUN [ "$a" = "b" ]"#, r#"RUN sh [ "$a" = "b" ]"#),
        (r#"SHELL ["a", "-c"]"#, "SHELL <a><-c>"),
    ];
    for (text, expected) in cases {
        check(text, &[expected], &[]);
    }
    check("CMD [\"a\", \\\n  # why\n \"b\"]", &["CMD exec <a><b>"], &[]);
    check(r#"CMD ["a", 1]"#, &["CMD ?"], &[(ProblemKind::Json, 1)]);
    check("SHELL sh -c", &["SHELL ?"], &[(ProblemKind::Json, 1)]);
    check("VOLUME [\"/a\", \"/b\"]\nVOLUME /a /b", &["VOLUME </a></b>", "VOLUME </a></b>"], &[]);
}

#[test]
fn copy_and_add_have_sources_and_a_destination() {
    let text = "COPY --from=b --chown=1:2 --chmod=0755 --link --parents --exclude=*.a --exclude=b a \"b\" /c/";
    let shown = "COPY --from=b --chown=1:2 --chmod=0755 --link=- --parents=- --exclude=*.a --exclude=b <a><b> to </c/>";
    let file = check(text, &[shown], &[]);
    let Body::Copy { from: Some(from), .. } = &file.instructions()[0].body else { panic!() };
    assert_eq!(from.span.of(file.text()), "b");
    check(r#"COPY ["a b", "c"]"#, &["COPY <a b> to <c>"], &[]);
    let text = "ADD --checksum=sha256:a --keep-git-dir=true --unpack=false http://a b";
    check(text, &["ADD --checksum=sha256:a --keep-git-dir=true --unpack=false <http://a> to <b>"], &[]);
    check("COPY a", &["COPY ?"], &[(ProblemKind::Arguments, 1)]);
}

#[test]
fn flags_that_cannot_be_are_told() {
    let cases = ["COPY --form=a b c", "COPY --link=maybe b c", "COPY --from b c", "COPY --chown=1 --chown=2 b c"];
    let more = ["RUN --network=lan a", "RUN --mount=type=disk a", "RUN --mount=typ=bind a", "RUN --mount=target a"];
    let last = ["HEALTHCHECK --interval=5 CMD a", "HEALTHCHECK --retries=-1 CMD a", "CMD --a", "USER --a b"];
    for text in cases.iter().chain(&more).chain(&last) {
        let file = parse(text);
        assert!(file.problems().iter().any(|problem| problem.kind == ProblemKind::Flag), "{text}");
    }
    let text = "HEALTHCHECK --interval=1m30s --timeout=3s --start-period=0 --start-interval=500ms --retries=3 CMD a b";
    check(text, &[format!("{} sh a b", text.replace(" CMD a b", "")).as_str()], &[]);
    check("HEALTHCHECK none\nHEALTHCHECK CMD [\"a\"]", &["HEALTHCHECK none", "HEALTHCHECK exec <a>"], &[]);
    let wrong = [(ProblemKind::Arguments, 1), (ProblemKind::Arguments, 2), (ProblemKind::Arguments, 3)];
    check("HEALTHCHECK NONE a\nHEALTHCHECK a\nHEALTHCHECK CMD", &["HEALTHCHECK ?"; 3], &wrong);
}

#[test]
fn mounts_are_read_to_the_last_option() {
    let text = "RUN --mount=type=cache,id=a,target=\"/b c\",ro --mount=from=d,src=/e,dst=/f,rw=false g";
    let file = parse(text);
    assert_eq!(file.problems().len(), 1, "{:?}", file.problems());
    let [first, second] = file.instructions()[0].mounts.as_slice() else { panic!() };
    assert_eq!((first.kind(), first.target(), first.value(&["ro"])), ("cache", Some("/b c"), None));
    assert_eq!((second.kind(), second.from(), second.target()), ("bind", Some("d"), Some("/f")));
    let spans: Vec<_> = first.options.iter().map(|option| option.span.of(file.text())).collect();
    assert_eq!(spans, ["type=cache", "id=a", "target=\"/b c", "ro"]);
}

#[test]
fn env_and_label_have_two_forms() {
    check("ENV a=b c='d e' f=g\\ h \"i\"=\"j k\"", &["ENV <a=b><c=d e><f=g h><i=j k>"], &[]);
    let file = check("ENV a  b c\nLABEL x=\"1 2\" y=\"a \\\n b\"", &["ENV <a=b c>", "LABEL <x=1 2><y=a  b>"], &[]);
    let Body::Env(all) = &file.instructions()[0].body else { panic!() };
    assert!(all[0].old_form);
    check("ENV a=b c", &["ENV <a=b>"], &[(ProblemKind::Arguments, 1)]);
    check("ENV a\nENV =b", &["ENV ?", "ENV "], &[(ProblemKind::Arguments, 1), (ProblemKind::Arguments, 2)]);
    check("ENV a=\"b", &["ENV <a=b>"], &[(ProblemKind::UnterminatedQuote, 1)]);
    check("ARG a b=c d= e=\"f g\"", &["ARG <a><b=c><d=><e=f g>"], &[]);
}

#[test]
fn onbuild_holds_another_instruction() {
    let file = check("FROM a\nONBUILD COPY --link a \\\n b", &["FROM a", "ONBUILD COPY --link=- <a> to <b>"], &[]);
    assert_eq!(file.instructions()[1].on_build.as_ref().unwrap().keyword_span.of(file.text()), "COPY");
    for text in ["FROM a\nONBUILD ONBUILD RUN a", "FROM a\nONBUILD FROM a", "FROM a\nONBUILD MAINTAINER a"] {
        assert_eq!(parse(text).problems()[0].kind, ProblemKind::Order);
    }
}

#[test]
fn unknown_instructions_are_told_and_reading_goes_on() {
    let shown = ["FROM a", " ?", "RUN sh b", " ?", "USER c"];
    let problems = [(ProblemKind::UnknownInstruction, 2), (ProblemKind::UnknownInstruction, 4)];
    check(
        "FROM a\nRUM b \\\n c\nRUN b\n{{ d }}\nUSER c\n",
        &shown,
        &[problems[0], (ProblemKind::UnknownInstruction, 5)],
    );
    check("FROM a\nRUM b\nRUN b\n<<\nUSER c\n", &shown, &problems);
}

#[test]
fn bytes_that_are_not_utf_8_keep_their_places() {
    let bytes = b"FROM a\n# \xe9\xff t\nRUN \"\xc3\" \xe2\x82 b\n";
    let file = Dockerfile::parse(bytes);
    assert_eq!(file.print(), bytes);
    assert_eq!(file.problems()[0].kind, ProblemKind::NotUtf8);
    assert_eq!(file.text().len(), bytes.len());
    let words: Vec<_> = file.scripts(&file.instructions()[1])[0].commands[0].words.iter().map(|one| one.span).collect();
    assert_eq!(words.last().unwrap().of(file.text()), "b");
}

#[test]
fn columns_count_characters() {
    let file = parse("FROM a\nLABEL ä=\"日本\" b=c\n");
    let Body::Label(all) = &file.instructions()[1].body else { panic!() };
    let position = file.position(all[1].span.start);
    assert_eq!((position.line, position.column), (2, 14));
    assert_eq!(file.lines().offset(position), Some(all[1].span.start));
}
