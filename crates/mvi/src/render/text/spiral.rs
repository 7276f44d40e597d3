//! A spiral, as text.

use std::io;

use super::page::{Page, cut, pad, paint};
use crate::report::spiral::{CandidateRow, SpiralLogReport, SpiralReport};

/// The states as the standard has them.
const STATES: [&str; 6] = ["PROBED", "MEASURED", "INGESTED", "PREDICTED", "SEALED", "REGISTERED"];
/// Columns of a base's name.
const NAME: usize = 30;
/// Paths that differ and are shown.
const PATHS: usize = 8;

pub(super) fn write(report: &SpiralReport, page: &mut Page<'_>) -> io::Result<()> {
    let style = if report.stops.is_empty() { paint::GOOD } else { paint::WARN };
    let state = report.state.unwrap_or("begun");
    page.both(style, &format!("{}: {state}", report.name), &format!("{}, cycle {}", report.class, report.id))?;
    let reached = STATES.iter().position(|one| Some(*one) == report.state).map_or(0, |place| place + 1);
    let mut pieces = vec![(paint::PLAIN, "  ")];
    for (place, word) in STATES.iter().enumerate() {
        let style = if place < reached { paint::GOOD } else { paint::DIM };
        pieces.extend([(paint::DIM, if place == 0 { "" } else { " › " }), (style, *word)]);
    }
    page.line(&pieces)?;
    for note in &report.notes {
        page.wrapped(paint::DIM, "  ", 2, note)?;
    }
    candidates(report, page)?;
    decision(report, page)?;
    outcome(report, page)?;
    if !report.stops.is_empty() {
        page.heading("What keeps it from going on", "")?;
        for stop in &report.stops {
            page.wrapped(paint::WARN, &format!("  {:<16}", stop.code), 18, &stop.text)?;
        }
    }
    Ok(())
}

fn candidates(report: &SpiralReport, page: &mut Page<'_>) -> io::Result<()> {
    let (known, out): (Vec<_>, Vec<_>) = report.candidates.iter().partition(|one| one.stands == "built");
    if !known.is_empty() {
        let runs = known.iter().map(|one| one.startup_ms.len()).max().unwrap_or_default();
        page.heading("Really built", &format!("medians of {runs} runs, in turn"))?;
        let head = format!(
            "  {:<NAME$}{:>8}{:>10}{:>9}{:>6}{:>7}{:>8}",
            "", "MB", "start ms", "mem MB", "CVEs", "layers", "P"
        );
        page.line(&[(paint::DIM, &head)])?;
    }
    for one in known {
        row(one, page)?;
    }
    if !out.is_empty() {
        page.heading("Not built", "")?;
    }
    for group in out.chunk_by(|left, right| (left.stands, &left.why) == (right.stands, &right.why)) {
        left_out(group, page)?;
    }
    Ok(())
}

/// Bases that were not built for one reason.
fn left_out(group: &[&CandidateRow], page: &mut Page<'_>) -> io::Result<()> {
    let Some(first) = group.first() else { return Ok(()) };
    let style = if first.stands == "failed" { paint::BAD } else { paint::PLAIN };
    let names: Vec<&str> = group.iter().map(|one| one.base.as_str()).collect();
    page.wrapped(style, &format!("  {:<12}", first.stands), 14, &names.join(", "))?;
    let lines: Vec<&str> = first.why.iter().flat_map(|why| why.lines()).map(str::trim).collect();
    // What failed says first where it was, and its last words last.
    let last = lines.len().saturating_sub(1).max(1);
    let shown = lines.iter().take(1).chain(lines.iter().skip(last).take(1));
    shown.into_iter().try_for_each(|line| page.wrapped(paint::DIM, "", 14, line))
}

