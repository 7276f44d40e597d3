//! Parser directives: `# name=value` before anything else.

use crate::span::Span;
use crate::syntax::lines::Line;
use crate::syntax::model::{Directive, Problem, ProblemKind};

/// What the lines at the beginning of a file say.
#[derive(Debug, Default)]
pub(crate) struct Directives {
    pub(crate) list: Vec<Directive>,
    /// A `#!` line; after it only `syntax` and `check` count.
    pub(crate) shebang: Option<Span>,
    /// Where the first line begins that is no directive.
    pub(crate) end: u32,
    pub(crate) escape: Option<char>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads directives from a place on, up to the first line that is none.
pub(crate) fn directives(file: &str, from: u32) -> Directives {
    let mut found = Directives { end: from, ..Directives::default() };
    if let Some(line) = Line::at(file, from).filter(|line| line.text.starts_with("#!")) {
        found.shebang = Some(Span::new(from, line.next));
        found.end = line.next;
    }
    while let Some(line) = Line::at(file, found.end)
        && let Some(directive) = directive(&line)
    {
        let twice = found.list.iter().any(|earlier| earlier.name == directive.name);
        let problem = match directive.name.as_str() {
            _ if twice => Some(format!("the directive `{}` is there twice", directive.name)),
            "escape" if found.shebang.is_some() => break,
            "escape" => match directive.value.as_str() {
                "\\" => None,
                "`" => {
                    found.escape = Some('`');
                    None
                }
                other => Some(format!("the escape is `\\` or a backquote, not `{other}`")),
            },
            _ => None,
        };
        let refused = problem.map(|message| Problem { span: directive.span, kind: ProblemKind::Directive, message });
        found.problems.extend(refused);
        if twice {
            break;
        }
        found.list.push(directive);
        found.end = line.next;
    }
    found
}

fn directive(line: &Line<'_>) -> Option<Directive> {
    let (trimmed, start) = line.trimmed();
    let body = trimmed.strip_prefix('#')?.trim_start();
    let (name, value) = body.split_once('=')?;
    let name = name.trim_end().to_ascii_lowercase();
    let value = value.trim();
    if !matches!(name.as_str(), "syntax" | "escape" | "check") || value.is_empty() {
        return None;
    }
    let end = start + trimmed.len() as u32;
    let value_end = start + trimmed.trim_end().len() as u32;
    let value_span = Span::new(value_end - value.len() as u32, value_end);
    Some(Directive { name, value: value.to_owned(), span: Span::new(start, end), value_span })
}
