//! Running images to measure them: from what was read to what was found.

use std::path::Path;

use mvi_image::{FileKind, HeadersOnly, Image, Platform, Quiet, ScanOptions, Unrepeatable, printable};
use mvi_probe::run::{
    Command, Level, Outcome, Place, Plan, ProbeError, Progress, Ready, Runtime, Series, Subject, Verdict, measure,
    watch,
};
use mvi_probe::stats::{compare_together, drift, summarize};
use mvi_probe::unpack::{Common, unpack_beside};

use super::examine::{ExamineOptions, Examined};
use crate::report::probe::{
    Comparison, Failure, Floor, Measure, Measured, Metric, Opened, OpenedFile, ProbeLimits, ProbeReport, ProbedImage,
    RuntimeNote,
};
use crate::report::{Megabytes, TOOL};

/// Lines of output that are shown of a run that failed.
const LINES: usize = 8;

/// What the user wants other than the image says.
pub(crate) struct Wish<'a> {
    /// What to run; empty for what the image says.
    pub argv: &'a [String],
    /// `NAME=value` pairs to set.
    pub env: &'a [String],
    /// When it is ready; none for what the image suggests.
    pub ready: Option<&'a str>,
    /// Where the images to run lie: what they have in common is there once.
    pub common: &'a Common,
}

/// What is to be found out.
pub(crate) struct Wanted<'a> {
    /// How to measure.
    pub(crate) plan: &'a Plan,
    /// Which files are opened, too.
    pub(crate) files: bool,
}

/// An image that lies unpacked.
pub(crate) struct Prepared {
    subject: Subject,
    image: ProbedImage,
    /// Its files: how many, and their bytes.
    whole: (u64, u64),
}

/// Unpacks an image into a folder of the probe, or takes the folder it is.
///
/// # Errors
/// Images that cannot run here, and everything that unpacking says.
pub(crate) fn subject(
    examined: &Examined,
    options: &ExamineOptions,
    wish: &Wish<'_>,
    place: &Place,
    folder: &str,
) -> anyhow::Result<Prepared> {
    let image = &examined.image;
    let mut command = Command::of(image, wish.argv)?;
    for pair in wish.env {
        let name = pair.split('=').next().unwrap_or_default();
        command.env.retain(|known| known.split('=').next() != Some(name));
        command.env.push(pair.clone());
    }
    check_platform(image)?;
    let config = &image.config.config;
    let ready = wish.ready.map_or_else(|| Ok(Ready::of(config)), |text| Ready::parse(text, config))?;
    let borrowed = is_folder(image);
    let (root, left_out) = if borrowed {
        (Path::new(&image.source).canonicalize()?, 0)
    } else {
        let root = place.make(folder)?;
        (root.clone(), write(examined, options, &root, wish.common)?)
    };
    let probed = ProbedImage {
        image: examined.identity(),
        command: command.args.clone(),
        user: command.user.clone(),
        ready: ready.to_string(),
        ready_stated: wish.ready.is_some(),
        left_out,
        failure: None,
        failed_runs: 0,
        measures: None,
        runs: Vec::new(),
        files: None,
    };
    let tree = &examined.tree;
    let files = tree.visible().map(|id| tree.node(id)).filter(|node| node.kind() == FileKind::File);
    let whole = files.fold((0, 0), |(count, bytes), node| (count + 1, bytes + node.size()));
    Ok(Prepared { subject: Subject { root, borrowed, command, ready }, image: probed, whole })
}

fn write(examined: &Examined, options: &ExamineOptions, root: &Path, common: &Common) -> anyhow::Result<usize> {
    let scan = ScanOptions {
        collector: &HeadersOnly,
        limits: &options.limits,
        verify: options.verify,
        estimate: false,
        jobs: 1,
        cache: None,
        progress: &Quiet,
    };
    let (image, tree) = (&examined.image, &examined.tree);
    Ok(unpack_beside(image, tree, &scan, root, common).map_err(ProbeError::Unpack)?.len())
}

/// True for an image that is an unpacked root file system.
fn is_folder(image: &Image) -> bool {
    let is_whole = |layer: &mvi_image::Layer| {
        layer.unrepeatable() == Some(Unrepeatable::Streamed) && layer.diff_id.is_none() && layer.blob.is_none()
    };
    Path::new(&image.source).is_dir() && image.layers.len() == 1 && image.layers.iter().all(is_whole)
}

fn check_platform(image: &Image) -> Result<(), ProbeError> {
    let (platform, host) = (image.platform(), Platform::host());
    let fits = |stated: &str, own: &str| stated == own || stated == "unknown";
    if fits(&platform.os, &host.os) && fits(&platform.architecture, &host.architecture) {
        return Ok(());
    }
    let (image, platform, host) = (image.source.clone(), platform.to_string(), host.to_string());
    Err(ProbeError::Foreign { image, platform, host })
}

