//! Packages of Hex that rebar3 and Mix locked: `rebar.lock`, `mix.lock`.

use super::LockedPackage;
use crate::parse::erlang_term::{Term, parse_term};
use crate::parse::problem::{Problem, ProblemKind, Problems, quote};

/// The packages of a `rebar.lock`: `{"1.2.0", [{<<"cowboy">>, {pkg, <<"cowboy">>, <<"2.9.0">>}, 0}, …]}`, or from before
/// rebar3 3.0.0 the list alone. Sources from repositories have no version.
pub fn parse_rebar_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let term = parse_term(bytes);
    let list = match &term {
        Some(Term::List(items)) => items.as_slice(),
        Some(Term::Tuple(parts)) => match parts.get(1) {
            Some(Term::List(items)) => items.as_slice(),
            Some(Term::Atom(_) | Term::Text(_) | Term::Other | Term::Tuple(_)) | None => &[],
        },
        Some(Term::Atom(_) | Term::Text(_) | Term::Other) | None => {
            problems.push(0, ProblemKind::UnreadableLine { line: quote(bytes) });
            &[]
        }
    };
    let packages = list.iter().filter_map(|item| match item.tuple()?.get(1)?.tuple()? {
        [Term::Atom("pkg"), name, version, ..] => LockedPackage::new(&name.text()?, &version.text()?),
        _ => None,
    });
    (packages.collect(), problems.into_vec())
}

/// The packages of a `mix.lock`: lines `"cowboy": {:hex, :cowboy, "2.9.0", …}`, as Mix writes them.
pub fn parse_mix_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    let packages = text.lines().filter_map(|line| {
        let (_, source) = line.split_once(": {:hex, :")?;
        let (name, rest) = source.split_once(", \"")?;
        LockedPackage::new(name.trim_matches('"'), rest.split('"').next()?)
    });
    (packages.collect(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn rebar_locks_terms() {
        let lock = "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0},\n {<<\"own\">>,\n  {git,\"https://h\",\n       \
            {ref,\"79\"}},\n  0},\n {<<\"alias\">>,{pkg,<<\"real\">>,<<\"1.0.0\">>,<<\"A\">>,<<\"B\">>},1}]}.\n[\n{pkg_hash,[]}].\n";
        assert_eq!(lines(&parse_rebar_lock(lock.as_bytes())), ["cowboy 2.9.0 Unknown", "real 1.0.0 Unknown"]);
        assert_eq!(lines(&parse_rebar_lock(b"[].\n")), [""; 0]);
        assert_eq!(lines(&parse_rebar_lock(b"oops.")), ["byte 0: unreadable line `oops.`"]);
    }

    #[test]
    fn mix_locks_lines() {
        let lock = "%{\n  \"cowboy\": {:hex, :cowboy, \"2.9.0\", \"865d\", [:make, :rebar3], [{:cowlib, \"2.11.0\", [hex: :cowlib]}], \
            \"hexpm\", \"2c72\"},\n  \"own\": {:git, \"https://h\", \"79\", []},\n}\n";
        assert_eq!(lines(&parse_mix_lock(lock.as_bytes())), ["cowboy 2.9.0 Unknown"]);
    }
}
