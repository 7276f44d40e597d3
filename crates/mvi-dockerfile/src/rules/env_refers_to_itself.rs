//! MVI3044: ENV that refers to what it sets.

use std::collections::HashMap;

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
    // The first two values that refer to a name: one of them may be its own.
    let mut referring: HashMap<&str, (usize, Option<usize>)> = HashMap::new();
    for (index, pair) in pairs.iter().enumerate().filter(|(_, pair)| pair.value.has_variables) {
        for name in references(&pair.value.raw) {
            let (first, second) = referring.entry(name).or_insert((index, None));
            if *first != index {
                second.get_or_insert(index);
            }
        }
    }
    let scope = file.scope_at(instruction.index);
    pairs.iter().enumerate().find_map(|(index, pair)| {
        let name = pair.key.text.as_str();
        let (first, second) = *referring.get(name)?;
        let other = if first == index { second? } else { first };
        let value = pairs.get(other).map(|other| &other.value)?;
        let is_new = scope.variable(name) == Variable::Undeclared;
        is_new.then(|| Finding::new(&META, value.span, format!("`{name}` is not set yet: this `ENV` sets it")))
    })
}

/// Names behind `$` and `${` that no backslash takes their meaning, single quotes not heeded.
pub(crate) fn references(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let is_escaped = text[..at].ends_with('\\');
        (length > 0 && !is_escaped).then(|| &rest[..length])
    })
}
