//! What running an image showed, as text: the numbers first, then how far they go.

use std::io;

use mvi_probe::run::Verdict;
use mvi_probe::stats::{Decision, Difference, Interval, Summary};

use super::page::{Page, pad, paint};
use crate::report::Megabytes;
use crate::report::probe::{Failure, Measure, Opened, ProbeReport, ProbedImage, verdict};

/// Columns of the first word of a line.
const NAME: usize = 18;
/// Opened files that are named.
const SHOWN: usize = 20;
/// Columns of a number with its unit.
const NUMBER: usize = 12;

pub(super) fn write(report: &ProbeReport, page: &mut Page<'_>) -> io::Result<()> {
    for (number, image) in report.images.iter().enumerate() {
        if number > 0 {
            page.blank()?;
        }
        self::image(report, image, page)?;
        if let Some(opened) = &image.files {
            files(opened, page)?;
        }
    }
    if report.comparison.is_some() {
        comparison(report, page)?;
    }
    page.blank()?;
    conditions(report, page)
}

fn image(report: &ProbeReport, image: &ProbedImage, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, image.image.title(), &image.image.platform)?;
    let why = if image.ready_stated { "as asked" } else { "as the image suggests" };
    page.wrapped(paint::DIM, "", 0, &format!("ready: {} ({why}); runs {}", image.ready, image.command.join(" ")))?;
    if let Some(failure) = &image.failure {
        return self::failure(report, image, failure, page);
    }
    let Some(measures) = &image.measures else { return Ok(()) };
    page.blank()?;
    let heads = [("", NAME), ("median", NUMBER), ("95 % interval", 24), ("min … max", 24)];
    let heads: String = heads.iter().map(|(head, width)| pad(head, *width)).collect();
    page.line(&[(paint::DIM, &heads)])?;
    row("start-up", Some(&measures.startup_ms), "ms", page)?;
    row("CPU until ready", measures.cpu_ms.as_ref(), "ms", page)?;
    row("memory, peak", measures.peak_mb.as_ref(), "MB", page)?;
    row("memory, at rest", measures.steady_mb.as_ref(), "MB", page)?;
    row("  anonymous", measures.steady_anonymous_mb.as_ref(), "MB", page)?;
    row("container made", measures.create_ms.as_ref(), "ms", page)?;
    if measures.startup_ms.summary.interval.is_none() {
        page.wrapped(paint::WARN, "", 0, "too few runs for an interval: --runs 6 or more")?;
    }
    if image.failed_runs > 0 {
        let text = format!("{} of {} runs did not get ready and are in no number", image.failed_runs, image.runs.len());
        page.wrapped(paint::BAD, "", 0, &text)?;
    }
    if measures.peak_includes_runtime {
        page.wrapped(paint::DIM, "", 0, "the peak counts what the runtime itself needed in the container, too")?;
    }
    Ok(())
}

/// What one more run opened: the largest first.
fn files(opened: &Opened, page: &mut Page<'_>) -> io::Result<()> {
    let (count, all) = (opened.files.len(), opened.image_files);
    page.heading(&format!("opened {count} of {all} files"), &format!("{} of {}", opened.opened_mb, opened.image_mb))?;
    let mut files: Vec<_> = opened.files.iter().collect();
    files.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.path.cmp(&other.path)));
    for file in files.iter().take(SHOWN) {
        let size = format!("{:>12}  ", Megabytes(file.bytes).to_string());
        let run = if file.executed { "  run" } else { "" };
        page.line(&[(paint::DIM, &size), (paint::PLAIN, &file.path), (paint::DIM, run)])?;
    }
    if count > SHOWN {
        page.wrapped(paint::DIM, "", 0, &format!("and {} smaller ones (--format json)", count - SHOWN))?;
    }
    if !opened.ready {
        page.wrapped(paint::BAD, "", 0, "that run did not get ready: more may be opened by one that does")?;
    }
    if !opened.complete {
        page.wrapped(paint::BAD, "", 0, "more was opened than the kernel could tell: this list has gaps")?;
    }
    if !opened.unseen.is_empty() {
        let text = format!("not seen: what lies in {}", opened.unseen.join(", "));
        page.wrapped(paint::DIM, "", 0, &text)?;
    }
    Ok(())
}

fn row(name: &str, measure: Option<&Measure>, unit: &str, page: &mut Page<'_>) -> io::Result<()> {
    let Some(Measure { summary, drift }) = measure else { return Ok(()) };
    let median = pad(&format!("{} {unit}", short(summary.median)), NUMBER);
    let interval = summary.interval.map_or_else(|| "–".to_owned(), range);
    let ends = range(Interval { low: summary.min, high: summary.max });
    let rest = format!("{}{}", pad(&interval, 24), ends);
    page.line(&[(paint::PLAIN, &pad(name, NAME)), (paint::BOLD, &median), (paint::PLAIN, &rest)])?;
    if let Some(drift) = drift {
        let text = format!(
            "drifts by {} {unit} ({:+.0} %) from the first run to the last: the median is of a moving thing",
            signed(drift.change),
            drift.share * 100.0
        );
        page.wrapped(paint::WARN, &" ".repeat(NAME), NAME, &text)?;
    }
    if !summary.outliers.is_empty() {
        page.wrapped(paint::DIM, &" ".repeat(NAME), NAME, &outliers(summary, unit))?;
    }
    Ok(())
}

