//! What is unwise about an image, as text: the numbers, then findings by checkpoint, the worst first.

use std::io;

use anstyle::Style;
use mvi_check::Level;

use super::page::{Page, cut, paint};
use crate::report::Megabytes;
use crate::report::check::{CheckCounts, CheckNote, CheckReport};

/// Findings of one checkpoint that are told.
const TOLD: usize = 8;
/// Columns of an instruction that are shown.
const INSTRUCTION: usize = 60;

pub(super) fn write(report: &CheckReport, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, report.image.title(), &report.image.platform)?;
    let counts = &report.checked.counts;
    let style = if counts.error + counts.warning > 0 { paint::WARN } else { paint::GOOD };
    page.both(style, &numbers(counts), &format!("{} secrets", counts.secrets))?;
    let mut left = report.checked.findings.as_slice();
    while let Some(first) = left.first() {
        let same =
            |note: &CheckNote| note.finding.code == first.finding.code && note.finding.level == first.finding.level;
        let count = left.iter().take_while(|note| same(note)).count();
        let (group, rest) = left.split_at(count);
        checkpoint(group, page)?;
        left = rest;
    }
    page.blank()?;
    for unanswered in &report.checked.unanswered {
        page.wrapped(paint::DIM, "", 2, &format!("not answered: {}: {}", unanswered.code, unanswered.why))?;
    }
    if report.checked.public_secrets > 0 {
        let text = format!(
            "{} keys in files that packages brought do not count: everybody has them",
            report.checked.public_secrets
        );
        page.wrapped(paint::DIM, "", 2, &text)?;
    }
    if report.checked.more_secrets > 0 {
        page.wrapped(paint::WARN, "", 2, &format!("{} more secrets are not told", report.checked.more_secrets))?;
    }
    for waived in &report.checked.waived {
        let text = format!("waived until {}: {}: {}", waived.until, place(&waived.finding), waived.reason);
        page.wrapped(paint::DIM, "", 2, &text)?;
    }
    for lapsed in &report.checked.lapsed {
        let text = format!("the waiver for {} ended on {}: {}", lapsed.code, lapsed.until, lapsed.reason);
        page.wrapped(paint::WARN, "", 2, &text)?;
    }
    for gap in report.gaps.iter().take(5) {
        let path = gap.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
        page.wrapped(paint::DIM, "", 2, &format!("not understood: {path}{}", gap.text))?;
    }
    Ok(())
}

/// How many findings there are, by level.
pub(super) fn numbers(counts: &CheckCounts) -> String {
    format!("{} errors · {} warnings · {} infos", counts.error, counts.warning, counts.info)
}

/// The findings of one checkpoint, all as bad.
fn checkpoint(group: &[CheckNote], page: &mut Page<'_>) -> io::Result<()> {
    let Some(first) = group.first() else { return Ok(()) };
    page.blank()?;
    let level = first.finding.level;
    page.line(&[
        (style(level), &format!("{:<8} ", level.as_str())),
        (paint::BOLD, &format!("{}  ", first.finding.code)),
        (paint::BOLD, first.title),
    ])?;
    for note in group.iter().take(TOLD) {
        finding(note, page)?;
    }
    if group.len() > TOLD {
        page.line(&[(paint::DIM, &format!("         and {} more; --format json has all", group.len() - TOLD))])?;
    }
    page.wrapped(paint::FAIR, "", 9, &format!("→ {}", first.fix))
}

fn finding(note: &CheckNote, page: &mut Page<'_>) -> io::Result<()> {
    let finding = &note.finding;
    let path = finding.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
    let bytes = finding.bytes.map_or_else(String::new, |bytes| format!(", {}", Megabytes(bytes)));
    page.wrapped(paint::PLAIN, "", 9, &format!("{path}{}{bytes}", finding.message))?;
    let layer = finding.layer.map(|layer| match finding.hidden_by {
        Some(by) => format!("layer {layer}, hidden by layer {by}, and in the image all the same"),
        None => format!("layer {layer}"),
    });
    let secret = finding.secret.as_ref().map(|secret| {
        let line = if finding.path.is_some() { format!("line {}, ", secret.line) } else { String::new() };
        format!("{line}{}… ({} bytes, sha256 {}…)", secret.starts, secret.length, secret.sha256)
    });
    let step = finding.step.filter(|_| finding.layer.is_none()).map(|step| format!("step {step} of the history"));
    let instruction = note.instruction.as_ref().map(|text| cut(text, INSTRUCTION));
    let more: Vec<String> = [secret, layer, step, instruction].into_iter().flatten().collect();
    if more.is_empty() { Ok(()) } else { page.wrapped(paint::DIM, "", 11, &more.join("; ")) }
}

fn place(note: &CheckNote) -> String {
    let path = note.finding.path.as_ref().map_or_else(String::new, |path| format!(" /{path}"));
    format!("{}{path}", note.finding.code)
}

fn style(level: Level) -> Style {
    match level {
        Level::Error => paint::BAD,
        Level::Warning => paint::WARN,
        Level::Info => paint::FAIR,
    }
}