fn row(one: &CandidateRow, page: &mut Page<'_>) -> io::Result<()> {
    let number = |id: &str, places: usize| {
        one.measured.get(id).map_or_else(|| "–".to_owned(), |value| format!("{value:.places$}"))
    };
    let pressure = one.pressure.map_or_else(|| "–".to_owned(), |pressure| format!("{pressure:.4}"));
    let mark = if one.is_chosen { "★ " } else { "  " };
    let name = if one.is_incumbent { format!("{} (in use)", one.base) } else { one.base.clone() };
    let values = format!(
        "{:>8}{:>10}{:>9}{:>6}{:>7}{pressure:>8}",
        number("size_mb", 2),
        number("startup_ms", 1),
        number("mem_mb", 2),
        number("cve_count", 0),
        number("layer_count", 0),
    );
    let style = if one.is_chosen { paint::GOOD } else { paint::PLAIN };
    let name = pad(&cut(&name, NAME), NAME);
    page.line(&[(style, mark), (style, &name), (style, &values)])?;
    for (id, why) in &one.missing {
        page.wrapped(paint::WARN, "      ", 6, &format!("{id} is missing: {why}"))?;
    }
    let ends = |values: &[f64]| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    if one.startup_ms.is_empty() || one.mem_mb.is_empty() {
        return Ok(());
    }
    let ((first, last), (least, most)) = (ends(&one.startup_ms), ends(&one.mem_mb));
    let told =
        format!("start {first:.1} to {last:.1} ms, memory {least:.2} to {most:.2} MB, coverage {:.2}", one.coverage);
    page.wrapped(paint::DIM, "      ", 6, &told)
}

fn decision(report: &SpiralReport, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(expected) = &report.expected {
        page.heading("Expected", "nothing is decided yet")?;
        let base = expected.base.as_deref().unwrap_or("no base can be had");
        page.wrapped(paint::PLAIN, "  ", 2, &format!("{base}: {}", expected.reason))?;
        if !expected.trials.is_empty() {
            let trials = format!("build before anything is sealed: {}", expected.trials.join(", "));
            page.wrapped(paint::DIM, "  ", 2, &trials)?;
        }
    }
    let Some(decision) = &report.decision else { return Ok(()) };
    page.heading("Decided", &decision.id)?;
    let text = match &decision.chosen {
        Some(chosen) if *chosen == decision.requested && report.incumbent.is_some() => format!("{chosen} stays"),
        Some(chosen) => format!("{chosen} is taken"),
        None => "no base can be had".to_owned(),
    };
    page.wrapped(paint::BOLD, "  ", 2, &text)?;
    page.wrapped(paint::PLAIN, "  ", 2, &decision.reason)?;
    if let (Some(gain), Some([low, high]), Some(sure)) = (decision.gain, decision.interval, decision.confidence) {
        let text = format!("gain {gain:.4}, {low:.4} to {high:.4} with {:.1} %, pair by pair of runs", sure * 100.0);
        page.wrapped(paint::DIM, "  ", 2, &text)?;
    }
    if !decision.waiting.is_empty() {
        let text = format!("still to be built: {}", decision.waiting.join(", "));
        page.wrapped(paint::WARN, "  ", 2, &text)?;
    }
    page.wrapped(paint::DIM, "  ", 2, &format!("in the fleet's log as {}", decision.digest))
}

fn outcome(report: &SpiralReport, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(rebuild) = &report.rebuild {
        let timed = match (rebuild.build_cached_s, &rebuild.why) {
            (Some(seconds), _) => format!("a cached rebuild takes {seconds:.2} s"),
            (None, why) => why.clone().unwrap_or_default(),
        };
        page.heading("Built twice more", &timed)?;
        if rebuild.different.is_empty() {
            page.line(&[(paint::GOOD, "  equal, file by file, to each other and to the trial")])?;
        } else {
            let text = format!("  {} paths differ; the record lists them", rebuild.different.len());
            page.line(&[(paint::WARN, &text)])?;
        }
        for path in rebuild.different.iter().take(PATHS) {
            page.line(&[(paint::DIM, "    "), (paint::DIM, path)])?;
        }
    }
    if let Some(rom) = &report.rom {
        page.heading(&format!("Sealed {}", rom.name), "")?;
        page.line(&[(paint::DIM, "  "), (paint::DIM, &rom.seal)])?;
    }
    if let Some(organism) = &report.organism {
        let what = if organism.is_ring { "the next ring of" } else { "registered as" };
        page.heading(&format!("{} {what} {}", organism.reference, organism.gid), "")?;
        page.line(&[(paint::DIM, "  "), (paint::DIM, &organism.digest)])?;
    }
    Ok(())
}

pub(super) fn log(report: &SpiralLogReport, page: &mut Page<'_>) -> io::Result<()> {
    for line in &report.lines {
        let at = line.at.get(..19).unwrap_or(&line.at).replace('T', " ");
        page.wrapped(paint::PLAIN, &format!("{at}  {:<11}", line.done), 32, &line.what)?;
    }
    Ok(())
}
