//! The HTML page around the picture: the same trees as a table, for those who read rather than look.

use std::fmt::Write as _;

use super::{escape, svg};
use crate::report::fleet::ForestReport;

const STYLE: &str = "body{margin:0;background:#fbf8f0;color:#33302a;font:15px/1.45 'Iowan Old Style',Palatino,Georgia,serif}\
main{max-width:1680px;margin:0 auto;padding:0 24px 48px}svg{display:block;width:100%;height:auto}\
table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;padding:4px 12px 4px 0;\
border-bottom:1px solid #e2d8c3;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\
th{font-weight:600;color:#6d6558}h2{font-weight:500;margin:32px 0 8px}@media print{h2,table{break-before:page}}";

/// The forest as an HTML page that needs nothing else: no script, no font, no other file.
#[must_use]
pub(crate) fn html(report: &ForestReport) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>The forest of the fleet</title>\n<style>{STYLE}</style>\n<main>\n{}\n<h2>Every tree</h2>\n<table>\n\
         <tr><th>Tree<th>Verdict<th class=n>MB<th class=n>P<th class=n>Segment<th class=n>Layers<th class=n>Rings\
         <th>Stands on<th>Services\n",
        svg(report)
    );
    for tree in &report.trees {
        let number =
            |value: Option<f64>, digits: usize| value.map_or_else(|| "–".into(), |value| format!("{value:.digits$}"));
        let roots: Vec<&str> = tree.roots.iter().map(|root| root.reference.as_str()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<tr><td>{}<td>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td>{}<td>{}",
            escape(&tree.reference),
            tree.verdict,
            number(tree.size_mb, 2),
            number(tree.pressure, 4),
            tree.segment,
            tree.trunk.len(),
            tree.rings.len(),
            escape(&roots.join(" ← ")),
            escape(&tree.branches.join(", "))
        );
    }
    out.push_str("</table>\n</main>\n</html>\n");
    out
}
