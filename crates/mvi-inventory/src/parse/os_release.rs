//! The name and version of the distribution: `etc/os-release`, os-release(5).

use memchr::memchr;
use serde::{Deserialize, Serialize};

use super::problem::{Problem, ProblemKind, Problems, quote};

/// What the image says it was built from. Absent fields are absent: none has a default here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OsRelease {
    /// `ID`: `debian`, `alpine`, `ubuntu`, …
    pub id: Option<String>,
    /// `ID_LIKE`, closest relation first.
    pub id_like: Vec<String>,
    /// `VERSION_ID`: `12`, `3.21.3`, `24.04`; rolling distributions have none.
    pub version_id: Option<String>,
    /// `VERSION_CODENAME`.
    pub version_codename: Option<String>,
    /// `VARIANT_ID`.
    pub variant_id: Option<String>,
    /// `NAME`.
    pub name: Option<String>,
    /// `PRETTY_NAME`.
    pub pretty_name: Option<String>,
}

impl OsRelease {
    /// `id-version_id`, or the one of them that is known: the `distro` qualifier of a package URL.
    pub fn distro(&self) -> Option<String> {
        match (&self.id, &self.version_id) {
            (Some(id), Some(version)) => Some(format!("{id}-{version}")),
            (Some(id), None) => Some(id.clone()),
            (None, _) => None,
        }
    }
}

/// The assignments of an os-release file; of a name that occurs twice the last value holds, as in a shell.
///
/// Values are unquoted as a shell would, without any expansion.
pub fn parse_os_release(bytes: &[u8]) -> (OsRelease, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut os = OsRelease::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let offset = at;
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..length].trim_ascii();
        at += length + 1;
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let equals = memchr(b'=', line).filter(|at| *at > 0 && line[..*at].iter().all(is_name_byte));
        let Some(equals) = equals else {
            problems.push(offset, ProblemKind::UnreadableLine { line: quote(line) });
            continue;
        };
        let Some(value) = unquote(&line[equals + 1..]) else {
            problems.push(offset, ProblemKind::OpenQuote);
            continue;
        };
        let value = problems.text(offset, &value).into_owned();
        assign(&mut os, &line[..equals], value);
    }
    (os, problems.into_vec())
}

fn assign(os: &mut OsRelease, name: &[u8], value: String) {
    let slot = match name {
        b"ID" => &mut os.id,
        b"VERSION_ID" => &mut os.version_id,
        b"VERSION_CODENAME" => &mut os.version_codename,
        b"VARIANT_ID" => &mut os.variant_id,
        b"NAME" => &mut os.name,
        b"PRETTY_NAME" => &mut os.pretty_name,
        b"ID_LIKE" => {
            os.id_like = value.split_ascii_whitespace().map(str::to_owned).collect();
            return;
        }
        _ => return,
    };
    *slot = Some(value).filter(|value| !value.is_empty());
}

fn is_name_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

/// The value a shell would assign; none when a quotation stays open.
fn unquote(value: &[u8]) -> Option<Vec<u8>> {
    let mut unquoted = Vec::with_capacity(value.len());
    let mut bytes = value.iter().copied();
    let mut quotation = None;
    while let Some(byte) = bytes.next() {
        match (quotation, byte) {
            (None, b'"' | b'\'') => quotation = Some(byte),
            (Some(open), _) if open == byte => quotation = None,
            (None, b'\\') => unquoted.push(bytes.next()?),
            (Some(b'"'), b'\\') => match bytes.next()? {
                escaped @ (b'"' | b'\\' | b'$' | b'`') => unquoted.push(escaped),
                other => unquoted.extend([b'\\', other]),
            },
            (_, byte) => unquoted.push(byte),
        }
    }
    quotation.is_none().then_some(unquoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let (os, problems) = parse_os_release(document.as_bytes());
        let shown = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name} {value}"));
        let mut found: Vec<String> = [
            shown("id", &os.id),
            shown("version", &os.version_id),
            shown("codename", &os.version_codename),
            shown("pretty", &os.pretty_name),
            (!os.id_like.is_empty()).then(|| format!("like {}", os.id_like.join("+"))),
        ]
        .into_iter()
        .flatten()
        .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn debian_names_itself() {
        check(
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n\
             VERSION_CODENAME=bookworm\nID=debian\n",
            &["id debian", "version 12", "codename bookworm", "pretty Debian GNU/Linux 12 (bookworm)"],
        );
    }

    #[test]
    fn quotations_are_those_of_a_shell() {
        check(
            "# comment\n\nID='a b'\nID_LIKE=\"rhel fedora\"\nPRETTY_NAME=\"a \\\"b\\\" \\$c \\d\"\n",
            &["id a b", "pretty a \"b\" $c \\d", "like rhel+fedora"],
        );
    }

    #[test]
    fn the_last_value_holds_and_an_empty_one_is_none() {
        check("ID=one\nID=two\nVERSION_ID=\"\"\n", &["id two"]);
    }

    #[test]
    fn odd_lines_are_problems() {
        check(
            "ID=x\nno equals\n=y\nVERSION_ID=\"1\n",
            &[
                "id x",
                "byte 5: unreadable line `no equals`",
                "byte 15: unreadable line `=y`",
                "byte 18: quotation without an end",
            ],
        );
    }
}
