//! MVI3045: COPY to a relative place without WORKDIR.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta};
use crate::rules::absolute_workdir::is_absolute;
use crate::settings::LintSettings;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct CopyRelative;

static META: RuleMeta = RuleMeta {
    code: "MVI3045",
    name: "copy-relative",
    twins: &["DL3045"],
    why: "A relative destination starts at the working folder, and where none was set that is whatever the \
          base image says, mostly the root. With another base the files land elsewhere.",
    bad: "FROM alpine:3.21.3\nCOPY app bin/app\n",
    good: "FROM alpine:3.21.3\nWORKDIR /srv\nCOPY app bin/app\n",
    ..RuleMeta::PLAIN
};

impl Rule for CopyRelative {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut has_folder = vec![false; file.stages().len()];
        let mut findings = Vec::new();
        for instruction in file.instructions() {
            let stage = instruction.stage.unwrap_or(usize::MAX);
            let has = has_folder.get(stage).copied().unwrap_or(false);
            match &instruction.body {
                Body::From { .. } => {
                    if let Some(Base::Stage(base)) = file.stages().get(stage).map(|stage| &stage.base) {
                        has_folder[stage] = has_folder[*base];
                    }
                }
                Body::Workdir(_) if stage < has_folder.len() => has_folder[stage] = true,
                Body::Copy { destination, .. } if !has && !is_absolute(&destination.text) => {
                    let message = "no WORKDIR says where this relative destination is";
                    findings.push(Finding::new(&META, destination.span, message));
                }
                _ => {}
            }
        }
        findings
    }
}
