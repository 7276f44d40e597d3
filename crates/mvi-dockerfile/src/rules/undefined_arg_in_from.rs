//! MVI5005: variables in `FROM` that nothing declares.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::Variable;
use crate::syntax::{Body, Dockerfile, Instruction, Word};
use crate::words::{Reference, most_like, references};

pub(crate) struct UndefinedArgInFrom;

static META: RuleMeta = RuleMeta {
    code: "MVI5005",
    name: "undefined-arg-in-from",
    twins: &["UndefinedArgInFrom"],
    group: Group::Build,
    why: "`FROM` sees only the ARGs that stand before the first `FROM`. Anything else is empty there, whatever is given to \
          the build, so that the image is another one than was meant, or none.",
    bad: "ARG VARIANT=3.21.3\nFROM alpine:${VARIANTS}\nRUN echo hello\n",
    good: "ARG VARIANT=3.21.3\nFROM alpine:${VARIANT}\nRUN echo hello\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI5008", "MVI3006"],
    ..RuleMeta::PLAIN
};

impl Rule for UndefinedArgInFrom {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().flat_map(|instruction| findings(file, instruction)).collect()
    }
}

fn findings(file: &Dockerfile, instruction: &Instruction) -> Vec<Finding> {
    let Body::From { image, platform, .. } = &instruction.body else { return Vec::new() };
    let scope = file.scope_at(instruction.index);
    let mut found = Vec::new();
    for word in std::iter::once(image).chain(platform) {
        for reference in references(&word.raw, file.escape()) {
            if scope.variable(reference.name) == Variable::Undeclared && !reference.has_default {
                found.push(finding(file, word, reference));
            }
        }
    }
    found
}

fn finding(file: &Dockerfile, word: &Word, reference: Reference<'_>) -> Finding {
    let name = reference.name;
    let finding = Finding::new(&META, word.span, format!("no ARG before the first FROM declares `{name}`"));
    let declared = file.instructions().iter().take_while(|one| one.stage.is_none()).filter_map(|one| match &one.body {
        Body::Arg(definitions) => Some(definitions.iter().map(|definition| definition.name.text.as_str())),
        _ => None,
    });
    let Some(meant) = most_like(name, declared.flatten()) else { return finding };
    let finding = finding.note(format!("`{meant}` is declared"));
    // Only where the word stands in the file as it is written.
    if word.span.of(file.text()) != word.raw {
        return finding;
    }
    let start = word.span.start + reference.at as u32;
    let edit = Edit { span: Span::new(start, start + name.len() as u32), text: meant.to_owned() };
    finding.fix(Fix { title: format!("write `{meant}`"), safety: Safety::Unsafe, edits: vec![edit] })
}
