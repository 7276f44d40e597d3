//! Recognises text that an engine of templates has yet to render, so that it is told once and not as a storm of errors.

use super::{YamlProblem, YamlProblemKind};
use crate::span::Span;

/// A problem, when the document still holds `{{ … }}` where YAML would see a mapping, or an action of Helm.
///
/// `{{` within quotes, comments or blocks of text is ordinary text: dashboards and alerts are full of it.
pub(super) fn unrendered(text: &str, offset: u32) -> Option<YamlProblem> {
    let mut at = 0;
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let body = line.trim();
        if block.is_some_and(|outer| indent <= outer && !body.is_empty()) {
            block = None;
        }
        // A block of text goes on as long as it is indented deeper than the line that began it.
        if block.is_none() && opens(body) {
            let column = line.find("{{").unwrap_or(indent);
            let start = offset + (at + column) as u32;
            let length = line[column..].find("}}").map_or(2, |end| end + 2) as u32;
            let message =
                "a template that was not rendered; lint what `helm template` or `kustomize build` makes of it";
            return Some(YamlProblem {
                span: Span::new(start, start + length),
                kind: YamlProblemKind::Template,
                message: message.to_owned(),
            });
        }
        if block.is_none() && begins_block(body) {
            block = Some(indent);
        }
        at += line.len();
    }
    None
}

/// Whether a line begins a value, an item or itself with `{{`, or has an action where no quote is open.
fn opens(line: &str) -> bool {
    let Some(at) = line.find("{{") else { return false };
    let before = &line[..at];
    if before.trim_start().starts_with('#') || before.contains(" #") {
        return false;
    }
    let quotes = |quote: char| before.matches(quote).count() % 2 == 1;
    // `{{a: b}: c}` is a mapping, though nobody writes it; what Helm leaves has a word, a dot or a dash behind it.
    let behind = line[at + 2..].trim_start_matches('-').trim_start();
    let word = behind.starts_with(|first: char| first.is_ascii_alphabetic() || ".$/\"(".contains(first));
    word && line[at..].contains("}}") && !quotes('"') && !quotes('\'')
}

/// Whether a line ends with the sign of a block of text: `|`, `>-`, `|2+`.
fn begins_block(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default().trim_end();
    let sign = line.trim_end_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    sign.ends_with(['|', '>']) && (sign.len() == 1 || sign[..sign.len() - 1].ends_with([' ', ':', '-']))
}
