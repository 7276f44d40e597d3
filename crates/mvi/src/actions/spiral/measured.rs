//! The second step, second half: all candidates that were built are run in turn, so that what happens to the machine
//! happens to all; advisories are counted.

use std::process::Command;
use std::time::Duration;

use mvi_image::{Algorithm, Digest};
use mvi_probe::run::{Isolation, Limits, Place, Plan, ProbeError, Progress, find};
use mvi_probe::unpack::Common;

use super::Desk;
use super::entry::{Built, Counted, Entry, Failed, Ran};
use crate::actions::probe::{Wanted, Wish, probe, subject};
use crate::actions::vulns::{VulnsOptions, all_severities, high_and_critical, vulns};
use crate::report::probe::{Metric, ProbeReport, ProbedImage, verdict};

/// Runs that bring files into memory, and do not count.
const WARM_UP: usize = 1;
/// Memory a candidate may use, MB, and processes it may have: those of `mvi probe`.
const MEMORY_MB: u64 = 2000;
const PIDS: u32 = 1024;

struct Silent;

impl Progress for Silent {
    fn advance(&mut self, _: usize, _: usize) {}
}

/// What came of running some candidates.
enum Outcome {
    /// All got ready.
    Ran(Vec<Ran>),
    /// Some never did; nothing was measured.
    NotReady(Vec<Failed>),
}

impl Desk<'_, '_> {
    /// Runs all that were built, without those that do not get ready.
    pub(super) fn run_all(&mut self) -> anyhow::Result<()> {
        loop {
            let built: Vec<Built> = self.known.built.values().cloned().collect();
            if built.is_empty() {
                return self.write(Entry::Run { ran: Vec::new() });
            }
            self.tell(&format!("runs {} candidates, {} times each", built.len(), self.wish.runs.runs));
            let runtimes = match find(self.tools.runtime, self.tools.search_path) {
                Ok(runtimes) => runtimes,
                Err(error) => {
                    let why = format!("nothing ran it: {error}");
                    return self.write(Entry::Run { ran: built.iter().map(|built| not_run(built, &why)).collect() });
                }
            };
            match self.run_some(&built, runtimes) {
                Ok(Outcome::Ran(ran)) => return self.write(Entry::Run { ran }),
                Ok(Outcome::NotReady(failed)) => {
                    for failed in failed {
                        self.write(Entry::Failed(failed))?;
                    }
                }
                Err(error) => match error.downcast_ref::<ProbeError>() {
                    Some(ProbeError::NoRuntime(_) | ProbeError::Runtime { .. }) => {
                        let why = format!("nothing ran it: {error:#}");
                        return self
                            .write(Entry::Run { ran: built.iter().map(|built| not_run(built, &why)).collect() });
                    }
                    _ => return Err(error),
                },
            }
        }
    }

    fn run_some(&self, built: &[Built], runtimes: Vec<mvi_probe::run::Runtime>) -> anyhow::Result<Outcome> {
        let mut keeper = Command::new(self.tools.guard.0);
        keeper.arg("probe-keeper");
        let place = Place::open(self.tools.temporary, keeper)?;
        let runs = &self.wish.runs;
        let common = Common::default();
        let wish = Wish { argv: &[], env: &[], ready: runs.ready.as_deref(), common: &common };
        let (mut subjects, mut failed) = (Vec::new(), Vec::new());
        for (number, one) in built.iter().enumerate() {
            let candidate = self.known.candidate(&one.base).map_or(0, |candidate| candidate.number);
            let examined = self.read_image(&candidate.to_string())?;
            match subject(&examined, self.tools.options, &wish, &place, &format!("s{number}")) {
                Ok(subject) => subjects.push(subject),
                Err(error) => failed.push(cannot_run(one, &format!("{error:#}"), &[])),
            }
        }
        if !failed.is_empty() {
            place.close()?;
            return Ok(Outcome::NotReady(failed));
        }
        let plan = Plan {
            runs: runs.runs,
            warm_up: WARM_UP,
            isolation: Isolation::Auto,
            limits: Limits {
                memory_bytes: MEMORY_MB * 1_000_000,
                pids: PIDS,
                cpus: None,
                patience: Duration::from_secs_f64(runs.patience_s),
            },
            settle: Duration::from_millis(runs.settle_ms),
        };
        let id = format!("spiral {}, {} runs in turn", self.begun()?.id, runs.runs);
        let report = probe(&place, runtimes, subjects, &Wanted { plan: &plan, files: false }, &mut Silent);
        let closed = place.close();
        let report = report?;
        closed?;
        Ok(outcome(built, &report, &id))
    }

