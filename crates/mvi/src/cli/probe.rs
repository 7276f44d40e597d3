//! `mvi probe`, and the process beside it that cleans up.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mvi_image::HeadersOnly;
use mvi_probe::run::{Isolation, Kind, Level, Limits, Place, Plan, ProbeError, can_watch, find, sweep};
use mvi_probe::unpack::Common;

use super::args::Format;
use super::args::probe::{IsolationChoice, ProbeArgs, RuntimeChoice};
use super::look::{collector_for, examine_options, location};
use super::output::{Exit, Failure, show};
use crate::actions::Examiner;
use crate::actions::probe::{Wanted, Wish, probe, subject};
use crate::progress::{Bars, Runs};
use crate::render::Report;
use crate::settings;

pub(super) fn run(args: &ProbeArgs) -> Result<Exit, Failure> {
    let plan = plan(args)?;
    if let Some(pair) = args.env.iter().find(|pair| !pair.contains('=') || pair.starts_with('=')) {
        return Err(Failure::usage(format!("`{pair}` is no NAME=VALUE (--env)")));
    }
    let mut runtimes = find(runtime(args.runtime), &settings::search_path()).map_err(failure)?;
    if args.files {
        let last = runtimes.last().map(|runtime| runtime.program.kind.name());
        runtimes.retain(|runtime| can_watch(runtime.program.kind));
        if let Some(runtime) = last.filter(|_| runtimes.is_empty()) {
            return Err(failure(ProbeError::Unwatched { runtime }));
        }
    }
    let parent = settings::temporary_dir();
    sweep(&parent);
    let mut keeper = Command::new(settings::own_program()?);
    keeper.arg("probe-keeper");
    let place = Place::open(&parent, keeper).map_err(failure)?;
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let (mut subjects, common) = (Vec::new(), Common::default());
    for (name, folder) in [Some(&args.image), args.vs.as_ref()].into_iter().flatten().zip(["a", "b"]) {
        let collector = collector_for(&options, &HeadersOnly);
        let examiner = Examiner { options: &options, collector, estimate: false, progress: &bars };
        let examined = examiner.examine_one(&location(name)?).map_err(|error| Failure::image(name, error))?;
        let wish = Wish { argv: &args.command, env: &args.env, ready: args.ready.as_deref(), common: &common };
        subjects.push(subject(&examined, &options, &wish, &place, folder).map_err(failure)?);
    }
    bars.clear();
    let mut runs = Runs::new(args.read.quiet);
    let report = probe(&place, runtimes, subjects, &Wanted { plan: &plan, files: args.files }, &mut runs);
    runs.clear();
    let closed = place.close();
    let report = report.map_err(failure)?;
    closed.map_err(failure)?;
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Probe(&report), args.report.format)?;
    }
    Ok(if report.all_ready() { Exit::Fine } else { Exit::Failed })
}

/// The runtime that is wanted; nothing for any.
pub(super) fn runtime(choice: RuntimeChoice) -> Option<Kind> {
    match choice {
        RuntimeChoice::Auto => None,
        RuntimeChoice::Runc => Some(Kind::Runc),
        RuntimeChoice::Crun => Some(Kind::Crun),
        RuntimeChoice::Podman => Some(Kind::Podman),
        RuntimeChoice::Docker => Some(Kind::Docker),
    }
}

/// Waits until the probe that started this process has ended, and takes away what it made.
pub(super) fn keep(folder: &Path) -> Result<Exit, Failure> {
    mvi_probe::run::keep(folder, &mut io::stdin()).map_err(failure)?;
    Ok(Exit::Fine)
}

fn plan(args: &ProbeArgs) -> Result<Plan, Failure> {
    if !(args.timeout > 0.0 && args.timeout <= 86_400.0) {
        return Err(Failure::usage(format!("--timeout is more than 0 and at most 86400 s, not {}", args.timeout)));
    }
    if let Some(cpus) = args.cpus.filter(|cpus| !(*cpus >= 0.01 && *cpus <= 10_000.0)) {
        return Err(Failure::usage(format!("--cpus is a number of processors from 0.01 on, not {cpus}")));
    }
    let isolation = match args.isolation {
        IsolationChoice::Auto => Isolation::Auto,
        IsolationChoice::Strict => Isolation::Only(Level::Strict),
        IsolationChoice::Relaxed => Isolation::Only(Level::Relaxed),
    };
    let limits = Limits {
        memory_bytes: args.memory * 1_000_000,
        pids: args.pids,
        cpus: args.cpus,
        patience: Duration::from_secs_f64(args.timeout),
    };
    let settle = Duration::from_millis(args.settle);
    Ok(Plan { runs: args.runs as usize, warm_up: args.warm_up as usize, isolation, limits, settle })
}

fn failure(error: impl Into<anyhow::Error>) -> Failure {
    let error = error.into();
    match error.downcast_ref::<ProbeError>() {
        Some(ProbeError::NoCommand { .. } | ProbeError::Unwatched { .. }) => Failure::usage(format!("{error:#}")),
        _ if error.is::<mvi_probe::run::BadReady>() => Failure::usage(format!("{error:#} (--ready)")),
        _ => Failure::Other(error),
    }
}
