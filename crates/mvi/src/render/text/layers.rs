//! Layers as text: one row a layer, then what is hidden and why.

use std::io;

use super::page::{Page, bar, files, pad, paint, shorten};
use crate::report::{FileChange, LayerNote, LayersReport};

pub(super) fn write(report: &LayersReport, page: &mut Page<'_>) -> io::Result<()> {
    let sizes = &report.sizes;
    page.both(paint::BOLD, report.image.title(), &report.image.platform)?;
    let efficiency = report
        .efficiency
        .map_or_else(String::new, |share| format!(" · efficiency {:.1} % as dive counts", share * 100.0));
    let transfer = sizes.transfer_mb.map_or_else(|| "not estimated".into(), |mb| mb.to_string());
    let about = if sizes.transfer_estimated { "≈ " } else { "" };
    let text = format!(
        "transfer {about}{transfer} · unpacked {} · visible {} · wasted {}{efficiency}",
        sizes.unpacked_mb, sizes.effective_mb, sizes.wasted_mb
    );
    page.wrapped(paint::DIM, "", 0, &text)?;
    page.blank()?;
    let head = format!(
        "  {:>3}  {:>10}  {:>10}  {:>7} {:>7} {:>7}  ",
        "#", "unpacked", "hidden", "added", "changed", "removed"
    );
    page.line(&[(paint::DIM, &head), (paint::DIM, "instruction")])?;
    let largest = report.layers.iter().map(|layer| layer.unpacked_mb.0).max().unwrap_or(0).max(1);
    for layer in &report.layers {
        write_layer(layer, largest, page)?;
    }
    write_waste(report, page)?;
    for gap in report.gaps.iter().take(5) {
        let path = gap.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
        page.wrapped(paint::DIM, "", 2, &format!("not understood: {path}{}", gap.text))?;
    }
    Ok(())
}

fn write_layer(layer: &LayerNote, largest: u64, page: &mut Page<'_>) -> io::Result<()> {
    let start = format!("  {:>3}  {:>10}  ", layer.index, layer.unpacked_mb.to_string());
    let hidden = if layer.hidden_mb.0 == 0 { "–".to_owned() } else { layer.hidden_mb.to_string() };
    let counts = format!("  {:>7} {:>7} {:>7}  ", layer.added, layer.changed, layer.removed);
    let style = if layer.hidden_mb.0 >= 1_000_000 { paint::WARN } else { paint::DIM };
    let what = layer.instruction.as_deref().unwrap_or("(no history)");
    let columns = bar(layer.unpacked_mb.0 as f64 / largest as f64, 8);
    let shown = if page.width() >= 110 { format!("{}  ", pad(&columns, 8)) } else { String::new() };
    page.line(&[
        (paint::BOLD, &start),
        (style, &format!("{hidden:>10}")),
        (paint::DIM, &counts),
        (paint::DIM, &shown),
        (paint::PLAIN, what),
    ])?;
    for file in layer.files.iter().flatten() {
        let (style, mark) = match file.change {
            FileChange::Visible => (paint::PLAIN, " "),
            FileChange::Hidden => (paint::WARN, "×"),
            FileChange::Whiteout => (paint::BAD, "−"),
        };
        let link = file.link.as_ref().map_or_else(String::new, |link| format!(" → {link}"));
        let text =
            format!("       {:>10} {mark} {} {:>11}  /{}{link}", file.mb.to_string(), file.mode, file.owner, file.path);
        page.line(&[(style, &text)])?;
    }
    match layer.more_files {
        Some(more) if more > 0 => page.line(&[(paint::DIM, &format!("       {more:>10} more"))]),
        _ => Ok(()),
    }
}

fn write_waste(report: &LayersReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.waste.is_empty() {
        return page.heading("Nothing is hidden", "");
    }
    page.heading("Hidden", &format!("{} shipped and not visible", report.sizes.hidden_mb))?;
    for cause in &report.waste {
        let text = format!(
            "layer {} → {}: {} {}{}",
            cause.layer,
            cause.by_layer,
            files(cause.files),
            reason(cause.reason),
            if cause.likely { " (by size and time)" } else { "" }
        );
        page.line(&[(paint::WARN, &format!("  {:>10}  ", cause.mb.to_string())), (paint::PLAIN, &text)])?;
        let names: Vec<_> = cause
            .largest
            .iter()
            .take(3)
            .map(|file| format!("{} {}", shorten(&format!("/{}", file.path)), file.mb))
            .collect();
        page.wrapped(paint::DIM, "", 14, &names.join(", "))?;
        page.wrapped(paint::GOOD, "", 14, &format!("→ {}", cause.fix))?;
    }
    Ok(())
}

pub(super) fn reason(reason: mvi_image::Reason) -> &'static str {
    match reason {
        mvi_image::Reason::Overwritten => "overwritten",
        mvi_image::Reason::DeletedLater => "deleted later",
        mvi_image::Reason::IdenticalCopy => "shipped again unchanged",
        mvi_image::Reason::AttributesOnly => "copied for a new owner or mode",
        mvi_image::Reason::SameLayer => "shipped twice in the layer",
        mvi_image::Reason::NoPlace => "no path leads to it",
    }
}
