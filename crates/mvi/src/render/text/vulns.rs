//! What advisories say of an image, as text: the numbers, what to update, then each finding.

use std::io;

use anstyle::Style;
use mvi_advisories::{Level, State, Verdict};
use mvi_closure::End;

use super::page::{Page, paint};
use super::vulns_base::{Fates, bases};
use crate::report::sbom::Origin;
use crate::report::vulns::{VulnCounts, VulnNote, VulnReach, VulnUpdate, VulnsReport};

/// Characters of a summary that are shown.
const SUMMARY: usize = 110;
/// Updates that are shown.
const UPDATES: usize = 12;

pub(super) fn write(report: &VulnsReport, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, report.image.title(), &report.image.platform)?;
    numbers(&report.counts, page)?;
    reach(&report.reach, page)?;
    asked(report, page)?;
    bases(report, page)?;
    updates(&report.updates, page)?;
    findings(report, page)?;
    for note in &report.answered {
        let Some(vex) = &note.vex else { continue };
        let why = [vex.justification.as_deref(), vex.text.as_deref()];
        let why = why.into_iter().flatten().collect::<Vec<_>>().join(": ");
        let by = if vex.author.is_empty() { String::new() } else { format!(", says {}", vex.author) };
        let text = format!("{}: {} in {}{by}: {why}", vex.status.as_str(), note.id, note.package.name);
        page.wrapped(paint::DIM, "", 2, &text)?;
    }
    for waived in &report.waived {
        let finding = &waived.finding;
        let text =
            format!("waived until {}: {} in {}: {}", waived.until, finding.id, finding.package.name, waived.reason);
        page.wrapped(paint::DIM, "", 2, &text)?;
    }
    for lapsed in &report.lapsed {
        let text = format!("the waiver for {} ended on {}: {}", lapsed.id, lapsed.until, lapsed.reason);
        page.wrapped(paint::WARN, "", 2, &text)?;
    }
    Ok(())
}

fn numbers(counts: &VulnCounts, page: &mut Page<'_>) -> io::Result<()> {
    let levels = [
        (Level::Critical, counts.critical),
        (Level::High, counts.high),
        (Level::Medium, counts.medium),
        (Level::Low, counts.low),
        (Level::Negligible, counts.negligible),
        (Level::Unknown, counts.unknown),
    ];
    let shown: Vec<(Style, String)> = levels
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| (style(*level), format!("{count} {}  ", level.as_str())))
        .collect();
    if shown.is_empty() {
        return page.line(&[(paint::GOOD, "nothing known")]);
    }
    page.line(&shown.iter().map(|(style, text)| (*style, text.as_str())).collect::<Vec<_>>())?;
    let more = [
        (counts.exploited, "known to be exploited"),
        (counts.fixable, "with a fix"),
        (counts.in_base, "in the base"),
        (counts.undecided, "undecided"),
    ];
    let more: Vec<String> =
        more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    page.wrapped(paint::DIM, "", 0, &more.join(" · "))
}

/// What of it the entry point reaches.
fn reach(reach: &VulnReach, page: &mut Page<'_>) -> io::Result<()> {
    let numbers = [
        (reach.include, "reached from the entry point"),
        (reach.possible, "perhaps reached"),
        (reach.debug_stage, "in tools for debugging"),
        (reach.prohibit, "not reached"),
    ];
    let told: Vec<String> =
        numbers.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !told.is_empty() {
        page.wrapped(paint::DIM, "", 0, &told.join(" · "))?;
    }
    if let Some(End::Open { reason }) = &reach.end {
        page.wrapped(paint::DIM, "", 2, &format!("nobody can tell what is not reached: {reason}"))?;
    }
    match &reach.unknown_because {
        Some(why) if reach.unknown > 0 => {
            page.wrapped(paint::DIM, "", 2, &format!("nobody can tell what is reached: {why}"))
        }
        _ => Ok(()),
    }
}

/// Who was asked, and what that answer does not cover.
fn asked(report: &VulnsReport, page: &mut Page<'_>) -> io::Result<()> {
    let age = match report.index.age_days {
        Some(0) => ", imported today".to_owned(),
        Some(1) => ", the oldest feed imported 1 day ago".to_owned(),
        Some(days) => format!(", the oldest feed imported {days} days ago"),
        None => String::new(),
    };
    page.wrapped(paint::DIM, "", 0, &format!("{} advisories asked{age}", report.index.advisories))?;
    if !report.index.stale.is_empty() {
        let text = format!("too old to be believed: {}; `mvi db import` newer ones", report.index.stale.join(", "));
        page.wrapped(paint::BAD, "", 2, &text)?;
    }
    for gap in &report.unchecked {
        let packages = if gap.packages == 1 { "package" } else { "packages" };
        let text =
            format!("not looked up: {} {packages} of {}; no feed speaks of them", gap.packages, gap.ecosystem.as_str());
        page.wrapped(paint::WARN, "", 2, &text)?;
    }
    for gap in report.gaps.iter().take(5) {
        let path = gap.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
        page.wrapped(paint::DIM, "", 2, &format!("not understood: {path}{}", gap.text))?;
    }
    Ok(())
}

