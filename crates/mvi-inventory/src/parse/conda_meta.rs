//! What Conda writes down about a package that it links into an environment: `conda-meta/NAME-VERSION-BUILD.json`.

use serde_json::Value;

use super::json::{named, read, text, texts};
use super::problem::{Problem, Problems};

/// One package of an environment. Members: Conda's `PrefixRecord`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CondaRecord {
    /// `name`.
    pub name: String,
    /// `version`.
    pub version: String,
    /// `build`: which build of this version it is.
    pub build: Option<String>,
    /// The last name of `channel`'s address before its platform: `main`, `conda-forge`.
    pub channel: Option<String>,
    /// `subdir`: the platform it was built for, `linux-64` or `noarch`.
    pub subdir: Option<String>,
    /// The ending of `fn`: `conda` or `tar.bz2`.
    pub kind: Option<String>,
    /// `license`.
    pub licence: Option<String>,
    /// Names in `depends`; virtual ones (`__glibc`) stand for the machine and are left out.
    pub depends: Vec<String>,
    /// `files`, seen from the environment.
    pub files: Vec<String>,
    /// Whether somebody asked for it, by `requested_spec`; none where the record has no such member.
    pub requested: Option<bool>,
}

/// The record; none when name or version is missing, which is then a problem.
pub fn parse_conda_meta(bytes: &[u8]) -> (Option<CondaRecord>, Vec<Problem>) {
    let mut problems = Problems::default();
    let record = read::<Value>(bytes, &mut problems).and_then(|document| {
        let (name, version) = named(text(&document["name"]), text(&document["version"]), &mut problems)?;
        let subdir = text(&document["subdir"]);
        Some(CondaRecord {
            build: text(&document["build"]),
            channel: text(&document["channel"]).and_then(|channel| channel_name(&channel, subdir.as_deref())),
            kind: text(&document["fn"]).and_then(|name| kind_of(&name)),
            licence: text(&document["license"]),
            depends: texts(&document["depends"]).iter().filter_map(|spec| needed(spec)).collect(),
            files: texts(&document["files"]),
            requested: document["requested_spec"].as_str().map(|spec| !matches!(spec, "" | "None")),
            name,
            version,
            subdir,
        })
    });
    (record, problems.into_vec())
}

/// `main` of `https://repo.anaconda.com/pkgs/main/linux-64`.
fn channel_name(channel: &str, subdir: Option<&str>) -> Option<String> {
    let channel = channel.trim_end_matches('/');
    let channel = subdir.and_then(|subdir| channel.strip_suffix(subdir)).unwrap_or(channel).trim_end_matches('/');
    channel.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

fn kind_of(file_name: &str) -> Option<String> {
    let kinds = ["conda", "tar.bz2"].into_iter();
    kinds.filter(|kind| file_name.ends_with(&format!(".{kind}"))).map(str::to_owned).next()
}

/// The name in a match specification: `python >=3.8,<3.9.0a0`, `conda-forge::numpy=1.2`.
fn needed(spec: &str) -> Option<String> {
    let spec = spec.rsplit("::").next().unwrap_or(spec).trim_start();
    let end = spec.find(|character: char| character.is_whitespace() || "=<>!~[".contains(character));
    let name = &spec[..end.unwrap_or(spec.len())];
    (!name.is_empty() && !name.starts_with("__")).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &str) {
        let (record, problems) = parse_conda_meta(document.as_bytes());
        let mut found: Vec<String> = record
            .iter()
            .map(|r| {
                let facts =
                    [&r.build, &r.channel, &r.subdir, &r.kind, &r.licence].map(|it| it.clone().unwrap_or("?".into()));
                format!("{} {} {facts:?} needs {:?} has {:?} {:?}", r.name, r.version, r.depends, r.files, r.requested)
            })
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn a_record_says_which_build_of_which_channel_it_is() {
        check(
            r#"{"name":"zlib","version":"1.2.13","build":"h5eee18b_0","build_number":0,
                "channel":"https://repo.anaconda.com/pkgs/main/linux-64","subdir":"linux-64",
                "fn":"zlib-1.2.13-h5eee18b_0.conda","license":"Zlib","requested_spec":"None",
                "depends":["__glibc >=2.17","libgcc-ng >=11.2.0","conda-forge::a=1"],"files":["lib/libz.so"]}"#,
            "zlib 1.2.13 [\"h5eee18b_0\", \"main\", \"linux-64\", \"conda\", \"Zlib\"] needs [\"libgcc-ng\", \"a\"] \
             has [\"lib/libz.so\"] Some(false)",
        );
    }

    #[test]
    fn what_is_missing_or_odd_is_left_out() {
        check(
            r#"{"name":"a","version":"1","channel":"conda-forge","depends":{"x":1},"files":[1],"requested_spec":"a"}"#,
            "a 1 [\"?\", \"conda-forge\", \"?\", \"?\", \"?\"] needs [] has [] Some(true)",
        );
    }

    #[test]
    fn records_without_a_name_or_a_version_are_problems() {
        check(r#"{"version":"1"}"#, "byte 0: record without a name");
        check(r#"{"name":"a","version":2}"#, "byte 0: record of `a` without a version");
        check("[", "byte 0: not JSON: EOF while parsing a list at line 1 column 1");
    }
}
