//! MVI3042: the cache of pip.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, behind, calls_of, keeps_away, runs};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Variable;
use crate::syntax::{Dockerfile, Instruction};

pub(crate) struct PipNoCache;

static META: RuleMeta = RuleMeta {
    code: "MVI3042",
    name: "pip-no-cache",
    twins: &["DL3042"],
    why: "pip keeps every package it fetches and every wheel it builds under `~/.cache/pip`. In a layer nobody \
          ever reads them. `--no-cache-dir` or `PIP_NO_CACHE_DIR` switches that off, a cache mount keeps it \
          for the next build.",
    bad: "FROM python:3.13.2-slim\nRUN pip install flask==3.1.0\n",
    good: "FROM python:3.13.2-slim\nRUN pip install --no-cache-dir flask==3.1.0\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for PipNoCache {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        runs(file).flat_map(|run| in_run(file, run)).collect()
    }
}

const VARIABLE: &str = "PIP_NO_CACHE_DIR";

fn in_run(file: &Dockerfile, run: &Instruction) -> Vec<Finding> {
    let is_off = match file.scope_at(run.index).variable(VARIABLE) {
        Variable::Known(value) => is_truth_value(value),
        Variable::Unknown | Variable::Given | Variable::Undeclared => false,
    };
    if is_off || sets_variable(file, run) || keeps_away(run, ".cache/pip") {
        return Vec::new();
    }
    calls_of(file, run).filter(keeps).filter_map(|call| finding(&call)).collect()
}

fn keeps(call: &Call<'_>) -> bool {
    let is_wrapper = |wrapper: &str| {
        let by_module = call.words.windows(2).any(|two| two[0].text == "-m" && two[1].text == wrapper);
        call.name.contains(wrapper) || call.name.starts_with("python") && by_module
    };
    call.is_pip_install() && !call.has(&["--no-cache-dir"]) && !is_wrapper("pipx") && !is_wrapper("pipenv")
}

/// Whether the variable is set in the script itself.
fn sets_variable(file: &Dockerfile, run: &Instruction) -> bool {
    file.scripts(run).iter().any(|script| {
        let text = script.span.of(file.text());
        let value = text.split_once(VARIABLE).and_then(|(_, rest)| rest.strip_prefix('='));
        value.is_some_and(|value| {
            let value = value.trim_start_matches(['"', '\'']);
            let end = value.find(|one: char| !one.is_ascii_alphanumeric()).unwrap_or(value.len());
            is_truth_value(&value[..end])
        })
    })
}

/// Any value pip takes for true or false: for this variable both switch the cache off (pip, `_handle_no_cache_dir`).
fn is_truth_value(value: &str) -> bool {
    ["1", "0", "y", "n", "t", "f", "yes", "no", "true", "false", "on", "off"]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(value))
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let finding = Finding::new(&META, call.span(), "pip leaves its cache in the layer");
    Some(finding.fix(behind(call.word(&["install"])?, " --no-cache-dir", Safety::Safe)))
}
