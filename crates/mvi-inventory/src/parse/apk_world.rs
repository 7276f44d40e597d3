//! The packages that somebody asked apk for: `etc/apk/world`.

use std::borrow::Cow;

use super::apk_installed::dependency_name;
use super::problem::{Problem, Problems};

/// The names in a world file in its order, without version bounds and repository tags; conflicts (`!name`) are left
/// out. Format: apk-world(5).
pub fn parse_apk_world(bytes: &[u8]) -> (Vec<Cow<'_, str>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let words = bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let names = words.filter_map(dependency_name).map(|name| problems.text(0, name)).collect();
    (names, problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &[u8], expected: &[&str]) {
        let (names, problems) = parse_apk_world(document);
        let mut found: Vec<String> = names.iter().map(ToString::to_string).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn bounds_and_tags_are_dropped() {
        check(
            b"alpine-baselayout\ncurl=8.1-r0\nnginx@edge python3~3.12\n!uclibc\n.deps\n",
            &["alpine-baselayout", "curl", "nginx", "python3", ".deps"],
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_a_problem() {
        check(b"a\xff\n", &["a\u{fffd}", "byte 0: `a\u{fffd}` is not UTF-8"]);
    }
}
