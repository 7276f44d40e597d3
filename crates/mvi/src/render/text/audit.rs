//! An audit as text: verdict, sizes, what stands in the way, where the megabytes are, gates, next steps.

use std::io;

use anstyle::Style;
use mvi_standard::judge::{Gate, GateStatus, Note};
use mvi_standard::{Judgement, Verdict};

use super::check::numbers;
use super::page::{Page, bar, cut, pad, paint, shorten};
use crate::report::check::Checked;
use crate::report::{AuditReport, AuditedImage, Content, ContentKind, Megabytes, PackageCounts, Sizes, percent};

/// Causes shown one by one.
const CAUSES: usize = 5;
/// Hidden bytes of one cause that are worth a step of their own.
const WORTH_FIXING: u64 = 1_000_000;
/// Gaps shown one by one.
const GAPS: usize = 3;

pub(super) fn write(report: &AuditReport, page: &mut Page<'_>) -> io::Result<()> {
    for (number, image) in report.images.iter().enumerate() {
        if number > 0 {
            page.blank()?;
            page.line(&[(paint::DIM, &"─".repeat(page.width()))])?;
        }
        write_image(image, page)?;
    }
    if report.images.len() > 1 {
        write_summary(report, page)?;
    }
    Ok(())
}

fn write_image(image: &AuditedImage, page: &mut Page<'_>) -> io::Result<()> {
    let checked = match (&image.sizes, image.verified) {
        (None, _) => "bill of materials",
        (Some(_), true) => "verified",
        (Some(_), false) => "not verified",
    };
    page.both(paint::BOLD, image.image.title(), &format!("{} · {checked}", image.image.platform))?;
    page.wrapped(paint::DIM, "", 0, &facts(image))?;
    page.blank()?;
    write_verdict(&image.judgement, page)?;
    write_sizes(image, page)?;
    page.heading("To FLOOR", "")?;
    page.wrapped(paint::PLAIN, "", 2, &image.judgement.distance.text)?;
    write_contents(image, page)?;
    write_gates(&image.judgement.gates, page)?;
    write_findings(&image.judgement, page)?;
    image.checks.as_ref().map_or(Ok(()), |checked| write_checks(checked, page))?;
    write_gaps(image, page)?;
    page.heading("Next", "")?;
    for (number, step) in image.judgement.next_steps.iter().enumerate() {
        page.wrapped(paint::PLAIN, &format!("  {}. ", number + 1), 5, &step.text)?;
    }
    write_fixes(image, page)
}

fn facts(image: &AuditedImage) -> String {
    let mut facts = Vec::new();
    facts.push(image.os.as_ref().map_or_else(|| "no operating system".to_owned(), |os| os.name.clone()));
    facts.push(packages(&image.package_counts));
    match image.layers.len() {
        0 if image.sizes.is_none() => {}
        1 => facts.push("1 layer".to_owned()),
        count => facts.push(format!("{count} layers")),
    }
    if !image.runtimes.is_empty() {
        facts.push(image.runtimes.join(", "));
    }
    if let Some(digest) = image.image.manifest_digest.as_ref().or(image.image.config_digest.as_ref()) {
        facts.push(cut(digest, 20));
    }
    facts.join(" · ")
}

fn packages(counts: &PackageCounts) -> String {
    let kinds = [("deb", counts.deb), ("apk", counts.apk), ("pypi", counts.pypi), ("npm", counts.npm)];
    let kinds = kinds.into_iter().chain(counts.others.iter().map(|(name, count)| (*name, *count)));
    let mut parts: Vec<_> =
        kinds.filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    if counts.hidden > 0 {
        parts.push(format!("{} removed but shipped", counts.hidden));
    }
    if parts.is_empty() { "no packages".into() } else { parts.join(", ") }
}

pub(in crate::render::text) fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Floor => paint::GOOD,
        Verdict::Justified => paint::FAIR,
        Verdict::Review | Verdict::Audit | Verdict::Unmeasured => paint::WARN,
        Verdict::Replace => paint::BAD,
    }
}

fn write_verdict(judgement: &Judgement, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = match judgement.verdict {
        Verdict::Unmeasured => "UNMEASURED",
        other => other.code(),
    };
    let style = verdict_style(judgement.verdict);
    let action = format!("  {}", judgement.action.code());
    let rule = format!("   {} of Image Standard {}", judgement.rule.id, judgement.standard);
    page.line(&[(paint::PLAIN, "  "), (style, verdict), (paint::BOLD, &action), (paint::DIM, &rule)])?;
    page.wrapped(paint::PLAIN, "", 2, &judgement.rule.reason)?;
    for note in &judgement.notes {
        let text = match note {
            Note::OverTarget => "over the target, within the grace",
            Note::BelowBand => "below the band its class expects, which is no fault",
        };
        page.wrapped(paint::DIM, "", 2, text)?;
    }
    Ok(())
}

