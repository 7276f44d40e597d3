//! Applications of Erlang/OTP: the resource file `ebin/NAME.app`, and `releases/start_erl.data`.

use super::erlang_term::{Term, parse_term};
use super::problem::{Problem, ProblemKind, Problems, quote};

/// What a resource file says. Keys: app(4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErlangApp {
    /// The application's name.
    pub name: String,
    /// `vsn`.
    pub version: String,
    /// `applications`: those it needs, in order.
    pub applications: Vec<String>,
    /// `optional_applications`: of those, the ones that may be missing.
    pub optional: Vec<String>,
    /// `licenses`, which Hex's tools keep.
    pub licences: Vec<String>,
}

/// The application; none when the file is no such term or has no version, which is then a problem.
pub fn parse_erlang_app(bytes: &[u8]) -> (Option<ErlangApp>, Vec<Problem>) {
    let mut problems = Problems::default();
    let term = parse_term(bytes);
    let Some([Term::Atom("application"), name, Term::List(options)]) = term.as_ref().and_then(Term::tuple) else {
        problems.push(0, ProblemKind::UnreadableLine { line: quote(bytes) });
        return (None, problems.into_vec());
    };
    let option = |wanted: &str| {
        options.iter().find_map(|option| match option.tuple()? {
            [Term::Atom(key), value] if *key == wanted => Some(value),
            _ => None,
        })
    };
    let names = |key: &str| option(key).map(Term::texts).unwrap_or_default();
    let app = ErlangApp {
        name: name.text().unwrap_or_default(),
        version: option("vsn").and_then(Term::text).unwrap_or_default(),
        applications: names("applications"),
        optional: names("optional_applications"),
        licences: names("licenses"),
    };
    let kind = match (app.name.is_empty(), app.version.is_empty()) {
        (false, false) => return (Some(app), problems.into_vec()),
        (true, _) => ProblemKind::NoName,
        (false, true) => ProblemKind::NoVersion { name: quote(app.name.as_bytes()) },
    };
    problems.push(0, kind);
    (None, problems.into_vec())
}

/// Names and versions of the applications of a release, in the order of its file: rel(4). None when it is no such term.
#[must_use]
pub fn parse_release_applications(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let term = parse_term(bytes)?;
    let [Term::Atom("release"), _, _, Term::List(applications), ..] = term.tuple()? else { return None };
    let application = |term: &Term<'_>| match term.tuple()? {
        [name, version, ..] => Some((name.text()?, version.text()?)),
        _ => None,
    };
    Some(applications.iter().filter_map(application).collect())
}

/// The version of the Erlang run-time system in `start_erl.data`: `ERTS RELEASE`, OTP Design Principles, "Releases".
pub fn parse_start_erl(bytes: &[u8]) -> (Option<String>, Vec<Problem>) {
    let mut problems = Problems::default();
    let text = String::from_utf8_lossy(bytes);
    let version = text.split_whitespace().next().filter(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    if version.is_none() {
        problems.push(0, ProblemKind::UnreadableLine { line: quote(bytes) });
    }
    (version.map(str::to_owned), problems.into_vec())
}

/// The version of the Erlang run-time system in a release resource file: `{release, {NAME, VSN}, {erts, VSN}, …}`, rel(4).
pub fn parse_release(bytes: &[u8]) -> (Option<String>, Vec<Problem>) {
    let mut problems = Problems::default();
    let term = parse_term(bytes);
    let version = match term.as_ref().and_then(Term::tuple) {
        Some([Term::Atom("release"), _, erts, ..]) => match erts.tuple() {
            Some([Term::Atom("erts"), version]) => version.text().filter(|version| !version.is_empty()),
            Some(_) | None => None,
        },
        Some(_) | None => None,
    };
    if version.is_none() {
        problems.push(0, ProblemKind::UnreadableLine { line: quote(bytes) });
    }
    (version, problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_names_its_applications() {
        let text = b"{release,{\"hello\",\"1.2\"},{erts,\"14.2\"},[{kernel,\"9.0\"},{stdlib,\"5.0\",load},{sasl,\"4.2\",[]}]}.";
        let applications = parse_release_applications(text).unwrap_or_default();
        let names: Vec<String> = applications.into_iter().map(|(name, version)| format!("{name}-{version}")).collect();
        assert_eq!(names, ["kernel-9.0", "stdlib-5.0", "sasl-4.2"]);
        assert_eq!(parse_release_applications(b"{application,a,[]}."), None);
    }

    fn check(document: &str, expected: &str) {
        let (app, problems) = parse_erlang_app(document.as_bytes());
        let mut found: Vec<String> = app
            .iter()
            .map(|a| format!("{} {} {:?} {:?} {:?}", a.name, a.version, a.applications, a.optional, a.licences))
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn a_resource_file_is_a_term_with_comments() {
        check(
            "%% Copyright %%\n{application, crypto,\n [{description, \"CRY\\\"PTO\"}, {vsn, \"5.1.2\"},\n  {modules, [crypto,\n\t\
             crypto_ec]},\n {applications, [kernel, stdlib]}, {env, [{fips, false}, {x, <<\"b\">>}, {n, -1.5e3}]},\n\
             {licenses, [<<\"Apache-2.0\">>]}, {optional_applications, ['Elixir.A', stdlib]}]}.\n",
            "crypto 5.1.2 [\"kernel\", \"stdlib\"] [\"Elixir.A\", \"stdlib\"] [\"Apache-2.0\"]",
        );
    }

    #[test]
    fn other_terms_are_problems() {
        check("{application, a, []}.", "byte 0: record of `a` without a version");
        check("[a].", "byte 0: unreadable line `[a].`");
        check("{application, a, [{vsn, \"1\"", "byte 0: unreadable line `{application, a, [{vsn, \"1\"`");
        check("", "byte 0: unreadable line ``");
    }

    #[test]
    fn deep_terms_are_refused() {
        check(&"{[".repeat(50_000), &format!("byte 0: unreadable line `{}`", "{[".repeat(40)));
    }

    #[test]
    fn the_run_time_system_is_the_first_word() {
        assert_eq!(parse_start_erl(b"13.1.5 25\n").0.as_deref(), Some("13.1.5"));
        assert_eq!(parse_start_erl(b"").1.len(), 1);
        let release = b"%% made\n{release, {\"hello\", \"1.2.3\"}, {erts, \"13.1.5\"},\n [{kernel, \"8.5.3\"}]}.";
        assert_eq!(parse_release(release).0.as_deref(), Some("13.1.5"));
        assert_eq!(parse_release(b"{release, a, b}.").1.len(), 1);
    }
}
