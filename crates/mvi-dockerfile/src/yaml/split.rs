//! Where the documents of a stream begin and end.

use crate::span::Span;

/// The documents of a text. A line that begins with `---` begins one wherever it stands, in a block of text too
/// (YAML 1.2.2, 9.1.2), and so one that cannot be read spoils no other. Those without any content are left out.
pub(super) fn documents(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = text.strip_prefix('\u{feff}').map_or(0, |_| 3);
    let mut offset = start;
    let mut content = false;
    let mut push = |start: usize, end: usize, content: bool| {
        if content {
            found.push(Span::new(start as u32, end as u32));
        }
    };
    for line in text[start..].split_inclusive('\n') {
        let trimmed = line.trim_end();
        let marker = trimmed.strip_prefix("---").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        let end = trimmed == "..." || trimmed.starts_with("... ");
        if let Some(rest) = marker {
            push(start, offset, content);
            start = offset;
            content = !is_empty(rest);
        } else if end {
            push(start, offset, content);
            start = offset + line.len();
            content = false;
        } else {
            content |= !is_empty(trimmed);
        }
        offset += line.len();
    }
    push(start, text.len(), content);
    found
}

/// Whether a line says nothing: empty, a comment or a directive.
fn is_empty(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with(['#', '%'])
}

/// The path in the comment that Helm writes before every document it renders.
pub(super) fn helm_source(text: &str) -> Option<&str> {
    let comments = text.lines().take_while(|line| line.starts_with("---") || is_empty(line));
    comments.filter_map(|line| line.strip_prefix("# Source: ")).next().map(str::trim)
}
