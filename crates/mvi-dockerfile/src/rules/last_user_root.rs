//! MVI3002: images that run as root.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Stage;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct LastUserRoot;

static META: RuleMeta = RuleMeta {
    code: "MVI3002",
    name: "last-user-root",
    twins: &["DL3002"],
    why: "The last `USER` of a stage is who its program runs as. Whoever breaks out of a program that is root \
          in its container is root on the machine, unless user namespaces are set up; almost no service needs \
          it.",
    bad: "FROM alpine:3.21.3\nUSER 0\n",
    good: "FROM alpine:3.21.3\nUSER 1000\n",
    ..RuleMeta::PLAIN
};

impl Rule for LastUserRoot {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.stages().iter().filter_map(|stage| finding(file, stage)).collect()
    }
}

fn finding(file: &Dockerfile, stage: &Stage) -> Option<Finding> {
    let instructions = file.instructions().get(stage.instructions.clone())?;
    let user = instructions.iter().rev().find_map(|instruction| match &instruction.body {
        Body::User(user) => Some(user),
        _ => None,
    })?;
    let name = user.text.split(':').next().unwrap_or_default();
    matches!(name, "root" | "0").then(|| Finding::new(&META, user.span, "the last user of the stage is root"))
}