/// Runs what is prepared, in turn where there are two, and says what the numbers say.
///
/// # Errors
/// See [`measure`].
pub(crate) fn probe(
    place: &Place,
    runtimes: Vec<Runtime>,
    prepared: Vec<Prepared>,
    wanted: &Wanted<'_>,
    progress: &mut dyn Progress,
) -> Result<ProbeReport, ProbeError> {
    let plan = wanted.plan;
    let wholes: Vec<_> = prepared.iter().map(|one| one.whole).collect();
    let (subjects, mut images): (Vec<_>, Vec<_>) = prepared.into_iter().map(|one| (one.subject, one.image)).unzip();
    let outcome = measure(place, runtimes, &subjects, plan, progress)?;
    for (image, series) in images.iter_mut().zip(&outcome.series) {
        fill(image, series);
    }
    if wanted.files && images.iter().all(|image| image.measures.is_some()) {
        let told = watch(place, &outcome.runtime, &subjects, outcome.level, plan)?;
        for ((image, told), whole) in images.iter_mut().zip(told).zip(wholes) {
            image.files = Some(opened(told, whole));
        }
    }
    let comparison = match outcome.series.as_slice() {
        [first, second] => Some(hold_against(second, first)),
        _ => None,
    };
    let relaxed_because = relaxed_because(&outcome);
    Ok(ProbeReport {
        schema: "mvi-probe/1",
        tool: TOOL,
        runtime: RuntimeNote {
            name: outcome.runtime.program.kind.name(),
            version: outcome.runtime.version.clone(),
            path: outcome.runtime.program.path.display().to_string(),
        },
        isolation: outcome.level.name(),
        relaxed_because,
        limits: ProbeLimits {
            memory_mb: plan.limits.memory_bytes / 1_000_000,
            pids: plan.limits.pids,
            cpus: plan.limits.cpus,
            seconds: plan.limits.patience.as_secs_f64(),
        },
        warm_up: plan.warm_up,
        settle_ms: plan.settle.as_millis().try_into().unwrap_or(u64::MAX),
        floor: floor(&outcome),
        images,
        comparison,
    })
}

/// The files that a run opened, beside those that the image has.
fn opened(told: mvi_probe::run::Opened, (image_files, image_bytes): (u64, u64)) -> Opened {
    let file = |file: &mvi_probe::run::OpenedFile| OpenedFile {
        path: printable(&file.path),
        bytes: file.bytes,
        executed: file.executed,
    };
    Opened {
        ready: told.verdict == Verdict::Ready,
        complete: told.complete,
        unseen: told.unseen,
        image_files,
        image_mb: Megabytes(image_bytes),
        opened_mb: Megabytes(told.files.iter().map(|file| file.bytes).sum()),
        files: told.files.iter().map(file).collect(),
    }
}

/// Why the strict level would not do.
fn relaxed_because(outcome: &Outcome) -> Option<String> {
    let strict = outcome.series.iter().flat_map(|series| &series.warm_up);
    let mut failed = strict.filter(|(level, run)| *level < outcome.level && run.verdict != Verdict::Ready);
    failed.next().map(|(_, run)| {
        let last = run.tail.lines(1).pop().map_or_else(String::new, |line| format!(": {line}"));
        format!("{}{last}", crate::report::probe::verdict(&run.verdict))
    })
}

fn floor(outcome: &Outcome) -> Option<Floor> {
    let row = |metric: Metric| summarize(&outcome.floor.iter().filter_map(|run| metric.of(run)).collect::<Vec<_>>());
    Some(Floor {
        create_ms: row(Metric::Create)?,
        startup_ms: row(Metric::Startup)?,
        cpu_ms: row(Metric::Cpu),
        peak_mb: row(Metric::Peak),
    })
}

fn fill(image: &mut ProbedImage, series: &Series) {
    let is_ready = |run: &&mvi_probe::run::Run| run.verdict == Verdict::Ready;
    image.failed_runs = series.runs.iter().filter(|run| !is_ready(run)).count();
    let of_runs = series.runs.iter().find(|run| !is_ready(run)).filter(|_| image.failed_runs == series.runs.len());
    let failed = series.failure().map(|(level, run)| (Some(*level), run)).or(of_runs.map(|run| (None, run)));
    image.failure = failed.map(|(level, run)| Failure {
        verdict: run.verdict.clone(),
        isolation: level.map(Level::name),
        oom_kills: run.oom_kills,
        refused_processes: run.refused_processes,
        output_bytes: run.output_bytes,
        last_lines: run.tail.lines(LINES),
    });
    let measure = |metric: Metric| {
        let values: Vec<f64> = series.runs.iter().filter_map(|run| metric.of(run)).collect();
        summarize(&values).map(|summary| Measure { drift: drift(&values), summary })
    };
    image.measures = measure(Metric::Startup).map(|startup_ms| Measured {
        startup_ms,
        create_ms: measure(Metric::Create),
        cpu_ms: measure(Metric::Cpu),
        peak_mb: measure(Metric::Peak),
        peak_includes_runtime: series.runs.iter().any(|run| run.peak_includes_runtime),
        steady_mb: measure(Metric::Steady),
        steady_anonymous_mb: measure(Metric::SteadyAnonymous),
    });
    image.runs.clone_from(&series.runs);
}

/// The first image minus the second, pair by pair: those of which both got ready. Decided on together.
fn hold_against(second: &Series, first: &Series) -> Comparison {
    let row = |metric: Metric| -> (Vec<f64>, Vec<f64>) {
        let both = first.runs.iter().zip(&second.runs);
        both.filter_map(|(first, second)| Some((metric.of(second)?, metric.of(first)?))).unzip()
    };
    let rows = [Metric::Startup, Metric::Cpu, Metric::Peak, Metric::Steady].map(row);
    let rows = rows.each_ref().map(|(base, other)| (base.as_slice(), other.as_slice()));
    let mut found = compare_together(&rows).into_iter();
    let mut next = || found.next().flatten();
    Comparison { startup_ms: next(), cpu_ms: next(), peak_mb: next(), steady_mb: next() }
}