    /// Counts advisories of what was built, where an index is at hand.
    pub(super) fn count(&mut self) -> anyhow::Result<()> {
        let built: Vec<String> = self.known.built.keys().cloned().collect();
        for base in built {
            if self.known.counted.contains_key(&base) {
                continue;
            }
            let counted = self.counted(&base)?;
            self.write(Entry::Counted(counted))?;
        }
        Ok(())
    }

    fn counted(&self, base: &str) -> anyhow::Result<Counted> {
        let base = base.to_owned();
        let Some(index) = self.tools.index else {
            let by = "no index of advisories was named: --db FILE".to_owned();
            return Ok(Counted { base, cve_count: None, high_plus: None, by });
        };
        let number = self.known.candidate(&base).map_or(0, |candidate| candidate.number);
        let examined = self.read_image(&number.to_string())?;
        let report = vulns(&examined, &VulnsOptions::all(index, (self.tools.clock)()))?;
        let (all, high) = (all_severities(&report), high_and_critical(&report));
        let why = all.as_ref().err().or(high.as_ref().err()).cloned();
        let by = why.unwrap_or_else(|| format!("advisories of {}", index.1.display()));
        Ok(Counted { base, cve_count: all.ok(), high_plus: high.ok(), by })
    }
}

fn not_run(built: &Built, why: &str) -> Ran {
    let (base, with) = (built.base.clone(), why.to_owned());
    Ran { base, startup_ms: Vec::new(), mem_mb: Vec::new(), memory: String::new(), id: String::new(), with }
}

fn cannot_run(built: &Built, why: &str, lines: &[String]) -> Failed {
    let said = format!("{why}\n{}", lines.join("\n"));
    let last = lines.last().map(|line| format!(": {line}")).unwrap_or_default();
    Failed {
        base: built.base.clone(),
        log: Digest::of(Algorithm::Sha256, said.as_bytes()).to_string(),
        why: format!("it was built, and does not run: {why}{last}"),
        ran: true,
    }
}

fn outcome(built: &[Built], report: &ProbeReport, id: &str) -> Outcome {
    let pairs = || built.iter().zip(&report.images);
    let failed: Vec<Failed> = pairs().filter_map(|(built, image)| failure(built, image)).collect();
    if !failed.is_empty() {
        return Outcome::NotReady(failed);
    }
    let with = format!("{} {}, {}", report.runtime.name, report.runtime.version, report.isolation);
    Outcome::Ran(pairs().map(|(built, image)| ran(built, image, (&with, id))).collect())
}

/// One that did not get ready, or not every time: a number of the good runs alone would flatter it.
fn failure(built: &Built, image: &ProbedImage) -> Option<Failed> {
    if let Some(failure) = &image.failure {
        // Where others kept it from being run, its own warm-up was well.
        return match failure.verdict {
            mvi_probe::run::Verdict::Ready => None,
            _ => Some(cannot_run(built, &verdict(&failure.verdict), &failure.last_lines)),
        };
    }
    let of = image.runs.len();
    (image.failed_runs > 0).then(|| cannot_run(built, &format!("{} of {of} runs failed", image.failed_runs), &[]))
}

fn ran(built: &Built, image: &ProbedImage, (with, id): (&str, &str)) -> Ran {
    let row = |metric: Metric| image.runs.iter().filter_map(|run| metric.of(run)).collect::<Vec<f64>>();
    let steady = row(Metric::Steady);
    let is_steady = !steady.is_empty() && steady.len() == image.runs.len();
    Ran {
        base: built.base.clone(),
        startup_ms: row(Metric::Startup),
        mem_mb: if is_steady { steady } else { row(Metric::Peak) },
        memory: if is_steady { "charged while it is ready" } else { "peak, as it ends by itself" }.to_owned(),
        id: id.to_owned(),
        with: with.to_owned(),
    }
}
