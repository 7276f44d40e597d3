//! As much of a shell as is needed to see which program a script or a `-c` text ends up running.

/// The interpreter line of a script: the words behind `#!`; none when `head` starts no script.
pub(super) fn interpreter(head: &[u8]) -> Option<Vec<String>> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let words: Vec<String> = String::from_utf8_lossy(line).split_ascii_whitespace().map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}

/// The words of the last line that starts with `exec` and a program; none when there is no such line at hand.
///
/// Lines whose program is `"$@"` or another variable say nothing: what they run is what the caller was given.
pub(super) fn exec_line(head: &[u8]) -> Option<Vec<String>> {
    let text = String::from_utf8_lossy(head);
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("exec "));
    lines.map(words).rfind(|words| words.first().is_some_and(|word| !word.starts_with(['$', '-', '>', '<'])))
}

/// The words of the last command of a `-c` text, `exec` and assignments in front of it dropped.
pub(super) fn command_text(text: &str) -> Vec<String> {
    let last = text.rsplit(['\n', ';']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let last = last.rsplit("&&").next().unwrap_or_default();
    let mut words = words(last);
    let leading = words.iter().take_while(|word| *word == "exec" || is_assignment(word)).count();
    words.drain(..leading);
    words
}

/// `NAME=value`.
pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Words between blanks, quotation marks taken off; quoted blanks keep a word together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quotation = None;
    for character in line.chars() {
        match quotation {
            Some(open) if character == open => quotation = None,
            None if matches!(character, '"' | '\'') => {
                quotation = Some(character);
                word.get_or_insert_default();
            }
            None if character.is_whitespace() => words.extend(word.take()),
            Some(_) | None => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: Option<Vec<String>>, expected: &str) {
        assert_eq!(words.unwrap_or_default().join("|"), expected);
    }

    #[test]
    fn a_script_names_its_interpreter() {
        check(interpreter(b"#! /usr/bin/env -S python3 -u\nimport x\n"), "/usr/bin/env|-S|python3|-u");
        check(interpreter(b"#!\n"), "");
        check(interpreter(b"\x7fELF"), "");
    }

    #[test]
    fn the_last_exec_with_a_program_counts() {
        check(exec_line(b"#!/bin/sh\nexec /bin/a\n  exec \"/opt/b c\" -x\n"), "/opt/b c|-x");
        check(exec_line(b"#!/bin/sh\nset -e\nexec \"$@\"\n"), "");
    }

    #[test]
    fn a_command_text_is_its_last_command() {
        check(Some(command_text("cd /app && A=1 exec python3 'my app.py'")), "python3|my app.py");
        check(Some(command_text("migrate; gunicorn app\n")), "gunicorn|app");
        check(Some(command_text("")), "");
    }
}