fn outliers(summary: &Summary, unit: &str) -> String {
    let named = summary.outliers.iter().filter_map(|place| {
        let value = summary.values.get(*place)?;
        Some(format!("run {} ({} {unit})", place + 1, short(*value)))
    });
    let named: Vec<String> = named.take(6).collect();
    format!("stands out, and counts: {}", named.join(", "))
}

fn failure(report: &ProbeReport, image: &ProbedImage, failure: &Failure, page: &mut Page<'_>) -> io::Result<()> {
    page.wrapped(paint::BAD, "", 0, &format!("not measured: {}", verdict(&failure.verdict)))?;
    let mut fact = |text: String| page.wrapped(paint::PLAIN, "  ", 2, &text);
    if failure.oom_kills > 0 {
        let limit = report.limits.memory_mb;
        fact(format!("the kernel ended {} of its processes at the limit of {limit} MB (--memory)", failure.oom_kills))?;
    }
    if failure.refused_processes > 0 {
        let limit = report.limits.pids;
        fact(format!("it was refused another process {} times, at {limit} (--pids)", failure.refused_processes))?;
    }
    if failure.output_bytes > 1_000_000 {
        fact(format!("it wrote {:.0} MB of output", failure.output_bytes as f64 / 1e6))?;
    }
    if failure.verdict == Verdict::TimedOut {
        let seconds = report.limits.seconds;
        let next = match (image.ready_stated, image.ready.as_str()) {
            (false, "exit") => "it seems to be a service: say when it is ready (--ready tcp:PORT, log:REGEX, running)",
            _ => "check the sign (--ready), or give it more time (--timeout)",
        };
        fact(format!("after {seconds} s; {next}"))?;
    }
    for line in &failure.last_lines {
        page.line(&[(paint::DIM, "  | "), (paint::PLAIN, line)])?;
    }
    Ok(())
}

fn comparison(report: &ProbeReport, page: &mut Page<'_>) -> io::Result<()> {
    let (Some(found), [first, second]) = (&report.comparison, report.images.as_slice()) else { return Ok(()) };
    page.heading(&format!("{} minus {}", first.image.title(), second.image.title()), "95 % interval")?;
    for (name, difference, unit) in [
        ("start-up", &found.startup_ms, "ms"),
        ("CPU until ready", &found.cpu_ms, "ms"),
        ("memory, peak", &found.peak_mb, "MB"),
        ("memory, at rest", &found.steady_mb, "MB"),
    ] {
        let Some(difference) = difference else { continue };
        let interval = difference
            .interval
            .map_or_else(|| "–".to_owned(), |ends| format!("{} … {} {unit}", signed(ends.low), signed(ends.high)));
        let share = difference.share.map_or_else(String::new, |share| format!(" ({:+.1} %)", share * 100.0));
        let left = format!("{}{}", pad(name, NAME), pad(&format!("{} {unit}{share}", signed(difference.estimate)), 26));
        page.both(paint::PLAIN, &left, &interval)?;
        let (style, words) = said(difference);
        page.wrapped(style, &" ".repeat(NAME), NAME, &words)?;
    }
    Ok(())
}

fn said(difference: &Difference) -> (anstyle::Style, String) {
    match difference.decision {
        Decision::Different if difference.estimate > 0.0 => (paint::WARN, "more, and that is no chance".into()),
        Decision::Different => (paint::GOOD, "less, and that is no chance".into()),
        Decision::Small => (paint::DIM, "no chance, but under 2 %: too little to matter".into()),
        Decision::Undecided => (paint::DIM, "perhaps, among all that is compared; more runs will tell (--runs)".into()),
        Decision::Same => (paint::DIM, "no difference was shown".into()),
        Decision::TooFew => (paint::DIM, format!("{} pairs are too few to tell: --runs 8 or more", difference.pairs)),
    }
}

/// How it was measured: everything one needs to do it again.
fn conditions(report: &ProbeReport, page: &mut Page<'_>) -> io::Result<()> {
    let runtime = &report.runtime;
    let kept = match report.isolation {
        "strict" => "no network, read-only root, no capabilities",
        _ => "no network, a root of its own for every run, Docker's capabilities",
    };
    let limits = format!("{} MB, {} processes", report.limits.memory_mb, report.limits.pids);
    let line = format!("{} {}, {}: {kept}; at most {limits}", runtime.name, runtime.version, report.isolation);
    page.wrapped(paint::DIM, "", 0, &line)?;
    if let Some(why) = &report.relaxed_because {
        page.wrapped(paint::WARN, "", 0, &format!("strict would not do: {why}"))?;
    }
    if let Some(floor) = &report.floor {
        let (create, start) = (short(floor.create_ms.median), short(floor.startup_ms.median));
        let cpu = floor.cpu_ms.as_ref().map_or_else(String::new, |cpu| format!(", {} ms of CPU", short(cpu.median)));
        let text = format!(
            "the runtime alone, with a program that ends at once: {create} ms to make a container, {start} ms to start it{cpu}"
        );
        page.wrapped(paint::DIM, "", 0, &text)?;
    }
    let runs = report.images.first().map_or(0, |image| image.runs.len());
    let text = format!("{runs} runs after {} to warm up; medians with intervals by order statistics", report.warm_up);
    page.wrapped(paint::DIM, "", 0, &text)
}

fn range(ends: Interval) -> String {
    format!("{} … {}", short(ends.low), short(ends.high))
}

/// Three figures, as nobody measures more.
fn short(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn signed(value: f64) -> String {
    if value >= 0.0 { format!("+{}", short(value)) } else { format!("−{}", short(-value)) }
}