fn updates(updates: &[VulnUpdate], page: &mut Page<'_>) -> io::Result<()> {
    if updates.is_empty() {
        return Ok(());
    }
    page.heading("Update", "clears")?;
    for update in updates.iter().take(UPDATES) {
        let clears = format!("{} ({})", update.clears, update.worst.as_str());
        let place = place(update.layer, update.origin);
        page.both(paint::PLAIN, &format!("  {} {} → {}  {place}", update.name, update.from, update.to), &clears)?;
    }
    if updates.len() > UPDATES {
        page.line(&[(paint::DIM, &format!("  and {} more; --format json has all", updates.len() - UPDATES))])?;
    }
    Ok(())
}

fn findings(report: &VulnsReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.findings.is_empty() {
        return left_out(report.reach.left_out, page);
    }
    page.heading("Findings", "")?;
    let fates = Fates::of(report);
    for note in &report.findings {
        finding(note, fates.of_note(note), page)?;
    }
    left_out(report.reach.left_out, page)
}

fn left_out(count: usize, page: &mut Page<'_>) -> io::Result<()> {
    match count {
        0 => Ok(()),
        _ => page
            .line(&[(paint::DIM, &format!("  and {count} in packages that nothing reaches; without --reached all"))]),
    }
}

fn finding(note: &VulnNote, fate: Option<String>, page: &mut Page<'_>) -> io::Result<()> {
    let undecided = note.verdict == Verdict::Undecided;
    let level = if undecided { "undecided" } else { note.level.as_str() };
    let score = note.score.map_or_else(String::new, |score| format!("{score:.1}"));
    let fix = match (&note.fixed_in, &note.channel) {
        (Some(fix), Some(channel)) => format!(" → {fix} ({channel})"),
        (Some(fix), None) => format!(" → {fix}"),
        (None, _) => String::new(),
    };
    let package = format!("{} {}{fix}", note.package.name, note.package.version);
    page.line(&[
        (if undecided { paint::DIM } else { style(note.level) }, &format!("  {level:<10} {score:>4}  ")),
        (paint::BOLD, &format!("{:<20} ", note.id)),
        (paint::PLAIN, &format!("{package}  ")),
        (paint::DIM, &format!("{}, {}", place(note.layer, note.origin), note.reached.as_str())),
    ])?;
    let exploited = note.exploited.as_ref().map(|day| format!("exploited, on CISA's list since {day}"));
    let state = match note.state {
        State::Affected | State::NotAffected => None,
        State::NoAdvisory => Some("no advisory of the distribution for it".to_owned()),
        State::FixDeferred => Some("fix deferred".to_owned()),
        State::WillNotFix => Some("will not be fixed".to_owned()),
        State::EndOfLife => Some("out of support".to_owned()),
        State::Undetermined => Some("its source is still looking".to_owned()),
    };
    let informational = note.informational.as_ref().map(|what| format!("no vulnerability: {what}"));
    let vex = note.vex.as_ref().map(|vex| {
        let text = vex.text.as_ref().map_or_else(String::new, |text| format!(": {text}"));
        format!("its maker says {}{text}", vex.status.as_str().replace('_', " "))
    });
    let said = [exploited, fate, vex, state, informational, brief(&note.summary)];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() { Ok(()) } else { page.wrapped(paint::DIM, "", 19, &said.join("; ")) }
}

/// The beginning of a summary, up to the end of a word; feeds that have none put a whole text there.
fn brief(summary: &str) -> Option<String> {
    let line: String = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUMMARY {
        return Some(line).filter(|line| !line.is_empty());
    }
    let cut: String = line.chars().take(SUMMARY).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    Some(format!("{}…", cut[..end].trim_end_matches([',', ';', ':', '.'])))
}

fn place(layer: Option<u32>, origin: Option<Origin>) -> String {
    let Some(layer) = layer else { return "no layer".to_owned() };
    match origin {
        Some(Origin::Base) => format!("layer {layer}, base"),
        Some(Origin::Application) => format!("layer {layer}, application"),
        None => format!("layer {layer}"),
    }
}

pub(super) fn style(level: Level) -> Style {
    match level {
        Level::Critical | Level::High => paint::BAD,
        Level::Medium => paint::WARN,
        Level::Low | Level::Negligible => paint::DIM,
        Level::Unknown => paint::FAIR,
    }
}