fn write_sizes(image: &AuditedImage, page: &mut Page<'_>) -> io::Result<()> {
    let Some(sizes) = &image.sizes else { return Ok(()) };
    let estimated = if sizes.transfer_estimated { "≈ " } else { "" };
    let transfer = sizes.transfer_mb.map_or_else(|| "unknown".into(), |mb| format!("{estimated}{mb}"));
    let cells = [
        ("transfer", transfer),
        ("unpacked", sizes.unpacked_mb.to_string()),
        ("visible", sizes.effective_mb.to_string()),
        ("wasted", sizes.wasted_mb.to_string()),
    ];
    page.blank()?;
    let column = (page.width().saturating_sub(2) / cells.len()).min(22);
    let names: String = cells.iter().map(|(name, _)| pad(name, column)).collect();
    let values: String = cells.iter().map(|(_, value)| pad(value, column)).collect();
    page.line(&[(paint::PLAIN, "  "), (paint::DIM, &names)])?;
    page.line(&[(paint::PLAIN, "  "), (paint::BOLD, &values)])?;
    let efficiency = image
        .efficiency
        .map_or_else(String::new, |share| format!("; efficiency {:.1} % as dive counts", share * 100.0));
    let text = format!("wasted: {} hidden, {} tar headers and padding{efficiency}", sizes.hidden_mb, sizes.framing_mb);
    page.wrapped(paint::DIM, "", 2, &text)?;
    match image.unneeded_mb {
        Some(unneeded) if unneeded.0 > 0 => {
            let text = format!("not needed: {unneeded} that nothing it starts reaches; `mvi needs` lists them");
            page.wrapped(paint::DIM, "", 2, &text)
        }
        Some(_) | None => Ok(()),
    }
}

fn write_contents(image: &AuditedImage, page: &mut Page<'_>) -> io::Result<()> {
    let Some(Sizes { unpacked_mb: whole, .. }) = image.sizes else { return Ok(()) };
    page.heading("Where the megabytes are", &format!("{whole} unpacked"))?;
    let largest = image.contents.first().map_or(0, |content| content.mb.0);
    for content in image.contents.iter().take(CAUSES) {
        write_content(content, (largest, whole.0), page)?;
    }
    let rest: u64 = image.contents.iter().skip(CAUSES).map(|content| content.mb.0).sum();
    let count = image.contents.len().saturating_sub(CAUSES);
    if count > 0 {
        let text = if count == 1 { "1 smaller part".to_owned() } else { format!("{count} smaller parts") };
        page.line(&[(
            paint::DIM,
            &format!("  {:>10}  {:>3.0} %  {text}", Megabytes(rest).to_string(), percent(rest, whole.0)),
        )])?;
    }
    Ok(())
}

fn write_content(content: &Content, (largest, whole): (u64, u64), page: &mut Page<'_>) -> io::Result<()> {
    let hidden = content.kind == ContentKind::Hidden;
    let style = if hidden { paint::WARN } else { paint::BOLD };
    let size = format!("  {:>10}  ", content.mb.to_string());
    let share = format!("{:>3.0} %  ", percent(content.mb.0, whole));
    let place = content.layer.map_or_else(String::new, |layer| format!("layer {layer}  "));
    let what = content.instruction.clone().unwrap_or_else(|| content.text.clone());
    page.line(&[(style, &size), (paint::DIM, &share), (paint::DIM, &place), (paint::PLAIN, &what)])?;
    let columns = bar(content.mb.0 as f64 / largest.max(1) as f64, 10);
    let indent = 20;
    let mut text = if content.instruction.is_some() { content.text.clone() } else { String::new() };
    if !content.largest.is_empty() {
        let items: Vec<_> =
            content.largest.iter().take(3).map(|item| format!("{} {}", shorten(&item.name), item.mb)).collect();
        let colon = if text.is_empty() { "" } else { ": " };
        text = format!("{text}{colon}{}", items.join(", "));
    }
    page.wrapped(paint::DIM, &format!("  {}", pad(&columns, 10)), indent, &text)?;
    match &content.fix {
        Some(fix) => page.wrapped(paint::GOOD, &" ".repeat(indent), indent + 2, &format!("→ {fix}")),
        None => Ok(()),
    }
}

