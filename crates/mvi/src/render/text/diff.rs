//! Two builds as text: what should not be, what they weigh, then what changed and why.

use std::io;

use mvi_advisories::Level;

use super::page::{Page, paint};
use crate::report::diff::{Change, DiffReport, PackageChange, Why};
use crate::report::{Megabytes, Sizes};

/// Packages, causes, files and findings that are shown of each.
const SHOWN: usize = 15;

pub(super) fn write(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    let (old, new) = report.titles();
    page.both(paint::BOLD, &format!("{old} → {new}"), &report.new.image.platform)?;
    for finding in &report.findings {
        page.wrapped(paint::BAD, &format!("{} {}  ", finding.code, finding.severity), 2, &finding.text)?;
    }
    weights(report, page)?;
    packages(report, page)?;
    causes(report, page)?;
    layers(report, page)?;
    files(report, page)?;
    settings(report, page)?;
    advisories(report, page)?;
    for gap in report.gaps.iter().take(5) {
        let path = gap.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
        page.wrapped(paint::DIM, "", 2, &format!("not understood: {path}{}", gap.text))?;
    }
    Ok(())
}

/// A change of bytes with its sign.
pub(in crate::render) fn signed(old: u64, new: u64) -> String {
    let sign = if new < old { "−" } else { "+" };
    format!("{sign}{}", Megabytes(old.abs_diff(new)))
}

/// Names of sizes with what they were and are.
pub(in crate::render) fn sizes(report: &DiffReport) -> Vec<(&'static str, Megabytes, Megabytes)> {
    let (Some(old), Some(new)) = (report.old.sizes, report.new.sizes) else { return Vec::new() };
    let known = |name, of: fn(&Sizes) -> Option<Megabytes>| Some((name, of(&old)?, of(&new)?));
    let sizes = [
        known("transfer", |sizes| sizes.transfer_mb),
        known("unpacked", |sizes| Some(sizes.unpacked_mb)),
        known("visible", |sizes| Some(sizes.effective_mb)),
        known("wasted", |sizes| Some(sizes.wasted_mb)),
    ];
    sizes.into_iter().flatten().collect()
}

fn weights(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    page.blank()?;
    for (name, old, new) in sizes(report) {
        let style = if new.0 > old.0 { paint::WARN } else { paint::PLAIN };
        let about = format!("  {name:<9} {:>11} → {:>11}  ", old.to_string(), new.to_string());
        page.line(&[(paint::PLAIN, &about), (style, &signed(old.0, new.0))])?;
    }
    if let (Some(old), Some(new)) = (report.old.layers, report.new.layers) {
        page.line(&[(paint::PLAIN, &format!("  {:<9} {old:>11} → {new:>11}", "layers"))])?;
    }
    let (old, new) = (report.old.packages, report.new.packages);
    page.line(&[(paint::PLAIN, &format!("  {:<9} {old:>11} → {new:>11}", "packages"))])
}

fn packages(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    for (change, heading) in [
        (Change::Came, "Packages that came"),
        (Change::Changed, "Packages in other versions"),
        (Change::Went, "Packages that went"),
    ] {
        let of: Vec<&PackageChange> = report.packages.iter().filter(|package| package.change == change).collect();
        if of.is_empty() {
            continue;
        }
        page.heading(heading, &of.len().to_string())?;
        for package in of.iter().take(SHOWN) {
            package_line(package, page)?;
        }
        more(of.len(), page)?;
    }
    Ok(())
}

fn package_line(package: &PackageChange, page: &mut Page<'_>) -> io::Result<()> {
    let versions = match (package.old.join(", "), package.new.join(", ")) {
        (old, new) if old.is_empty() => new,
        (old, new) if new.is_empty() => old,
        (old, new) => format!("{old} → {new}"),
    };
    let place = match &package.instruction {
        Some(instruction) => format!("layer {}: {instruction}", package.layer),
        None => format!("layer {}", package.layer),
    };
    let style = if package.why == Why::NotLocked { paint::BAD } else { paint::DIM };
    page.line(&[
        (paint::DIM, &format!("  {:<8} ", package.ecosystem.as_str())),
        (paint::BOLD, &format!("{} ", package.name)),
        (paint::PLAIN, &format!("{versions}  ")),
        (style, &format!("{}  ", why(package.why))),
        (paint::DIM, &place),
    ])
}

