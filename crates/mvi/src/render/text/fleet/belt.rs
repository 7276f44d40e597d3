//! The belt as eight rows of eight segments, then what lies in those that are not empty.

use std::io;

use anstyle::Style;

use crate::render::text::page::{Page, pad, paint};
use crate::report::fleet::{BeltReport, BeltSegment};

/// Images of one segment that are named.
const NAMED: usize = 12;

pub(super) fn write(report: &BeltReport, page: &mut Page<'_>) -> io::Result<()> {
    let images: usize = report.segments.iter().map(|segment| segment.images.len()).sum();
    let used = report.segments.iter().filter(|segment| !segment.images.is_empty()).count();
    let when = report.at.as_deref().map_or_else(String::new, |at| format!(", as of {at}"));
    page.both(
        paint::BOLD,
        &format!("Belt of {}", report.standard),
        &format!("{images} images in {used} segments{when}"),
    )?;
    page.blank()?;
    let cell = (page.width().min(120) / 8).saturating_sub(1);
    for row in report.segments.chunks(8) {
        let cells: Vec<(Style, String)> = row.iter().map(|segment| square(segment, cell)).collect();
        let mut pieces: Vec<(Style, &str)> = Vec::new();
        for (style, text) in &cells {
            pieces.push((*style, text));
            pieces.push((paint::PLAIN, " "));
        }
        page.line(&pieces)?;
    }
    page.blank()?;
    let legend = [
        ("floor", "floor"),
        ("justified", "justified"),
        ("review", "review"),
        ("audit", "audit"),
        ("replace", "replace"),
    ];
    let mut pieces: Vec<(Style, &str)> = Vec::new();
    for (zone, word) in legend {
        pieces.push((style(zone), "■ "));
        pieces.push((paint::PLAIN, word));
        pieces.push((paint::PLAIN, "   "));
    }
    page.line(&pieces)?;
    for segment in report.segments.iter().filter(|segment| !segment.images.is_empty()) {
        page.blank()?;
        page.both(style(segment.zone), &format!("{:>2}  {}", segment.n, segment.label), segment.zone)?;
        let mut names: Vec<&str> = segment.images.iter().map(|image| image.reference.as_str()).collect();
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        page.wrapped(paint::PLAIN, "", 4, &format!("{}{more}", names.join(", ")))?;
    }
    if report.unplaced > 0 {
        page.blank()?;
        page.line(&[(paint::WARN, &format!("{} images were never judged", report.unplaced))])?;
    }
    Ok(())
}

/// A segment: its number and how many images lie in it.
fn square(segment: &BeltSegment, width: usize) -> (Style, String) {
    let count = segment.images.len();
    let filled = if count == 0 { "·".to_owned() } else { format!("{} {count}", "■".repeat(count.min(3))) };
    let text = pad(&format!("{:>2} {filled}", segment.n), width);
    (if count == 0 { paint::DIM } else { style(segment.zone) }, text)
}

fn style(zone: &str) -> Style {
    match zone {
        "floor" => paint::GOOD,
        "justified" => paint::FAIR,
        "replace" => paint::BAD,
        _ => paint::WARN,
    }
}
