//! .NET packages that a program was published with: `NAME.deps.json`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json::{keys, read};
use super::problem::{Problem, Problems};

/// A library of kind `package`, or the runtime that a program carries. Format: .NET, "Runtime configuration file", `deps.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NugetPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// File names of its assemblies, native ones included; they lie beside the document, or in folders below it.
    pub files: Vec<String>,
    /// Names of packages it needs.
    pub depends: Vec<String>,
}

/// Stands before the name of the package that a runtime is published as.
const RUNTIME_PACK: &str = "runtimepack.";

/// The packages of the document's target, by name; the program itself and its other projects are left out.
pub fn parse_deps_json(bytes: &[u8]) -> (Vec<NugetPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let document = read::<Value>(bytes, &mut problems).unwrap_or_default();
    let target = document["runtimeTarget"]["name"].as_str().unwrap_or_default();
    let target = &document["targets"][target];
    let libraries = document["libraries"].as_object().into_iter().flatten();
    let packages = libraries.filter_map(|(key, library)| {
        let (name, version) = key.split_once('/')?;
        let name = match library["type"].as_str()? {
            "package" => name,
            "runtimepack" => name.strip_prefix(RUNTIME_PACK).unwrap_or(name),
            _ => return None,
        };
        let assets = &target[key.as_str()];
        let kept = ["runtime", "native"].into_iter().flat_map(|kind| keys(&assets[kind]));
        let specific = keys(&assets["runtimeTargets"]);
        let last = |path: String| path.rsplit('/').next().unwrap_or_default().to_owned();
        Some(NugetPackage {
            name: name.to_owned(),
            version: version.to_owned(),
            files: kept.map(last).chain(specific).filter(|file| !file.is_empty()).collect(),
            depends: keys(&assets["dependencies"]),
        })
    });
    (packages.filter(|package| !package.name.is_empty()).collect(), problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let (packages, problems) = parse_deps_json(document.as_bytes());
        let mut found: Vec<String> =
            packages.iter().map(|p| format!("{} {} {:?} {:?}", p.name, p.version, p.files, p.depends)).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn packages_are_told_from_projects() {
        check(
            r#"{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0","signature":""},
                "targets":{".NETCoreApp,Version=v8.0":{"app/1.0.0":{"dependencies":{"Serilog":"3.1.1"}},
                "Serilog/3.1.1":{"dependencies":{"A":"1"},"runtime":{"lib/net7.0/Serilog.dll":{"fileVersion":"3"}},
                "runtimeTargets":{"runtimes/unix/lib/b.dll":{"rid":"unix"}}}}},
                "libraries":{"app/1.0.0":{"type":"project"},"Serilog/3.1.1":{"type":"package","serviceable":true}}}"#,
            &[r#"Serilog 3.1.1 ["Serilog.dll", "runtimes/unix/lib/b.dll"] ["A"]"#],
        );
    }

    #[test]
    fn the_runtime_that_a_program_carries_is_the_package_it_is_published_as() {
        check(
            r#"{"libraries":{"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.11":{"type":"runtimepack"}}}"#,
            &["Microsoft.NETCore.App.Runtime.linux-x64 10.0.11 [] []"],
        );
    }

    #[test]
    fn odd_documents_have_no_packages() {
        check("[]", &[]);
        check(r#"{"libraries":{"a":{"type":"package"},"/1":{"type":"package"}}}"#, &[]);
        check("{", &["byte 0: not JSON: EOF while parsing an object at line 1 column 1"]);
    }
}
