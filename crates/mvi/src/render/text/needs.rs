//! What an image needs, as text: how much of it, what is wrong, what is largest of each kind, the tables, the points.

use std::io;

use anstyle::Style;
use mvi_closure::{Decision, End, MandatoryState, Presence, Risk};

use super::page::{Page, pad, paint};
use crate::report::needs::{CategorySum, ComponentNote, NeedsReport, NeedsSizes};
use crate::report::percent;

/// Components of a kind that are shown.
const LARGEST: usize = 10;
/// Faults that are shown.
const FAULTS: usize = 12;

pub(super) fn write(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, report.image.title(), &report.image.platform)?;
    sizes(&report.sizes, page)?;
    starts(report, page)?;
    floor(report, page)?;
    faults(report, page)?;
    advice(report, page)?;
    largest(report, ("Needed", &[Decision::Include]), page)?;
    largest(report, ("Not needed", &[Decision::Prohibit, Decision::DebugStage]), page)?;
    largest(report, ("Perhaps needed", &[Decision::Possible]), page)?;
    prohibited(report, page)?;
    mandatory(report, page)?;
    score(report, page)
}

fn sizes(sizes: &NeedsSizes, page: &mut Page<'_>) -> io::Result<()> {
    let share = |part: crate::report::Megabytes| format!("{part} ({:.0} %)", percent(part.0, sizes.all_mb.0));
    let text = format!(
        "of {} it needs {}, perhaps {}, and does not need {}",
        sizes.all_mb,
        share(sizes.include_mb),
        share(sizes.possible_mb),
        share(sizes.unneeded_mb)
    );
    page.wrapped(paint::PLAIN, "", 0, &text)
}

fn starts(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    let steps: Vec<&str> = report.entry.iter().map(|step| step.path.as_deref().unwrap_or(step.word.as_str())).collect();
    if !steps.is_empty() {
        let runtime = report.runtime.as_ref().map_or_else(String::new, |runtime| format!(" ({runtime})"));
        page.wrapped(paint::DIM, "", 0, &format!("starts {}{runtime}", steps.join(" → ")))?;
    }
    match &report.end {
        End::Known => Ok(()),
        End::Open { reason } => {
            let text = format!("nobody can tell what it needs: {reason}; so what is not reached counts as possible");
            page.wrapped(paint::WARN, "", 2, &text)
        }
    }
}

fn floor(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    match (&report.floor_estimate_mb, &report.floor_base, &report.floor_unknown) {
        (Some(estimate), Some(base), _) => {
            let on = if base == "scratch" {
                "on nothing, as the standard has no class for its runtime,".to_owned()
            } else {
                format!("on its floor base {base}")
            };
            let text = format!("{on} it would be about {estimate:.1} MB compressed");
            page.wrapped(paint::DIM, "", 0, &text)
        }
        (None, _, Some(why)) => page.wrapped(paint::DIM, "", 0, &format!("no estimate of its floor: {why}")),
        _ => Ok(()),
    }
}

fn faults(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.faults.is_empty() {
        return Ok(());
    }
    page.heading("What does not work", "")?;
    for fault in report.faults.iter().take(FAULTS) {
        let start = format!("  {:<7} ", word(fault.risk));
        page.line(&[(style(fault.risk), &start), (paint::BOLD, fault.code)])?;
        page.wrapped(paint::PLAIN, "", 10, &fault.text)?;
        page.wrapped(paint::DIM, "", 10, &fault.next)?;
    }
    more(report.faults.len(), FAULTS, page)
}

fn advice(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.advice.is_empty() {
        return Ok(());
    }
    page.heading("Recommended to leave out", "")?;
    for note in &report.advice {
        let it = &note.advice;
        let package = it.package.as_ref().map_or_else(String::new, |package| format!(" of {package}"));
        page.line(&[(paint::BOLD, &format!("  {} ", it.code)), (paint::PLAIN, &format!("{}{package}", it.path))])?;
        page.wrapped(paint::DIM, "", 10, &format!("{}; instead: {}", it.text, it.next))?;
    }
    Ok(())
}

fn more(count: usize, shown: usize, page: &mut Page<'_>) -> io::Result<()> {
    if count <= shown {
        return Ok(());
    }
    page.line(&[(paint::DIM, &format!("  and {} more; --format json has all", count - shown))])
}

