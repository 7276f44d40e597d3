//! Semantic versions (semver.org, 2.0.0).

/// Whether a text is a semantic version: `1.2.3`, `1.2.3-rc.1+build.5`.
pub(crate) fn is_version(text: &str) -> bool {
    let (text, build) = split(text, '+');
    let (core, before) = split(text, '-');
    let mut numbers = core.split('.');
    let is_core = (0..3).all(|_| numbers.next().is_some_and(is_number)) && numbers.next().is_none();
    let is_identifier =
        |part: &str| !part.is_empty() && part.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
    let is_release =
        |part: &str| is_identifier(part) && (!part.bytes().all(|byte| byte.is_ascii_digit()) || is_number(part));
    is_core
        && before.is_none_or(|before| before.split('.').all(is_release))
        && build.is_none_or(|build| build.split('.').all(is_identifier))
}

fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(first, rest)| (first, Some(rest)))
}

/// Digits without a needless zero before them.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        assert_eq!(is_version(text), expected, "{text}");
    }

    #[test]
    fn versions_have_three_numbers() {
        for right in ["1.2.3", "0.0.0", "1.2.3-rc.1", "1.2.3+5.a-b", "1.2.3-0a.--+001", "10.20.30-alpha-1"] {
            check(right, true);
        }
        for wrong in ["", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "1.2.3-a..b"] {
            check(wrong, false);
        }
    }
}
