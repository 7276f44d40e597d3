//! MVI5007: `ENV KEY VALUE` without an equals sign.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction, Pair};

pub(crate) struct LegacyKeyValueFormat;

static META: RuleMeta = RuleMeta {
    code: "MVI5007",
    name: "legacy-key-value-format",
    twins: &["LegacyKeyValueFormat"],
    group: Group::Build,
    why: "In `ENV ONE 1 TWO=2` everything behind the first blank is the value, so `TWO` is never set. With an equals sign \
          every pair says where it begins and ends, and several of them fit into one instruction.",
    bad: "FROM alpine:3.21.3\nENV GREETING hello\n",
    good: "FROM alpine:3.21.3\nENV GREETING=hello\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for LegacyKeyValueFormat {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let (Body::Env(pairs) | Body::Label(pairs)) = &instruction.body else { return None };
    let pair = pairs.first().filter(|pair| pair.old_form)?;
    let name = instruction.keyword.name();
    let message = format!("`{name} {0}=…` takes the place of `{name} {0} …`", pair.key.text);
    let finding = Finding::new(&META, pair.span, message);
    let Some(text) = with_equals(file, pair) else { return Some(finding) };
    let edit = Edit { span: pair.span, text };
    Some(finding.fix(Fix { title: "put an equals sign between".into(), safety: Safety::Safe, edits: vec![edit] }))
}

/// The pair in the other form; `None` where quotes, escapes or continuation lines might be read in another way.
fn with_equals(file: &Dockerfile, pair: &Pair) -> Option<String> {
    let (key, value) = (&pair.key.raw, &pair.value.raw);
    let odd = |character: char| character.is_control() || matches!(character, '\'' | '"' | '\\' | '`' | '=');
    if pair.span.of(file.text()).contains(['\n', '\r']) || key.contains(odd) || key.is_empty() || value.is_empty() {
        return None;
    }
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    if inner.contains(|character: char| odd(character) && character != '=') {
        return None;
    }
    let is_plain = inner.len() == value.len() && !inner.contains(char::is_whitespace);
    Some(if is_plain { format!("{key}={value}") } else { format!("{key}=\"{inner}\"") })
}
