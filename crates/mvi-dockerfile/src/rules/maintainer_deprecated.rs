//! MVI4000: the instruction `MAINTAINER`.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct MaintainerDeprecated;

static META: RuleMeta = RuleMeta {
    code: "MVI4000",
    name: "maintainer-deprecated",
    twins: &["DL4000", "MaintainerDeprecated"],
    level: Level::Error,
    why: "`MAINTAINER` sets a field of the image that few tools read, and builders may drop it. The label \
          `org.opencontainers.image.authors` says the same where everybody looks for it (OCI image-spec, annotations).",
    bad: "FROM alpine:3.21.3\nMAINTAINER Ada Lovelace <ada@example.org>\n",
    good: "FROM alpine:3.21.3\nLABEL org.opencontainers.image.authors=\"Ada Lovelace <ada@example.org>\"\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for MaintainerDeprecated {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        // What `ONBUILD` would say of it is refused by builders, and MVI3043 tells.
        file.instructions().iter().filter_map(finding).collect()
    }
}

fn finding(instruction: &Instruction) -> Option<Finding> {
    let Body::Maintainer(name) = &instruction.body else { return None };
    let finding = Finding::new(&META, instruction.keyword_span, "MAINTAINER is deprecated; a label takes its place");
    // What a shell-like reader would understand differently is left for people.
    if name.text.contains(['\n', '\r', '\\']) {
        return Some(finding);
    }
    let text = name.text.replace('"', "\\\"").replace('$', "\\$");
    let span = instruction.keyword_span.join(instruction.arguments);
    let edit = Edit { span, text: format!("LABEL org.opencontainers.image.authors=\"{text}\"") };
    Some(finding.fix(Fix { title: "write it as a label".into(), safety: Safety::Safe, edits: vec![edit] }))
}
