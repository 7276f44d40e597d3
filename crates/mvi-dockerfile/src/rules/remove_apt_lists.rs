//! MVI3009: lists of packages that stay in the image.

use crate::finding::{Finding, Level, Safety};
use crate::packages::{APT, Call, appended, calls_of, keeps_away, runs, stays};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::ShellWord;
use crate::syntax::{Dockerfile, Instruction};

pub(crate) struct RemoveAptLists;

static META: RuleMeta = RuleMeta {
    code: "MVI3009",
    name: "remove-apt-lists",
    twins: &["DL3009"],
    level: Level::Info,
    why: "`apt-get update` stores the lists of all packages, tens of megabytes that are of no use in a \
          finished image and old a day later. A later layer cannot take them away again, only the same `RUN` \
          can; a cache mount keeps them out from the start.",
    bad: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends jq=1.6-2.1\n",
    good: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends jq=1.6-2.1 && rm -rf /var/lib/apt/lists/*\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for RemoveAptLists {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let stays = stays(file);
        runs(file).filter(|run| stays(run)).filter_map(|run| finding(file, run)).collect()
    }
}

const LISTS: &str = "/var/lib/apt/lists";

fn finding(file: &Dockerfile, run: &Instruction) -> Option<Finding> {
    let update = calls_of(file, run).find(updates)?;
    let has_mounts = keeps_away(run, LISTS) || keeps_away(run, "/var/lib/apt") && keeps_away(run, "/var/cache/apt");
    if has_mounts || calls_of(file, run).any(|call| removes(&call)) {
        return None;
    }
    let message = format!("the lists that `{} update` fetches stay in the layer", update.name);
    let finding = Finding::new(&META, update.span(), message);
    // What is installed later without an update would miss them.
    match appended(file, &update, "rm -rf /var/lib/apt/lists/*", Safety::Unsafe) {
        Some(fix) => Some(finding.fix(fix)),
        None => Some(finding),
    }
}

/// `rm` of the lists or of a folder they are in, or apt's own order for it (apt-get(8), `dist-clean`).
fn removes(call: &Call<'_>) -> bool {
    let is_above = |word: &ShellWord| {
        let path = word.text.trim_end_matches(['*', '/']);
        // Of `/var/{cache,lib}/apt` and the like, any may be meant.
        let is_one_of = path.starts_with("/var") && path.replace("${", "").contains('{');
        word.text.contains(LISTS) || ["/var/lib/apt", "/var/lib", "/var"].contains(&path) || is_one_of
    };
    let removes = matches!(call.name, "rm" | "find") && call.words.iter().any(is_above);
    removes || APT.is(call) && call.has(&["dist-clean", "distclean"])
}

fn updates(call: &Call<'_>) -> bool {
    matches!(call.name, "apt" | "apt-get" | "aptitude") && call.has(&["update"])
}
