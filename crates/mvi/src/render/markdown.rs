//! Reports as Markdown, for a pull request.

pub(super) mod build_event;
mod check;
mod diff;
mod musl;
mod needs;
mod vulns;

use std::io::{self, Write};

use mvi_standard::judge::GateStatus;

use super::{Renderer, Report, harmless};
use crate::report::{AuditReport, AuditedImage, ExplainReport, LayersReport, Sizes, WasteCause, percent};

/// `--format markdown`.
pub(super) struct Markdown;

impl Renderer for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render(&self, report: &Report<'_>, _: usize, out: &mut dyn Write) -> io::Result<()> {
        match report {
            Report::Audit(report) => audit(report, out),
            Report::Layers(report) => layers(report, out),
            Report::Explain(report) => explain(report, out),
            Report::Vulns(report) => vulns::write(report, out),
            Report::Diff(report) => diff::write(report, out),
            Report::Check(report) => check::write(report, out),
            Report::Musl(report) => musl::write(report, out),
            Report::Needs(report) => needs::needs(report, out),
            Report::BuildEvent(report) => build_event::write(report, out),
            Report::Predict(_) | Report::Evaluate(_) | Report::Probe(_) => as_text(report, out),
            Report::Pack(_) | Report::Build(_) | Report::Spiral(_) | Report::SpiralLog(_) => as_text(report, out),
            Report::Pull(_) | Report::DbImport(_) | Report::DbStatus(_) | Report::Fleet(_) => as_text(report, out),
        }
    }
}

/// Reports whose text is made of columns: the text, in a block that keeps them.
fn as_text(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = anstream::StripStream::new(Vec::new());
    super::text::Text.render(report, 100, &mut text)?;
    // A fence longer than any in the text.
    writeln!(out, "``````text")?;
    out.write_all(&text.into_inner())?;
    writeln!(out, "``````")
}

/// Text that stays text in a table cell: no markup, no mention, no line break.
pub(super) fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in harmless(&text.replace(['\n', '\r'], " ")).chars() {
        match character {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => safe.extend(['\\', character]),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("&#64;"),
            _ => safe.push(character),
        }
    }
    safe
}

pub(super) fn short(text: Option<&str>) -> String {
    let text = text.unwrap_or("(no history)");
    let cut: String = text.chars().take(80).collect();
    cell(&if cut.len() < text.len() { format!("{cut}…") } else { cut })
}

fn audit(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    for image in &report.images {
        audit_image(image, out)?;
    }
    for unreadable in &report.unreadable {
        writeln!(
            out,
            "### {}: could not be read\n\n{}: {}\n",
            cell(&unreadable.source),
            unreadable.code,
            cell(&unreadable.message)
        )?;
    }
    writeln!(out, "<sub>mvi {} · Image Standard {}</sub>", report.tool.version, cell(&report.standard))
}

fn audit_image(image: &AuditedImage, out: &mut dyn Write) -> io::Result<()> {
    let judgement = &image.judgement;
    writeln!(out, "### {}: {} ({})\n", cell(image.image.title()), judgement.verdict, judgement.action)?;
    writeln!(out, "Rule {}: {}\n", judgement.rule.id, cell(&judgement.rule.reason))?;
    writeln!(out, "To FLOOR: {}\n", cell(&judgement.distance.text))?;
    if let Some(sizes) = &image.sizes {
        weights(sizes, out)?;
    }
    writeln!(out, "| gate | | why |\n|---|---|---|")?;
    for gate in &judgement.gates {
        let mark = match gate.status {
            GateStatus::Pass => "pass",
            GateStatus::Fail => "**FAIL**",
            GateStatus::NoData => "no data",
        };
        writeln!(out, "| {} | {mark} | {} |", cell(&gate.id), cell(&gate.reason))?;
    }
    if let Some(sizes) = &image.sizes {
        contents(image, sizes, out)?;
    }
    writeln!(out, "\nNext:")?;
    for step in &judgement.next_steps {
        writeln!(out, "1. {}", cell(&step.text))?;
    }
    if let Some(checked) = &image.checks {
        writeln!(out)?;
        check::findings(checked, out)?;
    }
    if !image.gaps.is_empty() {
        writeln!(out, "\n{} things were not understood; `--format json` lists them.", image.gaps.len())?;
    }
    writeln!(out)
}

fn weights(sizes: &Sizes, out: &mut dyn Write) -> io::Result<()> {
    let transfer = sizes.transfer_mb.map_or_else(|| "unknown".into(), |mb| mb.to_string());
    let about = if sizes.transfer_estimated { "≈ " } else { "" };
    writeln!(out, "| transfer | unpacked | visible | wasted |\n|---:|---:|---:|---:|")?;
    writeln!(out, "| {about}{transfer} | {} | {} | {} |\n", sizes.unpacked_mb, sizes.effective_mb, sizes.wasted_mb)
}

fn contents(image: &AuditedImage, sizes: &Sizes, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n| MB unpacked | share | layer | what |\n|---:|---:|---:|---|")?;
    for content in image.contents.iter().take(5) {
        let layer = content.layer.map_or_else(String::new, |layer| layer.to_string());
        let fix = content.fix.as_ref().map_or_else(String::new, |fix| format!(" → {}", cell(fix)));
        let share = percent(content.mb.0, sizes.unpacked_mb.0);
        let what = short(content.instruction.as_deref().or(Some(&content.text)));
        writeln!(out, "| {:.2} | {share:.0} % | {layer} | {what}: {}{fix} |", content.mb.value(), cell(&content.text))?;
    }
    Ok(())
}

fn layers(report: &LayersReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### Layers of {}\n", cell(report.image.title()))?;
    writeln!(
        out,
        "| # | unpacked | hidden | added | changed | removed | instruction |\n|---:|---:|---:|---:|---:|---:|---|"
    )?;
    for layer in &report.layers {
        let what = short(layer.instruction.as_deref());
        let counts = format!("{} | {} | {}", layer.added, layer.changed, layer.removed);
        writeln!(out, "| {} | {} | {} | {counts} | {what} |", layer.index, layer.unpacked_mb, layer.hidden_mb)?;
    }
    writeln!(out)?;
    waste(&report.waste, out)
}

fn waste(causes: &[WasteCause], out: &mut dyn Write) -> io::Result<()> {
    if causes.is_empty() {
        return writeln!(out, "Nothing is hidden.");
    }
    writeln!(out, "| hidden | files | from layer | by layer | fix |\n|---:|---:|---:|---:|---|")?;
    for cause in causes {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            cause.mb,
            cause.files,
            cause.layer,
            cause.by_layer,
            cell(&cause.fix)
        )?;
    }
    Ok(())
}

fn explain(report: &ExplainReport, out: &mut dyn Write) -> io::Result<()> {
    let state = if report.visible { "visible" } else { "not in the finished image" };
    writeln!(out, "### /{}\n\n{state}, {} visible, {} hidden\n", cell(&report.path), report.mb, report.hidden_mb)?;
    if let Some(owner) = &report.owner {
        writeln!(
            out,
            "Belongs to {} {}, brought by layer {}.\n",
            cell(&owner.name),
            cell(&owner.version),
            owner.introduced
        )?;
    }
    writeln!(out, "| layer | bytes | mode | owner | instruction |\n|---:|---:|---|---|---|")?;
    for version in &report.versions {
        let what = short(version.instruction.as_deref());
        writeln!(out, "| {} | {} | {} | {} | {what} |", version.layer, version.mb, version.mode, version.owner)?;
    }
    Ok(())
}
