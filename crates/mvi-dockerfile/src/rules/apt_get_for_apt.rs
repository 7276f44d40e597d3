//! MVI3027: apt in a script.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::packages::{Call, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct AptGetForApt;

static META: RuleMeta = RuleMeta {
    code: "MVI3027",
    name: "apt-get-for-apt",
    twins: &["DL3027"],
    why: "`apt` is made for people at a terminal: what it prints and which options it has may change between \
          releases, as it says itself when it is run in a script. `apt-get` and `apt-cache` stay as they are.",
    bad: "FROM debian:12.9\nRUN apt update && rm -rf /var/lib/apt/lists/*\n",
    good: "FROM debian:12.9\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for AptGetForApt {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| call.name == "apt").map(|call| finding(&call)).collect()
    }
}

/// What `apt` and `apt-get` both do, in the same way.
const SAME: &[&str] =
    &["update", "install", "remove", "purge", "autoremove", "clean", "autoclean", "upgrade", "download"];

fn finding(call: &Call<'_>) -> Finding {
    let finding = Finding::new(&META, call.span(), "`apt` is no command for scripts; `apt-get` and `apt-cache` are");
    let name = call.command().and_then(|command| command.name.as_ref()).filter(|name| name.raw == "apt");
    let order = call.operands(&[]).next();
    let (Some(name), Some(order)) = (name, order.filter(|order| SAME.contains(&order.text.as_str()))) else {
        return finding;
    };
    // `upgrade` of apt installs new packages where apt-get's does not.
    let safety = if order.text == "upgrade" { Safety::Unsafe } else { Safety::Safe };
    let edit = Edit { span: name.span, text: "apt-get".into() };
    finding.fix(Fix { title: "write apt-get".into(), safety, edits: vec![edit] })
}
