//! FN-1a: tools for looking into a service, in the image that serves.

use std::collections::BTreeSet;

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::debug_stage::{Wanted, edits};
use crate::law::edits::without_packages;
use crate::law::tools::{Purpose, purpose};
use crate::law::{Install, Package, View};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct DebugToolsInRuntime;

static META: RuleMeta = RuleMeta {
    code: "FN-1a",
    name: "debug-tools-in-runtime",
    level: Level::Error,
    group: Group::Narrative,
    why: "Somebody adds an editor to find a fault, the image goes to production, and the next hole in that editor is a hole \
          in the service: it ran with the service's rights and secrets. Tools for looking in belong into a stage of their \
          own, built on the runtime and started only when they are needed.",
    bad: "FROM alpine:3.21.3 AS runtime\nRUN apk add --no-cache ca-certificates vim\n",
    good: "FROM alpine:3.21.3 AS runtime\nRUN apk add --no-cache ca-certificates\n\nFROM runtime AS debug\nRUN apk add --no-cache vim\n\nFROM runtime AS release\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018", "REC-07"],
    ..RuleMeta::PLAIN
};

impl Rule for DebugToolsInRuntime {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        view.shipped_installs().iter().flat_map(|install| findings(&view, settings, install)).collect()
    }
}

fn findings(view: &View<'_>, settings: &LintSettings, install: &Install<'_>) -> Vec<Finding> {
    let is_debug = |package: &&Package<'_>| purpose(package.name) == Some(Purpose::Debug);
    let tools: Vec<Package<'_>> = install.packages.iter().filter(is_debug).copied().collect();
    let mut found = Vec::with_capacity(tools.len());
    let mut seen = BTreeSet::new();
    for package in tools.iter().filter(|package| seen.insert(package.name)) {
        let message = format!("`{}` is a tool for looking into a service, and it ships with the service", package.name);
        found.push(Finding::new(&META, package.word.span, message).note("risk MEDIUM: attack surface and disclosure"));
    }
    if let (Some(first), Some(edits)) = (found.first_mut(), repair(view, settings, install, &tools)) {
        let title = "move the tools to a debug stage".to_owned();
        first.fix = Some(Fix { title, safety: Safety::Unsafe, edits });
    }
    found
}

fn repair(view: &View<'_>, settings: &LintSettings, install: &Install<'_>, tools: &[Package<'_>]) -> Option<Vec<Edit>> {
    let mut all = without_packages(view.file, install, tools)?;
    let wanted = Wanted { manager: install.manager, packages: tools };
    all.extend(edits(view, settings, &wanted)?);
    all.sort_by_key(|edit| edit.span);
    Some(all)
}
