//! The forest as a picture that needs nothing else: one SVG document, or an HTML page around it.

mod layout;
mod page;
mod tree;

use std::fmt::Write as _;

use layout::{Layout, Placed, Stand};
pub(crate) use page::html;

use crate::report::fleet::ForestReport;

/// Columns of the page, in pixels.
const MARGIN: f64 = 56.0;
/// Height of title and legend.
const HEAD: f64 = 150.0;
/// Sizes that are marked, MB.
const MARKS: [f64; 8] = [1.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0, 10_000.0];

/// The forest as an SVG document.
#[must_use]
pub(crate) fn svg(report: &ForestReport) -> String {
    let layout = Layout::of(report);
    let (width, height) = (layout.width + 2.0 * MARGIN, layout.height + HEAD + 70.0);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" font-family="'Iowan Old Style','Palatino Linotype',Palatino,'DejaVu Serif',Georgia,serif" role="img" aria-label="The forest of the fleet">
<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#eef3f4"/><stop offset="1" stop-color="#fbf8f0"/></linearGradient>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff" fill-opacity=".45"/><line x1="0" y1="0" x2="0" y2="5" stroke="#fff" stroke-width="3" stroke-opacity=".5"/></pattern>
</defs>
<rect width="100%" height="100%" fill="url(#sky)"/>
"##
    );
    title(&mut out, report, width);
    for stand in &layout.stands {
        row(&mut out, &layout, stand);
    }
    let text = format!(
        "Trunks are as tall as the square root of their size; brown layers came with the base, coloured ones are the \
         image's own. Hatched trunks were declared and never read. {}",
        if layout.left_out > 0 { format!("{} smaller trees are left out.", layout.left_out) } else { String::new() }
    );
    let _ = writeln!(
        out,
        r##"<text x="{MARGIN}" y="{:.0}" font-size="12" font-style="italic" fill="#6d6558">{}</text>"##,
        height - 26.0,
        escape(&text)
    );
    out.push_str("</svg>\n");
    out
}

fn title(out: &mut String, report: &ForestReport, width: f64) {
    let services: std::collections::BTreeSet<&String> = report.trees.iter().flat_map(|tree| &tree.branches).collect();
    let rings: usize = report.trees.iter().map(|tree| tree.rings.len()).sum();
    let day = report.at.split('T').next().unwrap_or_default();
    let facts = format!(
        "{} trees · {} rings · {} services · standard {} · {day}",
        report.trees.len(),
        rings,
        services.len(),
        report.standard
    );
    let _ = writeln!(
        out,
        r##"<text x="{MARGIN}" y="62" font-size="34" fill="#33302a">The forest</text>
<text x="{MARGIN}" y="88" font-size="14" fill="#6d6558">{}</text>"##,
        escape(&facts)
    );
    legend(out, report, width);
}

/// What colours and shapes mean, with how many trees bear each colour.
fn legend(out: &mut String, report: &ForestReport, width: f64) {
    use mvi_standard::Verdict::{Audit, Floor, Justified, Replace, Review, Unmeasured};
    let mut x = MARGIN;
    for verdict in [Floor, Justified, Review, Audit, Replace, Unmeasured] {
        let count = report.trees.iter().filter(|tree| tree.verdict == verdict).count();
        if count == 0 {
            continue;
        }
        let word = if verdict == Unmeasured { "unmeasured" } else { verdict.code() };
        let text = format!("{word} {count}");
        let _ = writeln!(
            out,
            r##"<rect x="{x:.0}" y="108" width="14" height="14" rx="2" fill="{}"/><text x="{:.0}" y="120" font-size="13" fill="#33302a">{text}</text>"##,
            tree::colour(verdict),
            x + 20.0
        );
        x += 44.0 + 8.2 * text.len() as f64;
    }
    let x = width - MARGIN - 300.0;
    let _ = writeln!(
        out,
        r##"<g fill="none" stroke="#6d6558"><path d="M{x:.0} 60 q6 -10 12 -12 M{x:.0} 60 q-6 -10 -12 -12 M{x:.0} 60 v-14"/><circle cx="{:.0}" cy="56" r="4"/><circle cx="{:.0}" cy="56" r="8"/><circle cx="{:.0}" cy="56" r="11"/></g>
<g fill="#7fa35b"><circle cx="{:.0}" cy="47" r="4"/><circle cx="{:.0}" cy="47" r="4"/><circle cx="{x:.0}" cy="44" r="4"/></g>
<text x="{:.0}" y="60" font-size="12" fill="#6d6558">a leaf is a service</text>
<text x="{:.0}" y="60" font-size="12" fill="#6d6558">a ring is a build</text>"##,
        x + 160.0,
        x + 160.0,
        x + 160.0,
        x - 12.0,
        x + 12.0,
        x + 24.0,
        x + 180.0
    );
}

