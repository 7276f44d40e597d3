//! One package of pacman's database: `desc` and `files`, both lists of `%FIELD%` with the lines that follow.

use super::problem::{Problem, ProblemKind, Problems, quote};

/// What `desc` says. Fields: libalpm, "local database".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PacmanRecord {
    /// `NAME`.
    pub name: String,
    /// `VERSION`, `[epoch:]version-release`.
    pub version: String,
    /// `BASE`: the package whose build made this one.
    pub base: Option<String>,
    /// `ARCH`.
    pub architecture: Option<String>,
    /// `SIZE`: bytes when installed.
    pub installed_bytes: Option<u64>,
    /// `PACKAGER`.
    pub packager: Option<String>,
    /// `REASON` is 1: it came as a dependency.
    pub automatic: bool,
    /// `LICENSE`.
    pub licences: Vec<String>,
    /// `DEPENDS`, names without versions.
    pub depends: Vec<String>,
    /// `PROVIDES`, names without versions.
    pub provides: Vec<String>,
}

/// The record; none when name or version is missing, which is then a problem.
pub fn parse_pacman_desc(bytes: &[u8]) -> (Option<PacmanRecord>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut record = PacmanRecord::default();
    for (offset, field, line) in values(bytes) {
        let text = || String::from_utf8_lossy(line).into_owned();
        match field {
            b"NAME" => record.name = problems.text(offset, line).into_owned(),
            b"VERSION" => record.version = problems.text(offset, line).into_owned(),
            b"BASE" => record.base = Some(text()),
            b"ARCH" => record.architecture = Some(text()),
            b"PACKAGER" => record.packager = Some(text()).filter(|name| name != "Unknown Packager"),
            b"REASON" => record.automatic = line == b"1",
            b"LICENSE" => record.licences.push(text()),
            b"DEPENDS" => record.depends.push(without_version(&text())),
            b"PROVIDES" => record.provides.push(without_version(&text())),
            b"SIZE" => {
                record.installed_bytes = text().parse().ok();
                if record.installed_bytes.is_none() {
                    problems.push(offset, ProblemKind::BadValue { field: "SIZE".to_owned(), value: quote(line) });
                }
            }
            _ => {}
        }
    }
    let kind = match (record.name.is_empty(), record.version.is_empty()) {
        (false, false) => return (Some(record), problems.into_vec()),
        (true, _) => ProblemKind::NoName,
        (false, true) => ProblemKind::NoVersion { name: quote(record.name.as_bytes()) },
    };
    problems.push(0, kind);
    (None, problems.into_vec())
}

/// The paths in `files`, without a leading slash; folders end in one.
pub fn parse_pacman_files(bytes: &[u8]) -> Vec<&[u8]> {
    values(bytes).filter(|(_, field, _)| *field == b"FILES").map(|(_, _, path)| path).collect()
}

/// Every line that is not empty, with where it starts and the field it stands under.
fn values(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8], &[u8])> {
    let mut field: &[u8] = b"";
    let mut at = 0;
    bytes.split(|byte| *byte == b'\n').filter_map(move |line| {
        let offset = at;
        at += line.len() + 1;
        match line.trim_ascii_end() {
            b"" => None,
            [b'%', name @ .., b'%'] => {
                field = name;
                None
            }
            line => Some((offset, field, line)),
        }
    })
}

/// The name in `bash>=5`.
fn without_version(relation: &str) -> String {
    relation.split(['<', '>', '=']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESC: &[u8] = include_bytes!("../../tests/fixtures/pacman/tool-desc");
    const FILES: &[u8] = include_bytes!("../../tests/fixtures/pacman/tool-files");

    fn check(document: &[u8], expected: &str) {
        let (record, problems) = parse_pacman_desc(document);
        let mut found: Vec<String> = record
            .iter()
            .map(|r| {
                let bytes = r.installed_bytes.unwrap_or(0);
                let lists = [&r.licences, &r.depends, &r.provides].map(|list| list.join(","));
                format!("{} {} {:?} {bytes} {} {lists:?}", r.name, r.version, r.base, r.automatic)
            })
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn a_record_of_pacman_is_read() {
        check(DESC, "mvi-tool 1:1.4.0-3 Some(\"mvi\") 7 false [\"MIT,custom:Other\", \"sh,mvi-libs\", \"tool\"]");
    }

    #[test]
    fn files_are_told_from_backups() {
        let expected: [&[u8]; 5] = [b"etc/", b"etc/mvi.conf", b"usr/", b"usr/bin/", b"usr/bin/mvi-tool"];
        assert_eq!(parse_pacman_files(FILES), expected);
    }

    #[test]
    fn odd_records_are_problems() {
        check(b"%VERSION%\n1\n", "byte 0: record without a name");
        check(b"%NAME%\na\n", "byte 0: record of `a` without a version");
        check(
            b"%NAME%\na\n%VERSION%\n1\n%SIZE%\nbig\n%REASON%\n1",
            "a 1 None 0 true [\"\", \"\", \"\"]; byte 28: field `SIZE` has the unreadable value `big`",
        );
    }
}
