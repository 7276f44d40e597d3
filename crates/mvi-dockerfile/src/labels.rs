//! Labels and what their values have to be: one function a kind.

mod email;
mod time;
mod url;
mod version;

use crate::finding::Finding;
use crate::rule::RuleMeta;
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::{Body, Dockerfile, Instruction, Pair, Word};

pub(crate) use email::is_email;
pub(crate) use time::is_time;
pub(crate) use url::is_url;
pub(crate) use version::is_version;

/// A label that an instruction sets.
pub(crate) struct Label<'a> {
    /// The instruction.
    pub(crate) instruction: &'a Instruction,
    /// As it is written.
    pub(crate) pair: &'a Pair,
    /// Its name; `None` when only the build knows it.
    pub(crate) name: Option<String>,
    /// Its value; `None` when only the build knows it.
    pub(crate) value: Option<String>,
}

/// All labels of a file, in order.
pub(crate) fn labels(file: &Dockerfile) -> impl Iterator<Item = Label<'_>> {
    file.instructions().iter().flat_map(move |instruction| {
        let pairs = match &instruction.body {
            Body::Label(pairs) => pairs.as_slice(),
            _ => &[],
        };
        pairs.iter().map(move |pair| {
            let name = known(file, instruction, &pair.key);
            let value = known(file, instruction, &pair.value);
            Label { instruction, pair, name, value }
        })
    })
}

fn known(file: &Dockerfile, instruction: &Instruction, word: &Word) -> Option<String> {
    if !word.has_variables {
        return Some(word.text.clone());
    }
    let expanded = file.scope_at(instruction.index).expand(&word.raw);
    (expanded.unknown.is_empty() && expanded.malformed.is_none()).then_some(expanded.text)
}

/// Findings about labels of one kind whose value is not of that kind; values that only the build knows are let be.
pub(crate) fn of_kind(
    meta: &'static RuleMeta,
    file: &Dockerfile,
    settings: &LintSettings,
    kind: LabelKind,
    is_valid: fn(&str) -> bool,
) -> Vec<Finding> {
    if !settings.label_schema.values().any(|wanted| *wanted == kind) {
        return Vec::new();
    }
    let wrong = labels(file).filter_map(|label| {
        let (name, value) = (label.name?, label.value?);
        let is_wanted = settings.label_schema.get(&name) == Some(&kind);
        (is_wanted && !is_valid(&value)).then(|| {
            let message = format!("the value of the label `{name}` is not {}", described(kind));
            Finding::new(meta, label.pair.value.span, message)
        })
    });
    wrong.collect()
}

const fn described(kind: LabelKind) -> &'static str {
    match kind {
        LabelKind::Text => "a text",
        LabelKind::Url => "a URL",
        LabelKind::Time => "a time as RFC 3339 has it",
        LabelKind::Spdx => "a license of the SPDX list",
        LabelKind::GitHash => "a hash of git with 7 or 40 digits",
        LabelKind::SemVer => "a semantic version",
        LabelKind::Email => "an address for mail",
    }
}
