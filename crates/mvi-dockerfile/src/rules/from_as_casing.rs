//! MVI5002: `AS` in another case than its `FROM`.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct FromAsCasing;

static META: RuleMeta = RuleMeta {
    code: "MVI5002",
    name: "from-as-casing",
    twins: &["FromAsCasing"],
    group: Group::Build,
    why: "`FROM … as …` mixes two ways of writing keywords in one line, and the small `as` is overlooked between the \
          names around it. Written alike, both are seen as keywords.",
    bad: "FROM alpine:3.21.3 as tools\nRUN echo hello\n",
    good: "FROM alpine:3.21.3 AS tools\nRUN echo hello\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for FromAsCasing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::From { image, alias: Some(alias), .. } = &instruction.body else { return None };
    let span = keyword(file, image.span.end, alias.span.start)?;
    let (from, word) = (instruction.keyword_span.of(file.text()), span.of(file.text()));
    let wanted = match (from == from.to_ascii_lowercase(), from == from.to_ascii_uppercase()) {
        (true, _) => "as",
        (_, true) => "AS",
        (false, false) => return None,
    };
    if word == wanted {
        return None;
    }
    let finding = Finding::new(&META, span, format!("`{word}` is written in another case than `{from}`"));
    let edit = Edit { span, text: wanted.to_owned() };
    Some(finding.fix(Fix { title: format!("write `{wanted}`"), safety: Safety::Safe, edits: vec![edit] }))
}

/// The word `AS` between image and name, where continuation lines and comments may stand as well.
fn keyword(file: &Dockerfile, from: u32, until: u32) -> Option<Span> {
    let between = Span::new(from, until).of(file.text());
    let end = between.trim_end_matches(|byte: char| byte.is_whitespace() || byte == file.escape()).len();
    let start = end.checked_sub(2)?;
    between.get(start..end).filter(|word| word.eq_ignore_ascii_case("as"))?;
    Some(Span::new(from + start as u32, from + end as u32))
}
