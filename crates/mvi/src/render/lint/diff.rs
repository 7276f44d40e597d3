//! What repairs would change, as a unified diff.

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use crate::render::{harmless, paint};

/// Lines around a change.
const CONTEXT: usize = 3;

/// Shows what becomes of a file.
///
/// # Errors
/// Whatever the writer says.
pub(crate) fn diff(path: &str, before: &[u8], after: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = TextDiff::from_lines(&*before, &*after);
    let path = harmless(path);
    let bold = paint::BOLD;
    writeln!(out, "{bold}--- {path}{bold:#}\n{bold}+++ {path}{bold:#}")?;
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        writeln!(out, "{}{}{:#}", paint::FAIR, hunk.header(), paint::FAIR)?;
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', paint::BAD),
                ChangeTag::Insert => ('+', paint::GOOD),
                ChangeTag::Equal => (' ', paint::PLAIN),
            };
            let line = change.value();
            let text = line.trim_end_matches(['\n', '\r']);
            // A tab is no harm in a diff, and a patch must have it.
            let text: Vec<_> = text.split('\t').map(harmless).collect();
            let end = if line.ends_with("\r\n") { "\r" } else { "" };
            writeln!(out, "{style}{sign}{}{style:#}{end}", text.join("\t"))?;
            if change.missing_newline() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}
