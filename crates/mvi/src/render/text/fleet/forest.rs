//! The forest as text: what stands on what, indented; layers as a bar, services as branches.

use std::collections::BTreeMap;
use std::io;

use crate::render::text::audit::verdict_style;
use crate::render::text::page::{Page, layers, paint};
use crate::report::fleet::{ForestReport, ForestTree};

/// Services of one tree that are named.
const NAMED: usize = 4;
/// Deeper trees are drawn no further in; lineage is at most as deep as layers.
const DEEPEST: usize = 24;
/// Layers of one bar.
const LAYERS: usize = 40;

pub(super) fn write(report: &ForestReport, page: &mut Page<'_>) -> io::Result<()> {
    let services: usize = report.trees.iter().map(|tree| tree.branches.len()).sum();
    let right = format!("{} · {} branches", report.standard, services);
    page.both(paint::BOLD, &format!("{} trees", report.trees.len()), &right)?;
    let mut above: BTreeMap<Option<&str>, Vec<&ForestTree>> = BTreeMap::new();
    for tree in &report.trees {
        above.entry(tree.roots.first().map(|root| root.reference.as_str())).or_default().push(tree);
    }
    let own: Vec<&str> = report.trees.iter().map(|tree| tree.reference.as_str()).collect();
    for (root, trees) in &above {
        // What stands on a tree of the fleet is drawn with that tree.
        if root.is_some_and(|root| own.contains(&root)) {
            continue;
        }
        page.blank()?;
        match root {
            Some(root) => {
                let deeper = trees.first().map(|tree| tree.roots.iter().skip(1)).into_iter().flatten();
                let deeper: String = deeper.map(|root| format!(" ← {}", root.reference)).collect();
                page.line(&[(paint::BOLD, "● "), (paint::BOLD, root), (paint::DIM, &deeper)])?;
            }
            None => page.line(&[(paint::DIM, "○ on no known base")])?,
        }
        for (place, tree) in trees.iter().enumerate() {
            branch(page, tree, (&above, ""), (place + 1 == trees.len(), 1))?;
        }
    }
    Ok(())
}

fn branch(
    page: &mut Page<'_>,
    tree: &ForestTree,
    (above, before): (&BTreeMap<Option<&str>, Vec<&ForestTree>>, &str),
    (is_last, depth): (bool, usize),
) -> io::Result<()> {
    let (turn, on) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
    let size = tree.size_mb.map_or_else(|| "unmeasured".to_owned(), |size| format!("{size:.2} MB"));
    let rings = if tree.rings.len() > 1 { format!("  {} rings", tree.rings.len()) } else { String::new() };
    let gid = tree.gid.as_ref().map_or_else(String::new, |gid| format!("  {gid}"));
    page.line(&[
        (paint::DIM, before),
        (paint::DIM, turn),
        (paint::BOLD, &tree.reference),
        (paint::PLAIN, "  "),
        (verdict_style(tree.verdict), tree.verdict.code()),
        (paint::PLAIN, &format!("  {size}{rings}")),
        (paint::DIM, &gid),
    ])?;
    let indent = format!("{before}{on}");
    if !tree.trunk.is_empty() {
        let (of_base, own) = bars(tree);
        let text = format!("  {}", layers(tree.trunk.len() as u64));
        page.line(&[
            (paint::DIM, &format!("{indent}   ")),
            (paint::DIM, &of_base),
            (verdict_style(tree.verdict), &own),
            (paint::DIM, &text),
        ])?;
    }
    if !tree.branches.is_empty() {
        let more = tree.branches.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let named: Vec<&str> = tree.branches.iter().take(NAMED).map(String::as_str).collect();
        let text = format!("↑ {}{more}", named.join(", "));
        page.line(&[(paint::DIM, &format!("{indent}   ")), (paint::FAIR, &text)])?;
    }
    let children = above.get(&Some(tree.reference.as_str())).map(Vec::as_slice).unwrap_or_default();
    if depth >= DEEPEST {
        return if children.is_empty() { Ok(()) } else { page.line(&[(paint::DIM, &format!("{indent}…"))]) };
    }
    for (place, child) in children.iter().enumerate() {
        branch(page, child, (above, &indent), (place + 1 == children.len(), depth + 1))?;
    }
    Ok(())
}

/// One block a layer, as tall as its share of the largest; those of the base apart from the image's own.
fn bars(tree: &ForestTree) -> (String, String) {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let largest = tree.trunk.iter().filter_map(|layer| layer.unpacked_mb).fold(0.0, f64::max);
    let block = |size: Option<f64>| match size {
        Some(size) if largest > 0.0 => BLOCKS[((size / largest * 7.0).round() as usize).min(7)],
        Some(_) => BLOCKS[0],
        None => '?',
    };
    let draw = |of_base: bool| {
        let layers = tree.trunk.iter().take(LAYERS).filter(|layer| layer.of_base == of_base);
        layers.map(|layer| block(layer.unpacked_mb)).collect()
    };
    (draw(true), draw(false))
}
