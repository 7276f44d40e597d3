//! What reaches the terminal: colours only where they belong, nothing an image smuggles in, quiet ends of pipes.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{Entry, file, layer};

const ESC: char = '\u{1b}';

/// Checks what is shown of an image full of control characters, with colours forced so that nothing is filtered.
fn check(desk: &Desk, arguments: &[&str]) {
    let output = desk.command(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
    for (name, bytes) in [("output", &output.stdout), ("errors", &output.stderr)] {
        let shown = text(bytes);
        // Select-graphic-rendition sequences are ours; everything else is the image's.
        let foreign = shown.split(ESC).skip(1).find(|rest| {
            let end = rest.find(|character: char| !(character.is_ascii_digit() || matches!(character, '[' | ';')));
            !rest.starts_with('[') || !end.is_some_and(|end| rest[end..].starts_with('m')) || rest.starts_with("[66m")
        });
        assert_eq!(foreign, None, "{arguments:?} {name}");
        let control = shown.chars().find(|character| character.is_control() && !matches!(character, '\n' | &ESC));
        assert_eq!(control, None, "{arguments:?} {name}");
        assert!(!shown.contains('\u{202e}'), "{arguments:?} {name}");
    }
}

fn hostile() -> Members {
    let evil = format!("{ESC}]0;owned\u{7}{ESC}[2J{ESC}[66m");
    let package = format!("C:Q1a=\nP:evil{evil}\nV:1{evil}\nA:x86_64\nI:1\nF:bin\nR:x\n\n");
    let os = format!("ID=alpine\nPRETTY_NAME=\"Alpine {evil}\u{202e}\"\n");
    let entries: Vec<Entry> = vec![
        file(&format!("bin/{evil}"), vec![b'x'; 2_000_000]),
        file("bin/x", vec![b'y'; 100]),
        file("lib/apk/db/installed", package),
        file("etc/os-release", os),
    ];
    let step = format!("RUN echo {ESC}]0;owned {ESC}[2J{ESC}[66m");
    let config = Config { history: &[&step, &step], ..Config::default() };
    let gone = layer(&[file(&format!("bin/.wh.{evil}"), ""), file(".wh..wh.odd\u{7}", "")]);
    Members::docker(&[layer(&entries), gone], &[&format!("evil{ESC}[2J{ESC}[66m:1")], &config)
}

#[test]
fn nothing_in_an_image_reaches_the_terminal_raw() {
    let desk = Desk::new();
    desk.write("evil.tar", &hostile().tar());
    for format in ["text", "markdown"] {
        check(&desk, &["audit", "evil.tar", "app", "--format", format]);
        check(&desk, &["layers", "evil.tar", "--files", "--format", format]);
        check(&desk, &["explain", "evil.tar", "/bin/x", "--format", format]);
        check(&desk, &["explain", "evil.tar", "/bin", "--format", format]);
    }
    check(&desk, &["layers", "evil.tar:nothing"]);
    check(&desk, &["layers", &format!("missing{ESC}[2J\u{7}")]);
    check(&desk, &["explain", "evil.tar", &format!("/no{ESC}[2J")]);
    desk.write("spoilt.tar", &hostile().edit("0/layer.tar", "yyyy", "zzzz").tar());
    check(&desk, &["audit", "spoilt.tar"]);
    check(&desk, &["audit", "spoilt.tar", "--format", "markdown"]);
}

#[test]
fn colours_are_for_terminals_or_for_those_who_ask() {
    let desk = Desk::new();
    for arguments in [&["audit", "app"][..], &["layers", "app"], &["explain", "app", "/app"], &["standard", "show"]] {
        assert!(!desk.says(arguments).contains(ESC), "{arguments:?}");
        let forced = desk.command(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
        assert!(text(&forced.stdout).contains(ESC), "{arguments:?}");
        let refused = desk.command(arguments).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
        assert!(!text(&refused.stdout).contains(ESC), "{arguments:?}");
    }
    let forced = desk.command(&["audit", "app", "--format", "json"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!text(&forced.stdout).contains(ESC));
}

#[test]
fn the_end_of_a_pipe_is_no_error() {
    let desk = Desk::new();
    let all = [
        &["audit", "app", "--format", "json"][..],
        &["layers", "app", "--files"],
        &["completions", "bash"],
        &["man", "audit"],
        &["standard", "show"],
        &["standard", "show", "--format", "json"],
        &["standard", "lint", "--on", "2027-01-01"],
        &["--help"],
    ];
    for arguments in all {
        let mut command = desk.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The reader leaves before the first byte.
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((errors.as_str(), status.code().unwrap_or(-1) <= 1), ("", true), "{arguments:?} {status}");
    }
}

#[test]
fn an_image_may_come_from_standard_input() {
    let desk = Desk::new();
    let archive = std::fs::read(desk.path("app.tar")).unwrap();
    for (arguments, file) in [
        (&["layers", "-", "--format", "json"][..], &["layers", "app.tar", "--format", "json"][..]),
        (&["audit", "-", "--format", "json"], &["audit", "app.tar", "--format", "json"]),
    ] {
        let mut command = desk.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&archive).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let from_file = desk.says(&[file, &["--no-cache"]].concat());
        assert_eq!(text(&output.stdout).replace("standard input", "app.tar"), from_file);
    }
    let output = desk.command(&["audit", "-"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
}
