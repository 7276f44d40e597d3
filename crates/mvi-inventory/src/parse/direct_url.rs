//! Where a Python distribution was installed from, when not from an index by its name: `direct_url.json`.

use serde_json::Value;

use super::json::{read, text};
use super::problem::{Problem, Problems};

/// The origin of a distribution. Format: "Recording the Direct URL Origin of installed distributions" (PyPA, PEP 610).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectUrl {
    /// A repository at one commit, as `git+https://…@COMMIT`.
    Repository(String),
    /// An archive at this address.
    Archive(String),
    /// A folder, as `file:///…`.
    Folder {
        /// Its address.
        url: String,
        /// True when Python reads the code from there: nothing of it was copied.
        editable: bool,
    },
}

/// The origin; none when the document names none.
pub fn parse_direct_url(bytes: &[u8]) -> (Option<DirectUrl>, Vec<Problem>) {
    let mut problems = Problems::default();
    let origin = read::<Value>(bytes, &mut problems).and_then(|document| {
        let url = text(&document["url"])?;
        let repository = &document["vcs_info"];
        Some(match (text(&repository["vcs"]), text(&repository["commit_id"])) {
            (Some(program), Some(commit)) => DirectUrl::Repository(format!("{program}+{url}@{commit}")),
            _ if document["dir_info"].is_object() => {
                DirectUrl::Folder { url, editable: document["dir_info"]["editable"] == Value::Bool(true) }
            }
            _ => DirectUrl::Archive(url),
        })
    });
    (origin, problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &str) {
        let (origin, problems) = parse_direct_url(document.as_bytes());
        let mut found: Vec<String> = origin.iter().map(|origin| format!("{origin:?}")).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn a_repository_is_named_with_its_commit() {
        check(
            r#"{"url":"https://github.com/a/b.git","vcs_info":{"vcs":"git","commit_id":"7921","requested_revision":"v1"}}"#,
            r#"Repository("git+https://github.com/a/b.git@7921")"#,
        );
    }

    #[test]
    fn an_editable_folder_is_told_from_one_that_was_copied() {
        check(
            r#"{"url":"file:///app","dir_info":{"editable":true}}"#,
            r#"Folder { url: "file:///app", editable: true }"#,
        );
        check(r#"{"url":"file:///app","dir_info":{}}"#, r#"Folder { url: "file:///app", editable: false }"#);
    }

    #[test]
    fn anything_else_is_an_archive() {
        check(r#"{"url":"https://h/a.whl","archive_info":{"hash":"x"}}"#, r#"Archive("https://h/a.whl")"#);
        check(r#"{"archive_info":{}}"#, "");
        check("", "byte 0: not JSON: EOF while parsing a value at line 1 column 0");
    }
}
