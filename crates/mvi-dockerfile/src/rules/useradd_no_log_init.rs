//! MVI3046: users with a high number.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, behind, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct UseraddNoLogInit;

static META: RuleMeta = RuleMeta {
    code: "MVI3046",
    name: "useradd-no-log-init",
    twins: &["DL3046"],
    why: "`useradd` writes into `/var/log/lastlog`, a file with a place for every number up to the user's. It \
          is sparse on a disk and is not in a layer: a user with the number 1000000 costs hundreds of \
          megabytes. `-l` keeps the user out of that file.",
    bad: "FROM debian:12.9\nRUN useradd -u 1000000 app\n",
    good: "FROM debian:12.9\nRUN useradd -l -u 1000000 app\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for UseraddNoLogInit {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| call.name == "useradd").filter_map(|call| finding(file, &call)).collect()
    }
}

/// The highest number with as many digits as are harmless.
const HIGHEST: u64 = 99_999;

fn finding(file: &Dockerfile, call: &Call<'_>) -> Option<Finding> {
    if call.has_flag(&["l", "no-log-init"]) {
        return None;
    }
    let number = number(file, call)?;
    if number <= HIGHEST {
        return None;
    }
    let name = call.command().and_then(|command| command.name.as_ref())?;
    let finding = Finding::new(&META, call.span(), format!("a user with the number {number} makes a huge `lastlog`"));
    Some(finding.fix(behind(name, " -l", Safety::Safe)))
}

/// The number a user gets, when it is known.
fn number(file: &Dockerfile, call: &Call<'_>) -> Option<u64> {
    let (flag, index) = call.flags().find(|(flag, _)| matches!(*flag, "u" | "uid"))?;
    let word = call.words.get(index)?;
    let inside = match flag {
        "uid" => word.text.split_once('=').map(|(_, value)| value),
        _ => word.text.split_once('u').map(|(_, value)| value).filter(|value| !value.is_empty()),
    };
    let value = inside.or_else(|| call.words.get(index + 1).map(|next| next.text.as_str()))?;
    let expanded = file.scope_at(call.run.index).expand(value);
    expanded.text.parse().ok().filter(|_| expanded.unknown.is_empty())
}
