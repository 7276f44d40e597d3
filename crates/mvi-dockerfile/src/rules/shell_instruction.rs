//! MVI4005: the shell as a link.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::packages::{Call, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct ShellInstruction;

static META: RuleMeta = RuleMeta {
    code: "MVI4005",
    name: "shell-instruction",
    twins: &["DL4005"],
    why: "A link in place of `/bin/sh` changes the shell of everything in the image, also of programs that \
          rely on the one that was there. `SHELL` changes the shell of the instructions that follow and of \
          nothing else.",
    bad: "FROM debian:12.9\nRUN ln -sf /bin/bash /bin/sh\n",
    good: "FROM debian:12.9\nSHELL [\"/bin/bash\", \"-c\"]\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for ShellInstruction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let calls = calls(file).filter(|call| call.name == "ln" && call.has(&["/bin/sh"]));
        calls.map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Finding {
    let finding = Finding::new(&META, call.span(), "SHELL sets the shell of what follows");
    let mut paths = call.operands(&[]);
    let (Some(shell), Some(link), None) = (paths.next(), paths.next(), paths.next()) else { return finding };
    let is_whole = call.script.commands.len() == 1 && call.span() == call.run.arguments && call.run.flags.is_empty();
    if !is_whole
        || link.text != "/bin/sh"
        || !shell.is_static
        || !shell.text.starts_with('/')
        || call.run.on_build.is_some()
    {
        return finding;
    }
    let edit = Edit { span: call.run.span, text: format!("SHELL [\"{}\", \"-c\"]", shell.text) };
    // Scripts in the image that begin with `#!/bin/sh` keep the shell they had.
    finding.fix(Fix { title: "write SHELL".into(), safety: Safety::Unsafe, edits: vec![edit] })
}
