//! What another base would change, as text: a line a base, then what stays or comes with the best of them.

use std::collections::HashMap;
use std::io;

use super::page::{Page, paint};
use super::vulns::style;
use crate::report::vulns::base::{BaseUpdate, Fate};
use crate::report::vulns::{VulnNote, VulnsReport};

/// Advisories that come with a base, shown.
const ADDED: usize = 8;

pub(super) fn bases(report: &VulnsReport, page: &mut Page<'_>) -> io::Result<()> {
    let Some(best) = report.base_updates.first() else { return Ok(()) };
    page.heading("Base", "")?;
    if let Some(base) = &report.base {
        let name = base.reference.as_ref().map_or_else(String::new, |name| format!(", {name}"));
        page.wrapped(paint::DIM, "", 2, &format!("today's is the first {} layers{name}", base.layers))?;
    }
    for update in &report.base_updates {
        let is_first = std::ptr::eq(update, best);
        page.wrapped(if is_first { paint::BOLD } else { paint::PLAIN }, "", 2, &sentence(update))?;
        for gap in &update.unchecked {
            let text = format!("not looked up there: {} of {}", gap.packages, gap.ecosystem.as_str());
            page.wrapped(paint::WARN, "", 4, &text)?;
        }
    }
    for note in best.added.iter().take(ADDED) {
        let fix = note.fixed_in.as_ref().map_or_else(String::new, |fix| format!(" → {fix}"));
        page.line(&[
            (style(note.level), &format!("  + {:<10}", note.level.as_str())),
            (paint::BOLD, &format!("{:<20} ", note.id)),
            (paint::PLAIN, &format!("{}{fix}", note.package)),
        ])?;
    }
    if best.added.len() > ADDED {
        page.line(&[(paint::DIM, &format!("  and {} more that come with it", best.added.len() - ADDED))])?;
    }
    Ok(())
}

/// What moving to a base does, as one sentence.
pub(in crate::render) fn sentence(update: &BaseUpdate) -> String {
    let title = update.image.title();
    if update.is_current {
        return format!("{title} is today's base: it leaves {} of {}", update.leaves + update.unknown, update.of);
    }
    let unknown = if update.unknown > 0 { format!(", {} unknown", update.unknown) } else { String::new() };
    format!(
        "updating the base to {title} removes {} of {}{unknown}, adds {}; {} of what stays is high or worse",
        update.removes, update.of, update.adds, update.high_or_worse
    )
}

/// What becomes of each finding with the best base, by the finding.
pub(super) struct Fates<'a>(HashMap<(&'a str, &'a str, &'a str), String>);

impl<'a> Fates<'a> {
    pub(super) fn of(report: &'a VulnsReport) -> Self {
        let rows = report.base_updates.first().map(|best| best.findings.as_slice()).unwrap_or_default();
        let said = |fate: Fate, there: &[String]| match fate {
            Fate::Fixed => format!("the other base is not affected: {}", there.join(", ")),
            Fate::Gone => "the other base has no such package".to_owned(),
            Fate::Answered => format!("the other base is said not to be affected: {}", there.join(", ")),
            Fate::Still => format!("the other base has it too: {}", there.join(", ")),
            Fate::Unknown => format!("nobody can tell of the other base's {}", there.join(", ")),
        };
        let row = |row: &'a crate::report::vulns::base::BaseFate| {
            ((row.id.as_str(), row.purl.as_str(), row.record.as_str()), said(row.fate, &row.there))
        };
        Self(rows.iter().map(row).collect())
    }

    pub(super) fn of_note(&self, note: &VulnNote) -> Option<String> {
        self.0.get(&(note.id.as_str(), note.package.purl.as_str(), note.package.record.as_str())).cloned()
    }
}
