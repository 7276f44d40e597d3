//! Decisions about bases, as text.

use std::io;

use crate::render::text::page::{Page, paint};
use crate::report::fleet::DecisionsReport;

pub(super) fn write(report: &DecisionsReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.decisions.is_empty() {
        return page.line(&[(paint::DIM, "nothing was decided yet; mvi spiral run decides")]);
    }
    for row in &report.decisions {
        let chosen = row.chosen.as_deref().unwrap_or("no base can be had");
        let kept = if row.chosen.as_ref() == Some(&row.requested) { "stays on" } else { "takes" };
        let left = format!("{}  {kept} {chosen}", row.service);
        page.both(paint::BOLD, &left, &row.at.strftime("%F %R").to_string())?;
        page.wrapped(paint::DIM, "  ", 2, &format!("{}, event {}, {}", row.id, row.event, row.digest))?;
        if let Some(reason) = row.document["reason"].as_str() {
            page.wrapped(paint::PLAIN, "  ", 2, reason)?;
        }
    }
    Ok(())
}
