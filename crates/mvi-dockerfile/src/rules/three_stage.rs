//! REC-06: fetching, building and running in fewer than three stages.

use crate::finding::{Finding, Level};
use crate::law::View;
use crate::law::commands::steps;
use crate::law::split::split;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct ThreeStage;

static META: RuleMeta = RuleMeta {
    code: "REC-06",
    name: "three-stage",
    level: Level::Info,
    group: Group::Recommendation,
    why: "One stage that fetches dependencies, one that builds, one that runs: a change of the source then costs a build \
          and no download, the build can do without the network, and the image has neither compilers nor sources. Two more \
          signs have codes of their own: W-SOURCE-BEFORE-LOCK and W-NO-CACHE-MOUNT.",
    bad: "FROM example.org/tools:1.0.0\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY main.go ./\nRUN --network=none go build -o /usr/bin/app .\nUSER 1001\nCMD [\"app\"]\n",
    good: "FROM golang:1.24.2-alpine3.21 AS deps\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\n\nFROM deps AS builder\nCOPY . .\nRUN --network=none go build -o /app .\n\nFROM scratch\nCOPY --from=builder /app /app\n",
    fixes: Fixes::Unsafe,
    beside: &["F-LOCK-UNVERIFIED", "W-NO-CACHE-MOUNT", "W-SOURCE-SHIPPED"],
    ..RuleMeta::PLAIN
};

impl Rule for ThreeStage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let number = view.reached.len();
        let Some(runtime) = view.runtime().filter(|_| number < 3) else { return Vec::new() };
        let mut all = view.reached.iter().flat_map(|stage| view.instructions_of(*stage));
        let Some(tool) = all.find_map(|one| steps(file, one).next()) else { return Vec::new() };
        let count = if number == 1 { "one stage" } else { "two stages" };
        let message = format!("{} fetches, builds and runs in {count}; three keep it apart", tool.ecosystem.name);
        let finding = Finding::new(&META, runtime.span, message);
        vec![match split(file, &view, settings) {
            Some(fix) => finding.fix(fix),
            None => finding.note("`mvi template` writes a file with all of them"),
        }]
    }
}
