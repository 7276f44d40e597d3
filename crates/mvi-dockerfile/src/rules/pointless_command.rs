//! MVI3001: commands that do nothing in a build.

use crate::finding::{Finding, Level};
use crate::packages::calls;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct PointlessCommand;

static META: RuleMeta = RuleMeta {
    code: "MVI3001",
    name: "pointless-command",
    twins: &["DL3001"],
    level: Level::Info,
    why: "Services, terminals, mounts and the list of processes belong to a running machine. In a build there \
          is none: such a command does nothing, does it to a container that is gone in a second, or waits for \
          somebody.",
    bad: "FROM alpine:3.21.3\nRUN free -m\n",
    good: "FROM alpine:3.21.3\nRUN true\n",
    ..RuleMeta::PLAIN
};

impl Rule for PointlessCommand {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let calls = calls(file).filter(|call| COMMANDS.contains(&call.name));
        calls
            .map(|call| {
                Finding::new(&META, call.span(), format!("`{}` makes no sense while an image is built", call.name))
            })
            .collect()
    }
}

const COMMANDS: &[&str] = &["free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim"];
