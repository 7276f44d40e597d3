//! MVI3060: the cache of yarn.

use crate::finding::{Finding, Level, Safety};
use crate::packages::{Call, appended, keeps_away, lacks_cleaning, runs, stays};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Instruction};

pub(crate) struct YarnClean;

static META: RuleMeta = RuleMeta {
    code: "MVI3060",
    name: "yarn-clean",
    twins: &["DL3060"],
    level: Level::Info,
    why: "yarn keeps every package it ever fetched in a folder of its own, beside the one it unpacks into. In \
          a layer that is the same code twice; `yarn cache clean` in the same `RUN`, or a cache mount, keeps \
          it out.",
    bad: "FROM node:22.14.0-alpine\nRUN yarn install --frozen-lockfile\n",
    good: "FROM node:22.14.0-alpine\nRUN yarn install --frozen-lockfile && yarn cache clean\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for YarnClean {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let stays = stays(file);
        runs(file).filter(|run| stays(run)).filter_map(|run| finding(file, run)).collect()
    }
}

fn finding(file: &Dockerfile, run: &Instruction) -> Option<Finding> {
    let installs = |call: &Call<'_>| call.name == "yarn" && call.has(&["install"]);
    let cleans = |call: &Call<'_>| call.name == "yarn" && call.has(&["cache", "clean"]);
    let call = lacks_cleaning(file, run, installs, cleans)?;
    if keeps_away(run, ".cache/yarn") {
        return None;
    }
    let finding = Finding::new(&META, call.span(), "what yarn keeps for next time stays in the layer");
    match appended(file, &call, "yarn cache clean", Safety::Safe) {
        Some(fix) => Some(finding.fix(fix)),
        None => Some(finding),
    }
}
