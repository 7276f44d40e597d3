//! What cpanm writes down about a Perl distribution that it installs, `.meta/DIST-VERSION/install.json`, and the list of
//! its files, `.packlist`.

use serde_json::Value;

use super::json::{named, read, text};
use super::problem::{Problem, Problems};

/// One distribution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerlDistribution {
    /// Its name: `dist` without the version.
    pub name: String,
    /// `version`.
    pub version: String,
    /// `name`: the module it was asked for by, under which its list of files stands.
    pub module: String,
    /// The author's id, out of `pathname`: `E/ET/ETHER/Try-Tiny-0.31.tar.gz`.
    pub author: Option<String>,
}

/// The distribution; none when name or version is missing, which is then a problem.
pub fn parse_perl_install(bytes: &[u8]) -> (Option<PerlDistribution>, Vec<Problem>) {
    let mut problems = Problems::default();
    let found = read::<Value>(bytes, &mut problems).and_then(|document| {
        let (module, version) = named(text(&document["name"]), text(&document["version"]), &mut problems)?;
        let stem = text(&document["dist"]).and_then(|dist| Some(dist.rsplit_once('-')?.0.to_owned()));
        Some(PerlDistribution {
            name: stem.unwrap_or_else(|| module.replace("::", "-")),
            author: text(&document["pathname"]).and_then(|path| Some(path.rsplit('/').nth(1)?.to_owned())),
            module,
            version,
        })
    });
    (found, problems.into_vec())
}

/// The paths in a `.packlist`, without the leading slash: ExtUtils::Packlist.
pub fn parse_packlist(bytes: &[u8]) -> Vec<&[u8]> {
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let paths = lines.map(|line| &line[..memchr::memmem::find(line, b" type=").unwrap_or(line.len())]);
    paths.filter_map(|path| path.strip_prefix(b"/")).filter(|path| !path.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_is_named_without_its_version() {
        let (found, _) = parse_perl_install(
            br#"{"name":"Try::Tiny","version":"0.31","dist":"Try-Tiny-0.31","target":"Try::Tiny",
                "pathname":"E/ET/ETHER/Try-Tiny-0.31.tar.gz","provides":{}}"#,
        );
        let found = found.unwrap_or_default();
        assert_eq!((found.name.as_str(), found.version.as_str()), ("Try-Tiny", "0.31"));
        assert_eq!((found.module.as_str(), found.author.as_deref()), ("Try::Tiny", Some("ETHER")));
    }

    #[test]
    fn odd_documents_are_problems() {
        assert_eq!(parse_perl_install(b"{}").1[0].to_string(), "byte 0: record without a name");
        assert_eq!(parse_perl_install(b"").1.len(), 1);
    }

    #[test]
    fn lines_of_a_list_are_paths_with_what_kind_they_are() {
        let list = b"/usr/local/lib/perl5/Try/Tiny.pm\n/usr/bin/x type=link from=/y\n\nodd\n";
        let expected: [&[u8]; 2] = [b"usr/local/lib/perl5/Try/Tiny.pm", b"usr/bin/x"];
        assert_eq!(parse_packlist(list), expected);
    }
}