fn write_gates(gates: &[Gate], page: &mut Page<'_>) -> io::Result<()> {
    let failed = gates.iter().filter(|gate| gate.status == GateStatus::Fail).count();
    let unknown = gates.iter().filter(|gate| gate.status == GateStatus::NoData).count();
    let passed = gates.len() - failed - unknown;
    page.heading("Gates", &format!("{passed} pass, {failed} fail, {unknown} without data"))?;
    for gate in gates {
        let (style, mark) = match gate.status {
            GateStatus::Pass => (paint::GOOD, "pass"),
            GateStatus::Fail => (paint::BAD, "FAIL"),
            GateStatus::NoData => (paint::DIM, "  – "),
        };
        let start = format!("  {style}{mark}{style:#}  {}", pad(&gate.id, 11));
        page.beside(&start, 19, &gate.reason)?;
    }
    Ok(())
}

fn write_findings(judgement: &Judgement, page: &mut Page<'_>) -> io::Result<()> {
    if judgement.findings.is_empty() {
        return Ok(());
    }
    page.heading("Findings", "")?;
    for finding in &judgement.findings {
        page.wrapped(paint::PLAIN, "", 2, &format!("{} ({}): {}", finding.code, finding.severity, finding.text))?;
    }
    Ok(())
}

/// The worst of what is unwise, a line each.
fn write_checks(checked: &Checked, page: &mut Page<'_>) -> io::Result<()> {
    page.heading("Checks", &numbers(&checked.counts))?;
    for note in checked.findings.iter().take(CAUSES) {
        let finding = &note.finding;
        let path = finding.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
        let layer = finding.layer.map_or_else(String::new, |layer| format!(" (layer {layer})"));
        let level = finding.level.as_str();
        page.wrapped(paint::PLAIN, "", 4, &format!("  {level} {}: {path}{}{layer}", finding.code, finding.message))?;
    }
    match checked.findings.len().saturating_sub(CAUSES) {
        0 => Ok(()),
        more => page.line(&[(paint::DIM, &format!("  {more} more; `mvi check` tells all of them and what to do"))]),
    }
}

fn write_gaps(image: &AuditedImage, page: &mut Page<'_>) -> io::Result<()> {
    if image.gaps.is_empty() {
        return Ok(());
    }
    page.heading("Not understood", &format!("{} in all, every one in --format json", image.gaps.len()))?;
    for gap in image.gaps.iter().take(GAPS) {
        let path = gap.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
        let layer = gap.layer.map_or_else(String::new, |layer| format!("layer {layer}, "));
        page.wrapped(paint::DIM, "", 2, &format!("{layer}{path}{}", gap.text))?;
    }
    Ok(())
}

fn write_fixes(image: &AuditedImage, page: &mut Page<'_>) -> io::Result<()> {
    let worth: Vec<_> = image.waste.iter().filter(|cause| cause.mb.0 >= WORTH_FIXING).take(3).collect();
    if worth.is_empty() {
        return Ok(());
    }
    let all = image.sizes.map_or_else(String::new, |sizes| format!("{} hidden in all", sizes.hidden_mb));
    page.heading("Worth saving", &all)?;
    for cause in worth {
        let saves = cause.transfer_mb.map_or_else(String::new, |mb| format!(", about {mb} a pull"));
        let text = format!("{} of layer {}{saves}: {}", cause.mb, cause.layer, cause.fix);
        page.wrapped(paint::PLAIN, "  – ", 4, &text)?;
    }
    Ok(())
}

fn write_summary(report: &AuditReport, page: &mut Page<'_>) -> io::Result<()> {
    page.blank()?;
    page.line(&[(paint::DIM, &"─".repeat(page.width()))])?;
    let transfer = |image: &AuditedImage| image.sizes.and_then(|sizes| sizes.transfer_mb);
    let whole: u64 = report.images.iter().filter_map(transfer).map(|mb| mb.0).sum();
    page.both(paint::BOLD, &format!("{} images", report.images.len()), &format!("{} to transfer", Megabytes(whole)))?;
    for image in &report.images {
        let judgement = &image.judgement;
        let size = transfer(image).map_or_else(|| "unknown".into(), |mb| mb.to_string());
        let verdict = pad(judgement.verdict.code(), 9);
        let rest = format!("  {:>10}  {}", size, image.image.title());
        page.line(&[(paint::PLAIN, "  "), (verdict_style(judgement.verdict), &verdict), (paint::PLAIN, &rest)])?;
    }
    Ok(())
}
