//! MVI3044: ENV that refers to what it sets.

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Variable;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct EnvRefersToItself;

static META: RuleMeta = RuleMeta {
    code: "MVI3044",
    name: "env-refers-to-itself",
    twins: &["DL3044"],
    level: Level::Error,
    why: "All variables of one `ENV` are set at once, from what held before it. A reference to one of them \
          gives the old value, mostly none at all, and not the one beside it.",
    bad: "FROM alpine:3.21.3\nENV ROOT=/srv BIN=$ROOT/bin\n",
    good: "FROM alpine:3.21.3\nENV ROOT=/srv\nENV BIN=$ROOT/bin\n",
    beside: &["MVI5006"],
    ..RuleMeta::PLAIN
};

impl Rule for EnvRefersToItself {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::Env(pairs) = &instruction.body else { return None };
    let scope = file.scope_at(instruction.index);
    pairs.iter().enumerate().find_map(|(index, pair)| {
        let name = pair.key.text.as_str();
        let others = pairs.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| &other.value);
        let referring = others.filter(|value| value.has_variables).find(|value| refers(&value.raw, name))?;
        let is_new = scope.variable(name) == Variable::Undeclared;
        is_new.then(|| Finding::new(&META, referring.span, format!("`{name}` is not set yet: this `ENV` sets it")))
    })
}

/// Whether a text holds `$NAME` or `${NAME…}`.
pub(crate) fn refers(text: &str, name: &str) -> bool {
    let is_part = |next: char| next.is_ascii_alphanumeric() || next == '_';
    text.match_indices('$').any(|(at, _)| {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.strip_prefix(name).is_some_and(|behind| !behind.starts_with(is_part))
    })
}
