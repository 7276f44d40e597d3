//! Events as a table.

use std::io;

use anstyle::Style;

use super::table;
use crate::render::text::page::{Page, cut, paint};
use crate::report::fleet::LogReport;

pub(super) fn write(report: &LogReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.left_out > 0 {
        let text = format!("{} events before these; --limit 0 shows all", report.left_out);
        page.line(&[(paint::DIM, &text)])?;
    }
    let column = |head, right, cuts| table::Column { head, right, cuts };
    let columns = [
        column("EVENT", true, false),
        column("WHEN", false, false),
        column("KIND", false, false),
        column("SUBJECT", false, true),
        column("BY", false, true),
        column("HASH", false, false),
    ];
    let rows: Vec<Vec<(Style, String)>> = report
        .events
        .iter()
        .map(|event| {
            vec![
                (paint::BOLD, event.seq.to_string()),
                (paint::DIM, event.at.clone()),
                (paint::FAIR, event.kind.to_owned()),
                (paint::PLAIN, event.subject.clone()),
                (paint::PLAIN, event.actor.clone()),
                (paint::DIM, cut(&event.hash, 13)),
            ]
        })
        .collect();
    if rows.is_empty() {
        return page.line(&[(paint::DIM, "no such events")]);
    }
    table::write(page, &columns, &rows).map(|_| ())
}
