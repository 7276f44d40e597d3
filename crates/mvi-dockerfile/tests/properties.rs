//! What holds of every file: nothing is lost, nothing overlaps, everything is inside, and the same bytes read the same.
#![allow(clippy::unwrap_used)] // a test may stop

use mvi_dockerfile::{Dockerfile, Instruction, PieceKind, Span};
use proptest::prelude::*;

/// Lines that mean something, to be mixed.
const LINES: [&str; 44] = [
    "FROM alpine:3.20 AS build",
    "FROM --platform=$BUILDPLATFORM build",
    "ARG A=1 B=\"x y\" C",
    "ENV P=/a:$P Q='r s'",
    "ENV OLD form of it",
    "RUN apk add --no-cache a \\",
    "    b=1.0 && \\",
    "# a comment",
    "  # another",
    "",
    "RUN <<EOF",
    "RUN <<-\"EOF\" cat >/x",
    "COPY <<A <<B /d",
    "EOF",
    "A",
    "\tB",
    "RUN [\"a\", \"b\\n\"]",
    "CMD [\"a\",",
    "COPY --from=build --chown=1:1 a b c/",
    "ADD --checksum=sha256:00 http://x y",
    "RUN --mount=type=cache,target=/a,ro --network=none if a; then b; else c; fi",
    "ONBUILD RUN a | b > c 2>&1",
    "HEALTHCHECK --interval=5s CMD wget -q x || exit 1",
    "LABEL a=\"b \\",
    "c\" d=e",
    "SHELL [\"/bin/bash\", \"-c\"]",
    "USER $U",
    "EXPOSE 80/tcp $P",
    "VOLUME [\"/a\"]",
    "STOPSIGNAL 9",
    "MAINTAINER somebody <a@b.c>",
    "WORKDIR /${A:-x}",
    "# escape=`",
    "# syntax=docker/dockerfile:1",
    "RUN for a in $(ls \"`b`\"); do echo \"${a##*/}\"; done",
    "RUN case $a in b) c;; *) (d; { e; });; esac",
    "RUN [[ -f a && b == c* ]] && x=(1 2) || ((i++))",
    "RUN cat <<E > /f && g",
    "E",
    "\u{feff}",
    "FRM typo",
    "RUN echo 'open",
    "RUN ä \"ö $(ü)\" ` \\",
    "\\",
];

/// A file of such lines, with endings of either kind.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let line = (0..LINES.len(), prop::sample::select(vec!["\n", "\n", "\n", "\r\n", ""]));
    prop::collection::vec(line, 0..25).prop_map(|lines| {
        lines.iter().flat_map(|(line, end)| [LINES[*line].as_bytes(), end.as_bytes()].concat()).collect()
    })
}

/// The same with bytes changed, taken out or put in.
fn altered() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop::sample::select(b"\\`'\"$(){}[]<>|&;#=\n\r\t \xff\xc3\x00aE".to_vec());
    let change = (any::<prop::sample::Index>(), odd, 0..3_u8);
    (lines(), prop::collection::vec(change, 0..12)).prop_map(|(mut bytes, changes)| {
        for (place, byte, how) in changes {
            let at = place.index(bytes.len() + 1);
            match how {
                0 => bytes.insert(at, byte),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 if at < bytes.len() => bytes[at] = byte,
                _ => {}
            }
        }
        bytes
    })
}

/// What must hold of a file; reads everything that is read lazily.
fn check(bytes: &[u8]) {
    let file = Dockerfile::parse(bytes);
    assert_eq!(file.print(), bytes);
    let whole = Span::new(0, file.text().len() as u32);
    let mut at = 0;
    for piece in file.pieces() {
        assert_eq!(piece.span.start, at, "pieces follow each other");
        assert!(piece.span.end > at, "no piece is empty");
        at = piece.span.end;
        if let PieceKind::Instruction(index) = piece.kind {
            assert!(piece.span.covers(file.instructions()[index].span));
        }
    }
    assert_eq!(at, whole.end, "pieces are the whole file");
    for (index, instruction) in file.instructions().iter().enumerate() {
        assert_eq!(instruction.index, index);
        check_instruction(&file, instruction);
    }
    for problem in file.problems() {
        assert!(whole.covers(problem.span) && !problem.message.is_empty());
    }
    for stage in file.stages() {
        let reached = file.stages_reached_from(stage.index);
        assert!(reached.contains(&stage.index) && reached.iter().all(|one| *one <= stage.index));
    }
}

fn check_instruction(file: &Dockerfile, instruction: &Instruction) {
    let inside = |span: Span| {
        assert!(instruction.span.covers(span), "{span:?} leaves {:?}", instruction.span);
        assert!(file.text().get(span.range()).is_some(), "{span:?} cuts a character");
    };
    inside(instruction.span);
    inside(instruction.keyword_span);
    inside(instruction.arguments);
    instruction.flags.iter().for_each(|flag| inside(flag.span));
    instruction.heredocs.iter().for_each(|heredoc| inside(heredoc.mark));
    instruction.mounts.iter().flat_map(|mount| &mount.options).for_each(|option| inside(option.span));
    if let Some(inner) = &instruction.on_build {
        check_instruction(file, inner);
    }
    for (index, script) in file.scripts(instruction).iter().flat_map(|script| script.commands.iter().enumerate()) {
        inside(script.span);
        let words = script.name.iter().chain(&script.words);
        for word in words.chain(script.redirects.iter().map(|one| &one.target)) {
            inside(word.span);
        }
        assert!(script.within.is_none_or(|outer| outer < index));
    }
    let _ = file.scope_at(instruction.index).expand(instruction.arguments.of(file.text()));
}

fn check_places(bytes: &[u8]) {
    let file = Dockerfile::parse(bytes);
    let marks = file.text().starts_with('\u{feff}');
    let places = file.text().char_indices().skip(usize::from(marks));
    for (offset, _) in places.filter(|(_, char)| !matches!(char, '\n' | '\r')) {
        let position = file.position(offset as u32);
        assert_eq!(file.lines().offset(position), Some(offset as u32), "{:?}", file.text());
    }
}

#[test]
fn only_the_first_byte_order_mark_has_no_column() {
    check_places("\u{feff}\u{feff}# a comment\nFROM \u{feff}x".as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_lines_are_read_and_printed_as_they_were(bytes in lines()) {
        check(&bytes);
    }

    #[test]
    fn any_changes_to_them_are_as_well(bytes in altered()) {
        check(&bytes);
    }

    #[test]
    fn any_bytes_are_as_well(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn reading_twice_gives_the_same(bytes in altered()) {
        let (first, second) = (Dockerfile::parse(&bytes), Dockerfile::parse(&bytes));
        prop_assert_eq!(first.instructions(), second.instructions());
        prop_assert_eq!(first.problems(), second.problems());
    }

    #[test]
    fn lines_and_columns_lead_back(bytes in altered()) {
        check_places(&bytes);
    }
}
