//! PHP packages that Composer installed, `vendor/composer/installed.json`, and those it locked, `composer.lock`.

use serde_json::Value;

use super::json::{keys, read, text, texts};
use super::problem::{Problem, ProblemKind, Problems};

/// One package. Members: Composer's schema, "The composer.json schema".
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ComposerPackage {
    /// `name`, as `vendor/name`.
    pub name: String,
    /// `version`, as its tag spells it.
    pub version: String,
    /// `install-path`, seen from `vendor/composer`; none in documents of Composer 1 and in locks.
    pub path: Option<String>,
    /// `license`.
    pub licences: Vec<String>,
    /// The name of the first of `authors`.
    pub author: Option<String>,
    /// Names in `require` of packages; PHP itself and its extensions are left out.
    pub depends: Vec<String>,
    /// True when only development needs it.
    pub development: bool,
}

/// The packages of an `installed.json` of Composer 1 (a list) or 2, or of a `composer.lock`.
pub fn parse_composer(bytes: &[u8]) -> (Vec<ComposerPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let document = read::<Value>(bytes, &mut problems).unwrap_or_default();
    let development = texts(&document["dev-package-names"]);
    let listed = document.as_array().or(document["packages"].as_array()).into_iter().flatten();
    let mut packages: Vec<_> = listed
        .filter_map(|item| package(item, &mut problems))
        .map(|package| ComposerPackage { development: development.contains(&package.name), ..package })
        .collect();
    let more = document["packages-dev"].as_array().into_iter().flatten();
    let more = more.filter_map(|item| package(item, &mut problems));
    packages.extend(more.map(|package| ComposerPackage { development: true, ..package }));
    (packages, problems.into_vec())
}

fn package(item: &Value, problems: &mut Problems) -> Option<ComposerPackage> {
    let Some(name) = text(&item["name"]) else {
        problems.push(0, ProblemKind::NoName);
        return None;
    };
    let Some(version) = text(&item["version"]) else {
        problems.push(0, ProblemKind::NoVersion { name: super::problem::quote(name.as_bytes()) });
        return None;
    };
    Some(ComposerPackage {
        path: text(&item["install-path"]),
        licences: texts(&item["license"]),
        author: text(&item["authors"][0]["name"]),
        depends: keys(&item["require"]).into_iter().filter(|name| name.contains('/')).collect(),
        development: false,
        name,
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let (packages, problems) = parse_composer(document.as_bytes());
        let mut found: Vec<String> = packages
            .iter()
            .map(|p| {
                format!(
                    "{} {} {:?} {:?} {:?} {:?} {}",
                    p.name, p.version, p.path, p.licences, p.author, p.depends, p.development
                )
            })
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn installed_packages_have_a_path() {
        check(
            r#"{"packages":[{"name":"psr/log","version":"3.0.0","license":["MIT"],"authors":[{"name":"FIG"}],
                "require":{"php":">=8","ext-json":"*","psr/x":"1"},"install-path":"../psr/log"},
                {"name":"a/b","version":"v1"}],"dev":true,"dev-package-names":["a/b"]}"#,
            &[
                "psr/log 3.0.0 Some(\"../psr/log\") [\"MIT\"] Some(\"FIG\") [\"psr/x\"] false",
                "a/b v1 None [] None [] true",
            ],
        );
    }

    #[test]
    fn locks_and_older_lists_are_read_too() {
        check(r#"[{"name":"a/b","version":"1"}]"#, &["a/b 1 None [] None [] false"]);
        check(r#"{"packages":[],"packages-dev":[{"name":"a/b","version":"1"}]}"#, &["a/b 1 None [] None [] true"]);
    }

    #[test]
    fn odd_documents_are_problems() {
        check("7", &[]);
        check(
            r#"[{"version":"1"},{"name":"a/b"},3]"#,
            &[
                "byte 0: record without a name",
                "byte 0: record of `a/b` without a version",
                "byte 0: record without a name",
            ],
        );
    }
}
