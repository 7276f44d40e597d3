//! Files that mean harm, or are none: clear words, an end in time, and nothing raw on the terminal.

use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::desk::{Desk, FLAWED, text};

const ESC: char = '\u{1b}';
/// Far more than any of these takes, and far less than what does not end.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn nothing_in_a_file_or_its_name_reaches_the_terminal_raw() {
    let evil = format!("{ESC}]0;owned\u{7}{ESC}[2J\u{9b}31m\u{202e}");
    let file = format!(
        "FROM debian:12.9\nRUN apt-get install {evil} \t x\nMAINTAINER {evil}\n{evil} x\nADD {evil} \\\n {evil}\n"
    );
    let desk = Desk::new(&[(&format!("{evil}.Dockerfile"), &file)]);
    for arguments in
        [&["."][..], &["--format", "markdown"], &["--format", "github"], &["--diff"], &["missing\u{1b}[2J"]]
    {
        let output = desk.command(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
        for shown in [text(&output.stdout), text(&output.stderr)] {
            for rest in shown.split(ESC).skip(1) {
                // Colours are ours.
                let end = rest.find(|character: char| !(character.is_ascii_digit() || matches!(character, '[' | ';')));
                assert!(
                    rest.starts_with('[') && end.is_some_and(|end| rest[end..].starts_with('m')),
                    "{arguments:?} {rest:?}"
                );
            }
            let is_raw = |character: char| character.is_control() && !matches!(character, '\n' | '\t' | ESC);
            assert_eq!(shown.chars().find(|character| is_raw(*character)), None, "{arguments:?}");
            assert!(!shown.contains('\u{202e}'), "{arguments:?}");
        }
    }
}

#[test]
fn colours_are_for_terminals_or_for_those_who_ask() {
    let desk = Desk::new(&[("Dockerfile", FLAWED)]);
    assert!(!desk.says(&[]).contains(ESC));
    let forced = desk.command(&[]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(text(&forced.stdout).contains(ESC));
    let json = desk.command(&["--format", "json"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!text(&json.stdout).contains(ESC));
}

#[test]
fn what_is_no_dockerfile_is_told_and_has_an_end() {
    let long = format!("FROM a:1\nRUN echo {}\n", "x ".repeat(2_000_000));
    let stages = "FROM a:1\n".repeat(10_000);
    let nested = format!("FROM a:1\nRUN {}x{}\n", "$(".repeat(5_000), ")".repeat(5_000));
    let desk = Desk::new(&[("stages.Dockerfile", &stages), ("nested.Dockerfile", &nested), ("long.Dockerfile", &long)]);
    desk.write("binary.Dockerfile", &(0..=255).cycle().take(100_000).collect::<Vec<u8>>());
    desk.write("bom.Dockerfile", b"\xef\xbb\xbfFROM a:1\r\nADD b c\r\n");
    desk.write("template.Dockerfile", b"FROM {{ base }}:{{ tag }}\nRUN <<EOF\nnever ends\n");
    desk.write("quote.Dockerfile", b"FROM a:1\nCMD [\"a\nENV A=\"b\n");
    desk.write("empty.Dockerfile", b"");
    let start = Instant::now();
    for format in ["text", "json", "sarif"] {
        let output = desk.run(&["--format", format]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
    }
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
    let found = desk.found(&[]);
    for file in ["binary", "empty", "template", "quote"] {
        let syntax = |finding: &&String| finding.starts_with(file) && finding.ends_with("MVI1000");
        assert!(found.iter().any(|finding| syntax(&finding)), "{file}: {found:?}");
    }
    assert!(found.contains(&"bom.Dockerfile:2 MVI3020".to_owned()), "{found:?}");
    let bom = desk.says(&["bom.Dockerfile"]);
    assert!(bom.contains("bom.Dockerfile:2:1") && bom.contains("ADD b c"), "{bom}");
}

#[test]
fn the_end_of_a_pipe_is_no_error() {
    let desk = Desk::new(&[("Dockerfile", &FLAWED.repeat(200))]);
    for arguments in [&["."][..], &["--format", "json"], &["--list-rules"], &["--explain", "DL3008"]] {
        let mut child = desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert!(child.wait().unwrap().code().unwrap() <= 1, "{errors}");
        assert!(!errors.contains("panicked") && !errors.contains("pipe"), "{errors}");
    }
}