/// Why a package changed, in words.
pub(in crate::render) fn why(why: Why) -> &'static str {
    match why {
        Why::Lock => "the lock file changed",
        Why::NotLocked => "not in the lock file",
        Why::Instruction => "another instruction",
        Why::SameInstruction => "the same instruction, another outcome",
        Why::Unknown => "",
    }
}

fn causes(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.causes.is_empty() {
        return Ok(());
    }
    page.heading("Where the visible megabytes went", "change")?;
    for cause in report.causes.iter().take(SHOWN) {
        let style = if cause.is_package { paint::PLAIN } else { paint::DIM };
        page.both(style, &format!("  {}", cause.cause), &signed(cause.old, cause.new))?;
    }
    more(report.causes.len(), page)
}

fn layers(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    let Some(layers) = &report.layers else { return Ok(()) };
    let shared = match layers.shared {
        0 => "none is the same".to_owned(),
        1 => "the first is the same".to_owned(),
        count => format!("the first {count} are the same"),
    };
    page.heading("Layers", &shared)?;
    for (mark, style, layers) in [("−", paint::DIM, &layers.went), ("+", paint::PLAIN, &layers.came)] {
        for layer in layers {
            let text = layer.instruction.as_deref().unwrap_or("(no history)");
            let size = Megabytes(layer.transfer.unwrap_or(layer.unpacked));
            let what = if layer.transfer.is_some() { "" } else { " unpacked" };
            page.both(style, &format!("  {mark} {:>3}  {text}", layer.index), &format!("{size}{what}"))?;
        }
    }
    Ok(())
}

fn files(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    let Some(files) = &report.files else { return Ok(()) };
    let sums = [
        ("came", files.came),
        ("went", files.went),
        ("changed", files.changed),
        ("other rights", files.modes),
        ("written again", files.rewritten),
    ];
    let said: Vec<String> = sums
        .iter()
        .filter(|(_, sum)| sum.count > 0)
        .map(|(what, sum)| format!("{} {what} ({})", sum.count, Megabytes(sum.bytes)))
        .collect();
    page.heading("Files", "")?;
    page.wrapped(paint::PLAIN, "", 2, &said.join(" · "))?;
    for file in files.largest.iter().take(SHOWN) {
        let mark = match file.change {
            Change::Came => "+",
            Change::Went => "−",
            Change::Changed => "~",
        };
        page.both(paint::DIM, &format!("  {mark} /{}", file.path), &signed(file.old, file.new))?;
    }
    more(files.largest.len(), page)
}

fn settings(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.config.is_empty() {
        return Ok(());
    }
    page.heading("Settings", "")?;
    for change in &report.config {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
        let text = format!("{} → {}", shown(&change.old), shown(&change.new));
        page.wrapped(paint::PLAIN, &format!("  {}: ", change.name), 4, &text)?;
    }
    Ok(())
}

fn advisories(report: &DiffReport, page: &mut Page<'_>) -> io::Result<()> {
    let Some(vulns) = &report.vulns else { return Ok(()) };
    page.heading("Advisories", &format!("{} in both", vulns.stayed))?;
    for (mark, notes) in [("+", &vulns.came), ("−", &vulns.went)] {
        for note in notes.iter().take(SHOWN) {
            let style = match (mark, note.level) {
                ("−", _) => paint::GOOD,
                (_, Level::High | Level::Critical) => paint::BAD,
                _ => paint::WARN,
            };
            page.line(&[
                (style, &format!("  {mark} {:<10} {:<20} ", note.level.as_str(), note.id)),
                (paint::PLAIN, &format!("{} {}", note.package.name, note.package.version)),
            ])?;
        }
        more(notes.len(), page)?;
    }
    Ok(())
}

fn more(count: usize, page: &mut Page<'_>) -> io::Result<()> {
    match count.checked_sub(SHOWN).filter(|left| *left > 0) {
        Some(left) => page.line(&[(paint::DIM, &format!("  and {left} more; --format json has them"))]),
        None => Ok(()),
    }
}
