//! One tree: trunk of layers, branches to its services, rings of its builds, and its name.

use std::fmt::Write as _;

use mvi_standard::Verdict;

use super::layout::{Layout, Placed};
use super::{escape, shorten};
use crate::report::fleet::ForestTree;

/// Width of a trunk at the ground, and at its top.
const TRUNK: (f64, f64) = (38.0, 22.0);
/// The shortest trunk that still shows.
const SHORTEST: f64 = 3.0;
/// Leaves of one crown; more services are a number.
const LEAVES: usize = 15;
/// Radius of a tree's largest ring.
const RING: f64 = 15.0;
/// Rings that are drawn, the newest.
const RINGS: usize = 8;

/// The colour of a verdict.
pub(super) fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Floor => "#3f8f5b",
        Verdict::Justified => "#3a86a8",
        Verdict::Review => "#d9a227",
        Verdict::Audit => "#cf6f2e",
        Verdict::Replace => "#b23a48",
        Verdict::Unmeasured => "#9b958b",
    }
}

/// Draws a tree whose trunk stands at a point of the ground.
pub(super) fn draw(out: &mut String, layout: &Layout<'_>, placed: &Placed<'_>, (x, ground): (f64, f64)) {
    let tree = placed.tree;
    let height = layout.height_of(tree.size_mb.unwrap_or(0.0)).max(SHORTEST);
    let _ = writeln!(out, "<g><title>{}</title>", escape(&told(tree)));
    rings(out, tree, (x + 40.0, ground + 24.0));
    trunk(out, tree, (x, ground, height));
    let crown = crown(out, tree, (x, ground - height));
    name(out, tree, (x, ground - height - crown));
    out.push_str("</g>\n");
}

/// What a pointer over the tree is told.
fn told(tree: &ForestTree) -> String {
    let size = tree.size_mb.map_or_else(|| "unmeasured".to_owned(), |size| format!("{size:.2} MB"));
    let mut lines = vec![tree.reference.clone(), format!("{} · {size} · segment {}", tree.verdict, tree.segment)];
    lines.extend(tree.gid.clone());
    lines.extend(tree.rings.iter().map(|ring| {
        let width = ring.width_mb.map_or_else(String::new, |width| format!(" ({width:+.2} MB)"));
        let size = ring.size_mb.map_or_else(|| "unmeasured".to_owned(), |size| format!("{size:.2} MB"));
        format!("ring {} {size}{width}", ring.reference)
    }));
    lines.extend(tree.branches.iter().take(LEAVES).map(|service| format!("runs as {service}")));
    lines.join("\n")
}

