//! MVI4001: curl and wget in one image.

use crate::finding::Finding;
use crate::packages::{calls_of, runs};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct CurlOrWget;

static META: RuleMeta = RuleMeta {
    code: "MVI4001",
    name: "curl-or-wget",
    twins: &["DL4001"],
    why: "Both fetch files. Whichever the base has or the image needs anyway does all of it; the second one is \
          one more package, with one more list of holes.",
    bad: "FROM alpine:3.21.3\nRUN curl -fsSO https://example.org/a && wget -q https://example.org/b\n",
    good: "FROM alpine:3.21.3\nRUN curl -fsSO https://example.org/a && curl -fsSO https://example.org/b\n",
    ..RuleMeta::PLAIN
};

impl Rule for CurlOrWget {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut seen = [false; 2];
        let mut stage = None;
        for run in runs(file) {
            if run.stage != stage {
                (stage, seen) = (run.stage, [false; 2]);
            }
            let mut last = None;
            for call in calls_of(file, run) {
                let tool = TOOLS.iter().position(|tool| *tool == call.name);
                if let Some(tool) = tool {
                    last = last.filter(|_| seen[tool]).or(Some(call.span()));
                    seen[tool] = true;
                }
            }
            if let Some(span) = last.filter(|_| seen == [true; 2]) {
                findings.push(Finding::new(&META, span, "this stage fetches files with both curl and wget"));
            }
        }
        findings
    }
}

const TOOLS: [&str; 2] = ["curl", "wget"];
