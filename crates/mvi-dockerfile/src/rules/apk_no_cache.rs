//! MVI3019: the cache of apk.

use crate::finding::{Finding, Level, Safety};
use crate::packages::{APK, Call, behind, calls_of, keeps_away, runs};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct ApkNoCache;

static META: RuleMeta = RuleMeta {
    code: "MVI3019",
    name: "apk-no-cache",
    twins: &["DL3019"],
    level: Level::Info,
    why: "`apk add` keeps the index of its repositories in the layer. With `--no-cache` it fetches the index, \
          uses it, and leaves nothing; neither `--update` nor removing `/var/cache/apk/*` is needed then.",
    bad: "FROM alpine:3.21.3\nRUN apk add jq=1.7.1-r0\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache jq=1.7.1-r0\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for ApkNoCache {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let runs = runs(file).filter(|run| !keeps_away(run, "/var/cache/apk"));
        let calls = runs.flat_map(|run| calls_of(file, run));
        calls
            .filter(|call| APK.installs(call) && !call.has_flag(&["no-cache"]))
            .filter_map(|call| finding(&call))
            .collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let finding = Finding::new(&META, call.span(), "`apk add` leaves its cache in the layer");
    Some(finding.fix(behind(call.word(APK.install)?, " --no-cache", Safety::Safe)))
}
