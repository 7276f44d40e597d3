//! Versions of packages: whether a name has one, and what is said when it has none.

use crate::finding::Finding;
use crate::rule::RuleMeta;
use crate::shell::ShellWord;

/// Names that a message shows.
const SHOWN: usize = 5;

/// The finding about packages of one call that have no version; `None` when all have.
pub(crate) fn unpinned<'a>(
    meta: &'static RuleMeta,
    packages: impl Iterator<Item = &'a ShellWord>,
    note: &str,
) -> Option<Finding> {
    let packages: Vec<&ShellWord> = packages.collect();
    let (first, last) = (packages.first()?, packages.last()?);
    let names: Vec<&str> = packages.iter().take(SHOWN).map(|word| word.text.as_str()).collect();
    let more = if packages.len() > SHOWN { ", …" } else { "" };
    let message = format!("installed without a version: {}{more}", names.join(", ").replace(['\n', '\r'], " "));
    Some(Finding::new(meta, first.span.join(last.span), message).note(note))
}

/// Whether a package of the RPM world has its version: `name-1.2`, a file, or a variable that `declared` knows.
pub(crate) fn has_version(package: &str, declared: impl Fn(&str) -> bool) -> bool {
    let mut parts = package.split('-').skip(1).peekable();
    if parts.peek().is_none() {
        return false;
    }
    if package.ends_with(".rpm") {
        return true;
    }
    if package.contains('$') {
        return variables(package).any(declared);
    }
    let is_version = |part: &str| {
        part.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '.' | '~' | '^' | '_' | ':' | '+'))
    };
    let mut begins_with_a_digit = false;
    parts.all(|part| {
        begins_with_a_digit |= part.starts_with(|first: char| first.is_ascii_digit());
        is_version(part)
    }) && begins_with_a_digit
}

/// Names between `${` and `}`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(package: &str, expected: bool) {
        assert_eq!(has_version(package, |name| name == "V"), expected, "{package}");
    }

    #[test]
    fn versions_stand_behind_a_dash_and_have_a_digit() {
        check("curl", false);
        check("curl-devel", false);
        check("curl-7.61.1", true);
        check("curl-devel-7.61.1-2.el8", true);
        check("curl-7.*", false);
        check("java-1.8.0-openjdk", true);
        check("./a-b.rpm", true);
        check("a.rpm", false);
        check("curl-${V}", true);
        check("curl-${W}", false);
    }
}
