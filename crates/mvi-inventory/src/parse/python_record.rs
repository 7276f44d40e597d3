//! Files of a Python distribution: `RECORD` of wheels and `installed-files.txt` of eggs.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::problem::{Problem, ProblemKind, Problems};

/// The paths of a `RECORD`, in its order: absolute, or relative to the folder that holds the `.dist-info`.
///
/// Rows are `path,hash,size`; a path with a comma, a quote or a line break is quoted. Grammar: RFC 4180;
/// "Recording installed projects" (PyPA). Carriage returns alone also end a row, as Python's reader has it.
pub fn parse_python_record(bytes: &[u8]) -> (Vec<Cow<'_, [u8]>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut paths = Vec::with_capacity(bytes.len() / 100);
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (path, mut next) = match rest {
            [b'"', quoted @ ..] => match unquote(quoted) {
                Some((path, length)) => (path, length + 1),
                None => {
                    problems.push(at, ProblemKind::OpenQuote);
                    break;
                }
            },
            _ => {
                let line = &rest[..memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
                let length = memchr(b',', line).unwrap_or(line.len());
                (Cow::Borrowed(&rest[..length]), length)
            }
        };
        if !path.is_empty() {
            paths.push(path);
        }
        next += memchr2(b'\n', b'\r', &rest[next..]).map_or(rest.len() - next, |length| length + 1);
        at += next;
    }
    (paths, problems.into_vec())
}

/// The lines of an `installed-files.txt`: paths relative to the `.egg-info` folder.
pub fn parse_installed_files(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect()
}

/// The text up to the closing quote, `""` made `"`, and the length up to and including that quote.
fn unquote(quoted: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    let first = memchr(b'"', quoted)?;
    if quoted.get(first + 1) != Some(&b'"') {
        return Some((Cow::Borrowed(&quoted[..first]), first + 1));
    }
    let mut text = Vec::new();
    let mut at = 0;
    loop {
        let end = at + memchr(b'"', quoted.get(at..)?)?;
        text.extend_from_slice(&quoted[at..end]);
        if quoted.get(end + 1) != Some(&b'"') {
            return Some((Cow::Owned(text), end + 1));
        }
        text.push(b'"');
        at = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let (paths, problems) = parse_python_record(document.as_bytes());
        let mut found: Vec<String> = paths.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_first_column_is_the_path() {
        check(
            "../../../bin/flask,sha256=x,229\nflask/__init__.py,sha256=y,2625\r\nflask-3.dist-info/RECORD,,\n",
            &["../../../bin/flask", "flask/__init__.py", "flask-3.dist-info/RECORD"],
        );
    }

    #[test]
    fn quoted_paths_hold_commas_quotes_and_line_breaks() {
        check("\"a,b.py\",sha256=x,1\n\"c\"\"d\n\",,\n/abs/e,,", &["a,b.py", "c\"d\n", "/abs/e"]);
    }

    #[test]
    fn an_open_quotation_is_a_problem() {
        check("a,,\n\"b,,\n", &["a", "byte 4: quotation without an end"]);
    }

    #[test]
    fn a_path_without_columns_is_a_path() {
        check("a\n\nb", &["a", "b"]);
    }
}
