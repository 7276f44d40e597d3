//! A table that fits its page: names are cut first, then columns left out from the right.

use std::io;

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use crate::render::harmless;
use crate::render::text::page::{Page, cut, pad, paint};

/// Between two columns.
const GAP: usize = 2;
/// A column that may be cut keeps so many characters.
const LEAST: usize = 16;

/// One column of a table.
pub(super) struct Column {
    /// What it is called.
    pub head: &'static str,
    /// Whether numbers stand in it, at the right edge.
    pub right: bool,
    /// Whether it may be cut.
    pub cuts: bool,
}

/// Writes a head and rows, one cell a column; columns that do not fit are left out. Gives the names of those.
pub(super) fn write(
    page: &mut Page<'_>,
    columns: &[Column],
    rows: &[Vec<(Style, String)>],
) -> io::Result<Vec<&'static str>> {
    let rows: Vec<Vec<(Style, String)>> = rows
        .iter()
        .map(|row| row.iter().map(|(style, text)| (*style, harmless(text).into_owned())).collect())
        .collect();
    let natural = |at: usize, column: &Column| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|(_, text)| text.width());
        cells.max().unwrap_or(0).max(column.head.width())
    };
    let mut widths: Vec<usize> = columns.iter().enumerate().map(|(at, column)| natural(at, column)).collect();
    let mut shown = columns.len();
    while shown > 1 && least(&columns[..shown], &widths) > page.width() {
        shown -= 1;
    }
    shrink(&columns[..shown], &mut widths, page.width());
    let head: Vec<(Style, String)> = columns.iter().map(|column| (paint::DIM, column.head.to_owned())).collect();
    for row in std::iter::once(&head).chain(&rows) {
        let mut pieces: Vec<(Style, String)> = Vec::new();
        for (at, column) in columns[..shown].iter().enumerate() {
            let Some((style, text)) = row.get(at) else { continue };
            let text = cut(text, widths[at]);
            let text = if column.right {
                " ".repeat(widths[at].saturating_sub(text.width())) + &text
            } else {
                pad(&text, widths[at])
            };
            if at > 0 {
                pieces.push((paint::PLAIN, " ".repeat(GAP)));
            }
            pieces.push((*style, text));
        }
        let pieces: Vec<(Style, &str)> = pieces.iter().map(|(style, text)| (*style, text.as_str())).collect();
        page.line(&pieces)?;
    }
    Ok(columns[shown..].iter().map(|column| column.head).collect())
}

/// The narrowest that these columns can be.
fn least(columns: &[Column], widths: &[usize]) -> usize {
    let narrow = |(column, width): (&Column, &usize)| if column.cuts { (*width).min(LEAST) } else { *width };
    columns.iter().zip(widths).map(narrow).sum::<usize>() + GAP * columns.len().saturating_sub(1)
}

/// Takes what is too much from the widest column that may be cut.
fn shrink(columns: &[Column], widths: &mut [usize], room: usize) {
    loop {
        let sum: usize = widths[..columns.len()].iter().sum::<usize>() + GAP * columns.len().saturating_sub(1);
        let widest = (0..columns.len()).filter(|at| columns[*at].cuts).max_by_key(|at| widths[*at]);
        match widest {
            Some(at) if sum > room && widths[at] > LEAST => widths[at] -= 1,
            Some(_) | None => return,
        }
    }
}