fn largest(report: &NeedsReport, (title, kinds): (&str, &[Decision]), page: &mut Page<'_>) -> io::Result<()> {
    let of_kind: Vec<&ComponentNote> = report
        .components
        .iter()
        .filter(|component| kinds.contains(&component.decision) && component.mb.0 > 0)
        .collect();
    if of_kind.is_empty() {
        return Ok(());
    }
    let count = if of_kind.len() == 1 { "1 component".to_owned() } else { format!("{} components", of_kind.len()) };
    page.heading(title, &count)?;
    let width = if page.width() >= 120 { 44 } else { 30 };
    for component in of_kind.iter().take(LARGEST) {
        let base = if component.inherited { ", base" } else { "" };
        let instruction = component.instruction.as_deref().unwrap_or_default();
        let name = super::page::cut(&component.name, width);
        page.line(&[
            (paint::BOLD, &format!("  {:>10}  ", component.mb.to_string())),
            (paint::PLAIN, &format!("{}  ", pad(&name, width))),
            (paint::DIM, &format!("layer {}{base}  {instruction}", component.layer)),
        ])?;
        if component.decision != Decision::Include && component.reason != "nothing reaches it" {
            page.wrapped(paint::DIM, "", 14, &component.reason)?;
        }
    }
    more(of_kind.len(), LARGEST, page)
}

fn prohibited(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.categories.is_empty() {
        return Ok(());
    }
    page.heading("Prohibited by the standard", &report.standard)?;
    for sum in &report.categories {
        category(sum, page)?;
    }
    Ok(())
}

fn category(sum: &CategorySum, page: &mut Page<'_>) -> io::Result<()> {
    let place = match sum.presence {
        Presence::Present if sum.inherited => " (of the base)",
        Presence::Present => "",
        Presence::Hidden => " (deleted, and still shipped)",
        Presence::Ghost => " (recorded, without files)",
    };
    let weight = match sum.presence {
        Presence::Ghost => String::new(),
        Presence::Present | Presence::Hidden => format!("{} in {}", sum.mb, super::page::files(sum.files)),
    };
    let style = if sum.inherited { paint::WARN } else { style(sum.risk) };
    page.line(&[
        (style, &format!("  {:<7} ", word(sum.risk))),
        (paint::BOLD, &format!("{}{place}  ", sum.title)),
        (paint::PLAIN, &weight),
    ])?;
    let more = sum.component_count.saturating_sub(sum.components.len());
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    page.wrapped(paint::DIM, "", 10, &format!("{}{others}", sum.components.join(", ")))
}

fn mandatory(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    let applies = report.mandatory.iter().filter(|note| note.state != MandatoryState::NotApplicable);
    page.heading("Has to be there", "")?;
    for note in applies {
        let (style, word) = match note.state {
            MandatoryState::Present => (paint::GOOD, "yes"),
            MandatoryState::Missing => (paint::BAD, "no"),
            MandatoryState::Unknown => (paint::WARN, "?"),
            MandatoryState::NotApplicable => (paint::DIM, "-"),
        };
        page.line(&[
            (style, &format!("  {word:<4} ")),
            (paint::PLAIN, &format!("{}  ", note.what)),
            (paint::DIM, &note.note),
        ])?;
    }
    Ok(())
}

fn score(report: &NeedsReport, page: &mut Page<'_>) -> io::Result<()> {
    let points = report.score.points.map_or_else(|| "no points".to_owned(), |points| format!("{points:.0} of 100"));
    page.heading("Scorecard", &points)?;
    for section in &report.score.sections {
        let name = section.name.replacen('_', " ", 1).replace('_', " ");
        let Some(points) = section.points else {
            page.line(&[(paint::DIM, &format!("  {:>5}  {name}: an image does not tell", "-"))])?;
            continue;
        };
        let failed: Vec<&str> =
            section.checks.iter().filter(|check| !check.passed).map(|check| check.what.as_str()).collect();
        page.line(&[
            (paint::BOLD, &format!("  {points:>5.1}")),
            (paint::PLAIN, &format!("  of {:<3} {name}", section.weight)),
        ])?;
        if !failed.is_empty() {
            page.wrapped(paint::DIM, "", 16, &format!("failed: {}", failed.join("; ")))?;
        }
    }
    Ok(())
}

fn word(risk: Risk) -> &'static str {
    match risk {
        Risk::High => "high",
        Risk::Medium => "medium",
        Risk::Low => "low",
    }
}

fn style(risk: Risk) -> Style {
    match risk {
        Risk::High => paint::BAD,
        Risk::Medium => paint::WARN,
        Risk::Low => paint::DIM,
    }
}