fn trunk(out: &mut String, tree: &ForestTree, (x, ground, height): (f64, f64, f64)) {
    let ink = colour(tree.verdict);
    let piece = |from: f64, to: f64| piece((x, ground), height, (from, to));
    if tree.trunk.is_empty() {
        let whole = piece(0.0, 1.0);
        let _ = writeln!(
            out,
            r##"<path d="{whole}" fill="{ink}" fill-opacity=".75"/><path d="{whole}" fill="url(#hatch)" stroke="{ink}" stroke-dasharray="4 2"/>"##
        );
        return;
    }
    let whole: f64 = tree.trunk.iter().filter_map(|layer| layer.unpacked_mb).sum();
    let mut below = 0.0;
    for (place, layer) in tree.trunk.iter().enumerate() {
        let share = if whole > 0.0 { layer.unpacked_mb.unwrap_or(0.0) / whole } else { 0.0 };
        let fill = match (layer.of_base, place % 2) {
            (true, 0) => "#7a5c43",
            (true, _) => "#8d6e52",
            (false, _) => ink,
        };
        let shade = if !layer.of_base && place % 2 == 1 { ".8" } else { "1" };
        let size = layer.unpacked_mb.map_or_else(|| "unknown size".to_owned(), |size| format!("{size:.2} MB unpacked"));
        let whose = if layer.of_base { "of its base" } else { "its own" };
        // Layers too thin to be told apart have no seam.
        let seam = if height * share > 1.5 { r##" stroke="#fff" stroke-opacity=".55" stroke-width=".7""## } else { "" };
        let _ = writeln!(
            out,
            r##"<path d="{}" fill="{fill}" fill-opacity="{shade}"{seam}><title>layer {place}: {size}, {whose}</title></path>"##,
            piece(below, below + share)
        );
        below += share;
    }
}

/// A piece of a trunk between two shares of its height; trunks are narrower at their top, the taller the more.
fn piece((x, ground): (f64, f64), height: f64, (from, to): (f64, f64)) -> String {
    let narrowing = (TRUNK.0 - TRUNK.1) * (height / 200.0).min(1.0);
    let half = |share: f64| (TRUNK.0 - narrowing * share.clamp(0.0, 1.0)) / 2.0;
    let y = |share: f64| ground - height * share.clamp(0.0, 1.0);
    format!(
        "M{:.2} {:.2}L{:.2} {:.2}L{:.2} {:.2}L{:.2} {:.2}Z",
        x - half(from),
        y(from),
        x - half(to),
        y(to),
        x + half(to),
        y(to),
        x + half(from),
        y(from)
    )
}

/// Branches with a leaf for every service; gives the height of it all.
fn crown(out: &mut String, tree: &ForestTree, (x, top): (f64, f64)) -> f64 {
    let count = tree.branches.len();
    if count == 0 {
        return 6.0;
    }
    let shown = count.min(LEAVES);
    let reach = 20.0 + 1.6 * shown as f64;
    for leaf in 0..shown {
        // A fan from left to right, the middle the highest.
        let turn = if shown == 1 { 0.0 } else { (leaf as f64 / (shown - 1) as f64 - 0.5) * 2.2 };
        let long = reach * if leaf % 2 == 0 { 1.0 } else { 0.72 };
        let (end_x, end_y) = (x + long * turn.sin(), top - long * turn.cos().max(0.25));
        let bend = top - long * 0.55;
        let _ = writeln!(
            out,
            r##"<path d="M{x:.1} {top:.1} Q{x:.1} {bend:.1} {end_x:.1} {end_y:.1}" fill="none" stroke="#7a5c43" stroke-width="1.4"/><circle cx="{end_x:.1}" cy="{end_y:.1}" r="4.6" fill="#7fa35b" stroke="#fff" stroke-width=".8"><title>{}</title></circle>"##,
            escape(tree.branches.get(leaf).map_or("", String::as_str))
        );
    }
    reach + 10.0
}

/// Concentric circles, one a build: outer ones are larger images, newer ones are drawn stronger.
fn rings(out: &mut String, tree: &ForestTree, (x, y): (f64, f64)) {
    let newest = tree.rings.len().saturating_sub(RINGS);
    let rings = &tree.rings[newest..];
    let largest = rings.iter().filter_map(|ring| ring.size_mb).fold(0.0, f64::max);
    let mut sizes: Vec<(f64, Verdict, bool)> = rings
        .iter()
        .enumerate()
        .map(|(place, ring)| {
            let share = if largest > 0.0 { (ring.size_mb.unwrap_or(0.0) / largest).sqrt() } else { 0.0 };
            (RING * share.max(0.2), ring.verdict.unwrap_or(Verdict::Unmeasured), place + 1 == rings.len())
        })
        .collect();
    sizes.sort_by(|left, right| right.0.total_cmp(&left.0));
    let _ = writeln!(out, r##"<circle cx="{x:.1}" cy="{y:.1}" r="{:.1}" fill="#fbf3e2"/>"##, RING + 1.0);
    for (place, (radius, verdict, is_newest)) in sizes.iter().enumerate() {
        // Builds of one size would lie on each other.
        let radius = (radius - 1.7 * place as f64).max(1.5);
        let wide = if *is_newest { 2.2 } else { 1.2 };
        let _ = writeln!(
            out,
            r##"<circle cx="{x:.1}" cy="{y:.1}" r="{radius:.1}" fill="none" stroke="{}" stroke-width="{wide}"/>"##,
            colour(*verdict)
        );
    }
    if tree.rings.len() > 1 {
        let _ = writeln!(
            out,
            r##"<text x="{:.1}" y="{:.1}" font-size="9.5" fill="#6d6558">{}</text>"##,
            x + RING + 3.0,
            y + 3.0,
            tree.rings.len()
        );
    }
}

fn name(out: &mut String, tree: &ForestTree, (x, bottom): (f64, f64)) {
    let size = match tree.size_mb {
        None => "unmeasured".to_owned(),
        Some(size) if size >= 1000.0 => format!("{:.2} GB", size / 1000.0),
        Some(size) => format!("{size:.1} MB"),
    };
    let pressure = tree.pressure.map_or_else(String::new, |pressure| format!(" · P {pressure:.2}"));
    let services = match tree.branches.len() {
        // Leaves can be counted.
        0..=LEAVES => String::new(),
        count => format!(" · {count}"),
    };
    let _ = writeln!(
        out,
        r##"<text x="{x:.1}" y="{:.1}" font-size="13" font-weight="600" text-anchor="middle" fill="#33302a">{}</text><text x="{x:.1}" y="{:.1}" font-size="10.5" text-anchor="middle" fill="#6d6558">{}</text>"##,
        bottom - 16.0,
        escape(&shorten(&tree.name, 21)),
        bottom - 3.0,
        escape(&format!("{size}{pressure}{services}"))
    );
}