/// One row of trees on its ground, with the marks of the scale behind it.
fn row(out: &mut String, layout: &Layout<'_>, stand: &Stand<'_>) {
    let ground = HEAD + stand.ground;
    let mut below = 0.0;
    for mark in MARKS.iter().filter(|mark| layout.height_of(**mark) < stand.tallest + 12.0) {
        let height = layout.height_of(*mark);
        // Marks that stand too close could not be read.
        if height - below < 14.0 {
            continue;
        }
        below = height;
        let text = if *mark >= 1000.0 { format!("{} GB", mark / 1000.0) } else { format!("{mark} MB") };
        let _ = writeln!(
            out,
            r##"<line x1="{MARGIN}" x2="{:.0}" y1="{:.1}" y2="{:.1}" stroke="#b9b09d" stroke-width=".6" stroke-dasharray="1 5"/><text x="{:.0}" y="{:.1}" font-size="10" text-anchor="end" fill="#9a917f">{text}</text>"##,
            MARGIN + layout.width,
            ground - height,
            ground - height,
            MARGIN - 6.0,
            ground - height + 3.0
        );
    }
    let _ = writeln!(
        out,
        r##"<rect x="{:.0}" y="{ground:.1}" width="{:.0}" height="{:.1}" fill="#e9e0cd"/><line x1="{:.0}" x2="{:.0}" y1="{ground:.1}" y2="{ground:.1}" stroke="#8a7458" stroke-width="1.6"/>"##,
        MARGIN - 20.0,
        layout.width + 40.0,
        stand.depth,
        MARGIN - 20.0,
        MARGIN + layout.width + 20.0
    );
    for group in stand.groups() {
        roots(out, group, ground);
    }
    for placed in &stand.trees {
        tree::draw(out, layout, placed, (MARGIN + placed.x, ground));
    }
}

/// The base chain below trees that share it: one stock, and a root from every tree to it.
fn roots(out: &mut String, group: &[Placed<'_>], ground: f64) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let middle = MARGIN + (first.x + last.x) / 2.0;
    let known = first.tree.roots.first().is_some_and(|root| root.known);
    let (ink, dash) = if known { ("#6b4f3a", "") } else { ("#a08c72", r#" stroke-dasharray="3 3""#) };
    if first.tree.roots.is_empty() {
        for placed in group {
            let x = MARGIN + placed.x;
            let _ = writeln!(
                out,
                r##"<path d="M{x:.1} {ground:.1} q-3 12 -10 16 M{x:.1} {ground:.1} q2 14 8 19" fill="none" stroke="#b7a88f" stroke-width="2" stroke-linecap="round"/>"##
            );
        }
        let _ = writeln!(
            out,
            r##"<text x="{middle:.1}" y="{:.1}" font-size="11" font-style="italic" text-anchor="middle" fill="#9a8b72">on no known base</text>"##,
            ground + 66.0
        );
        return;
    }
    let stock = ground + 52.0;
    for placed in group {
        let x = MARGIN + placed.x;
        let _ = writeln!(
            out,
            r##"<path d="M{x:.1} {ground:.1} C{x:.1} {:.1} {middle:.1} {:.1} {middle:.1} {stock:.1}" fill="none" stroke="{ink}" stroke-width="4" stroke-linecap="round"{dash}/>"##,
            ground + 34.0,
            ground + 18.0
        );
    }
    for (depth, root) in first.tree.roots.iter().take(layout::ROOTS).enumerate() {
        let top = stock + depth as f64 * 24.0;
        let room = ((group.len() as f64 * layout::CELL - 34.0) / 6.6) as usize;
        let name = shorten(&root.reference, room.max(14));
        let wide = 18.0 + 6.6 * name.chars().count() as f64;
        let fill = if root.known { "#6b4f3a" } else { "#a08c72" };
        if depth > 0 {
            let _ = writeln!(
                out,
                r##"<line x1="{middle:.1}" x2="{middle:.1}" y1="{:.1}" y2="{top:.1}" stroke="{fill}" stroke-width="3"/>"##,
                top - 6.0
            );
        }
        let _ = writeln!(
            out,
            r##"<g><title>{}</title><rect x="{:.1}" y="{top:.1}" width="{wide:.1}" height="18" rx="9" fill="{fill}"/><text x="{middle:.1}" y="{:.1}" font-size="11" text-anchor="middle" fill="#fff">{}</text></g>"##,
            escape(&root.reference),
            middle - wide / 2.0,
            top + 13.0,
            escape(&name)
        );
    }
}

/// A name with its end, which tells versions apart, where it is too long.
fn shorten(name: &str, room: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= room {
        return name.to_owned();
    }
    let tail = room.saturating_sub(1);
    format!("…{}", letters[letters.len() - tail..].iter().collect::<String>())
}

/// Text that stays text in XML and HTML; what no document may hold becomes a mark.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            character if character.is_control() => safe.push('\u{fffd}'),
            character => safe.push(character),
        }
    }
    safe
}
