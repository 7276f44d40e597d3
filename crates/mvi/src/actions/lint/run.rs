//! Many files at once: threads take some at a time, results are told in the order of the files.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use mvi_dockerfile::manifest::WorkloadJudge;
use mvi_dockerfile::{Dockerfile, Finding, LintSettings, Safety};

use super::baseline::Baseline;
use super::find::Target;
use super::manifest;
use super::one::{Opened, Outcome, judge};
use super::shellcheck::Shellcheck;
use super::surroundings::Surroundings;

/// Files a thread takes at once: enough that starting `ShellCheck` for them is worth it.
const TOGETHER: usize = 16;
/// Groups of files that may be done and not yet told, so that memory has an end.
const AHEAD: usize = 16;

/// What to do with files.
pub(crate) struct LintJob<'a> {
    /// What all files have in common.
    pub settings: &'a Arc<LintSettings>,
    /// The program that looks at scripts.
    pub shellcheck: Option<&'a Shellcheck>,
    /// Whether files are repaired.
    pub mend: Mend,
    /// Findings that were there before.
    pub baseline: Option<&'a Baseline>,
    /// What standard input is called.
    pub stdin_path: &'a str,
    /// The law that workloads are under.
    pub judge: Option<&'a dyn WorkloadJudge>,
    /// What lies around files; nothing is known of it where it is not looked at.
    pub surroundings: Option<&'a Surroundings>,
    /// Threads.
    pub jobs: usize,
}

/// What files of an editor are linted with, until the settings change.
#[derive(Debug)]
pub(crate) struct Bench {
    /// What all files have in common.
    pub settings: Arc<LintSettings>,
    /// The program that looks at scripts.
    pub shellcheck: Option<Shellcheck>,
    /// What lies around files.
    pub surroundings: Surroundings,
}

impl Bench {
    /// The settings of one file that is read already, and its findings.
    #[must_use]
    pub(crate) fn judge(&self, target: &Target, file: &Dockerfile) -> (Arc<LintSettings>, Vec<Finding>) {
        let job = LintJob {
            settings: &self.settings,
            shellcheck: self.shellcheck.as_ref(),
            mend: Mend::Nothing,
            baseline: None,
            stdin_path: "-",
            judge: None,
            surroundings: Some(&self.surroundings),
            jobs: 1,
        };
        let settings = job.settings_for(target);
        let answers = job.shellcheck.and_then(|shellcheck| shellcheck.ask(std::iter::once(file)).pop().flatten());
        let findings = judge(file, &settings, answers.as_deref());
        (settings, findings)
    }
}

/// What becomes of repairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mend {
    /// None are made.
    Nothing,
    /// Those up to this safety are made.
    Write(Safety),
    /// Those up to this safety are shown and not made.
    Show(Safety),
}

impl LintJob<'_> {
    /// The settings of one file: those of all, and what belongs to it.
    pub(super) fn settings_for(&self, target: &Target) -> Arc<LintSettings> {
        match (target, self.surroundings) {
            (Target::File(path), Some(surroundings)) => surroundings.settings_of(path, self.settings),
            (Target::File(_) | Target::Stdin | Target::Yaml(_), _) => Arc::clone(self.settings),
        }
    }
}

/// Lints files and tells of each, in their order.
///
/// # Errors
/// Whatever `tell` says; nothing is told after that.
pub(crate) fn run<E>(
    job: &LintJob<'_>,
    targets: &[Target],
    mut tell: impl FnMut(Outcome) -> Result<(), E>,
) -> Result<(), E> {
    let groups: Vec<&[Target]> = targets.chunks(together(targets.len(), job.jobs)).collect();
    if groups.len() <= 1 || job.jobs <= 1 {
        return groups.iter().flat_map(|group| lint_group(job, group)).try_for_each(tell);
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        let (sender, receiver) = mpsc::sync_channel(AHEAD);
        for _ in 0..job.jobs.min(groups.len()) {
            let (sender, next, groups) = (sender.clone(), &next, &groups);
            threads.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(group) = groups.get(index) else { return };
                    // Nobody listens any more after an error.
                    if sender.send((index, lint_group(job, group))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting: BTreeMap<usize, Vec<Outcome>> = BTreeMap::new();
        let mut turn = 0;
        for (index, outcomes) in receiver {
            waiting.insert(index, outcomes);
            while let Some(outcomes) = waiting.remove(&turn) {
                outcomes.into_iter().try_for_each(&mut tell)?;
                turn += 1;
            }
        }
        Ok(())
    })
}

/// Files a thread takes at once: fewer when there are not enough for all threads.
fn together(files: usize, jobs: usize) -> usize {
    files.div_ceil(jobs.max(1)).clamp(1, TOGETHER)
}

fn lint_group(job: &LintJob<'_>, group: &[Target]) -> Vec<Outcome> {
    let is_manifest = |target: &&Target| manifest::is_manifest(&target.path(job.stdin_path));
    let opened: Vec<_> =
        group.iter().filter(|target| !is_manifest(target)).map(|target| Opened::open(target, job)).collect();
    let files = opened.iter().filter_map(|opened| opened.as_ref().ok()).map(|opened| &opened.file);
    let answers = job.shellcheck.map(|shellcheck| shellcheck.ask(files));
    let mut answers = answers.map(Vec::into_iter);
    let mut opened = opened.into_iter();
    let mut outcomes = Vec::with_capacity(group.len());
    for target in group {
        if is_manifest(&target) {
            outcomes.extend(manifest::lint(target, job));
            continue;
        }
        outcomes.extend(opened.next().map(|opened| match opened {
            Ok(opened) => {
                let answers = answers.as_mut().and_then(|answers| answers.next().flatten());
                Outcome::Linted(opened.finish(answers.as_deref(), job))
            }
            Err(unread) => Outcome::Unread(unread),
        }));
    }
    outcomes
}
