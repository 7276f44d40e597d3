//! Where every tree of the forest stands: rows of columns, trees with the same roots side by side.

use std::collections::BTreeMap;

use crate::report::fleet::{ForestReport, ForestTree};

/// Width of a tree's column, pixels.
pub(super) const CELL: f64 = 150.0;
/// Bases below each other that are drawn.
pub(super) const ROOTS: usize = 5;
/// Trees of one row.
const COLUMNS: usize = 10;
/// Columns of the narrowest picture, which has to hold the legend.
const LEAST: usize = 6;
/// Trees that are drawn: more would be seen by nobody.
const TREES: usize = 2000;
/// Height of the tallest trunk.
const TALLEST: f64 = 360.0;
/// Room above a trunk for its crown and its name.
const CROWN: f64 = 96.0;

/// The whole picture without its head.
pub(super) struct Layout<'r> {
    /// Width of all columns.
    pub(super) width: f64,
    /// Height of all rows.
    pub(super) height: f64,
    /// The rows.
    pub(super) stands: Vec<Stand<'r>>,
    /// Trees that found no room.
    pub(super) left_out: usize,
    /// The largest size, MB.
    largest: f64,
}

/// One row of trees.
pub(super) struct Stand<'r> {
    /// Trees, left to right.
    pub(super) trees: Vec<Placed<'r>>,
    /// Height of the ground, from the top of the picture.
    pub(super) ground: f64,
    /// Height of the tallest trunk.
    pub(super) tallest: f64,
    /// Room below the ground.
    pub(super) depth: f64,
}

/// A tree in its place.
pub(super) struct Placed<'r> {
    /// The tree.
    pub(super) tree: &'r ForestTree,
    /// The middle of its trunk.
    pub(super) x: f64,
}

impl<'r> Layout<'r> {
    /// Places all trees: groups with the same roots together, the heaviest group first.
    pub(super) fn of(report: &'r ForestReport) -> Self {
        let largest = report.trees.iter().filter_map(|tree| tree.size_mb).fold(0.0, f64::max);
        let mut groups: BTreeMap<Vec<&str>, Vec<&ForestTree>> = BTreeMap::new();
        for tree in report.trees.iter().take(TREES) {
            let roots = tree.roots.iter().take(ROOTS).map(|root| root.reference.as_str()).collect();
            groups.entry(roots).or_default().push(tree);
        }
        let mut groups: Vec<Vec<&ForestTree>> = groups.into_values().collect();
        let weight = |group: &[&ForestTree]| group.iter().filter_map(|tree| tree.size_mb).sum::<f64>();
        // Trees on known bases first, then those on none; in both the heaviest group first.
        groups.sort_by(|left, right| {
            let floats = |group: &[&ForestTree]| group.first().is_some_and(|tree| tree.roots.is_empty());
            floats(left).cmp(&floats(right)).then_with(|| weight(right).total_cmp(&weight(left)))
        });
        let rows = rows(groups);
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(LEAST);
        let mut layout = Self {
            width: columns as f64 * CELL,
            height: 0.0,
            stands: Vec::new(),
            left_out: report.trees.len().saturating_sub(TREES),
            largest,
        };
        for row in &rows {
            layout.add(row);
        }
        layout
    }

    fn add(&mut self, row: &[&'r ForestTree]) {
        let tallest = row.iter().map(|tree| self.height_of(tree.size_mb.unwrap_or(0.0))).fold(0.0, f64::max);
        let roots = row.iter().map(|tree| tree.roots.len().min(ROOTS)).max().unwrap_or(0);
        let depth = 62.0 + 24.0 * roots.max(1) as f64;
        let place = |(column, tree): (usize, &&'r ForestTree)| Placed { tree, x: (column as f64 + 0.5) * CELL };
        let ground = self.height + CROWN + tallest;
        let trees = row.iter().enumerate().map(place).collect();
        self.stands.push(Stand { trees, ground, tallest, depth });
        self.height = ground + depth + 26.0;
    }

    /// Pixels of a trunk of this size: areas and not heights are compared, so the root of the size counts.
    pub(super) fn height_of(&self, size_mb: f64) -> f64 {
        if self.largest > 0.0 { TALLEST * (size_mb.max(0.0) / self.largest).sqrt() } else { 0.0 }
    }
}

/// Groups in rows: a group stays together where a row can hold it, in the first row that still has room for it; a larger
/// one is cut into even parts.
fn rows(groups: Vec<Vec<&ForestTree>>) -> Vec<Vec<&ForestTree>> {
    let mut rows: Vec<Vec<&ForestTree>> = Vec::new();
    for group in groups {
        let parts = group.len().div_ceil(COLUMNS).max(1);
        for part in group.chunks(group.len().div_ceil(parts).max(1)) {
            match rows.iter_mut().find(|row| row.len() + part.len() <= COLUMNS) {
                Some(row) => row.extend_from_slice(part),
                None => rows.push(part.to_vec()),
            }
        }
    }
    rows
}

impl<'r> Stand<'r> {
    /// Neighbours with the same roots.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[Placed<'r>]> {
        let names = |placed: &Placed<'_>| -> Vec<String> {
            placed.tree.roots.iter().take(ROOTS).map(|root| root.reference.clone()).collect()
        };
        self.trees.chunk_by(move |left, right| names(left) == names(right))
    }
}
