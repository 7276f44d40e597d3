//! MVI3029: FROM for one platform.

use crate::finding::{Finding, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::rules::redundant_platform::without;
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct NoFixedPlatform;

static META: RuleMeta = RuleMeta {
    code: "MVI3029",
    name: "no-fixed-platform",
    twins: &["DL3029", "FromPlatformFlagConstDisallowed"],
    why: "A platform that is written into `FROM` makes an image for it wherever it is built, emulated and slow \
          on others, or wrong for the machine it is meant for. `docker build --platform` decides that from \
          outside, and `$BUILDPLATFORM` is there for stages that cross-compile.",
    bad: "FROM --platform=linux/amd64 alpine:3.21.3\n",
    good: "FROM alpine:3.21.3\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for NoFixedPlatform {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::From { platform: Some(platform), .. } = &instruction.body else { return None };
    if ["BUILDPLATFORM", "TARGETPLATFORM"].iter().any(|variable| platform.text.contains(variable)) {
        return None;
    }
    let flag = instruction.flag("platform")?;
    let finding = Finding::new(&META, flag.span, "the stage is for one platform wherever it is built");
    Some(finding.fix(without(file, flag, "leave the platform to the build", Safety::Unsafe)))
}
