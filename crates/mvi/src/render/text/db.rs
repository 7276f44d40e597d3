//! The index of advisories, as text.

use std::io;

use super::page::{Page, paint};
use crate::report::Megabytes;
use crate::report::db::{DbFeed, DbImportReport, DbStatusReport, FetchOutcome};

/// Rejects that are shown; all are counted.
const SHOWN: usize = 20;

pub(super) fn import(report: &DbImportReport, page: &mut Page<'_>) -> io::Result<()> {
    let style = if report.rejected == 0 { paint::GOOD } else { paint::WARN };
    let counts = format!("{} records read: {} taken, {} rejected", report.read, report.taken, report.rejected);
    page.line(&[(style, &counts)])?;
    for reject in report.rejects.iter().take(SHOWN) {
        page.wrapped(paint::PLAIN, "  ", 4, &format!("{}: {}", reject.place, reject.reason))?;
    }
    let shown = report.rejects.len().min(SHOWN) as u64;
    if report.rejected > shown {
        page.line(&[(
            paint::DIM,
            &format!("  and {} more; --format json names the first 200", report.rejected - shown),
        )])?;
    }
    for fetch in &report.fetched {
        let (style, said) = match (fetch.outcome, fetch.bytes) {
            (FetchOutcome::Fetched, bytes) => {
                (paint::PLAIN, format!("fetched, {}", Megabytes(bytes.unwrap_or_default())))
            }
            (FetchOutcome::Unchanged, _) => (paint::DIM, "as it was".to_owned()),
            (FetchOutcome::Failed, _) => (paint::BAD, "not to be had".to_owned()),
        };
        page.line(&[(paint::PLAIN, &format!("  {}: ", fetch.url)), (style, &said)])?;
    }
    page.blank()?;
    index(page, &report.index, (report.advisories, report.packages, report.bytes))?;
    feeds(&report.feeds, page)
}

pub(super) fn status(report: &DbStatusReport, page: &mut Page<'_>) -> io::Result<()> {
    index(page, &report.index, (report.advisories, report.packages, report.bytes))?;
    feeds(&report.feeds, page)?;
    let names = |fresh: bool| {
        let levels = report.levels.iter().filter(|level| level.fresh == fresh);
        levels
            .map(|level| format!("L{} {} ({} d)", level.level, level.name, level.max_days))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (style, said, names) in
        [(paint::GOOD, "young enough for", names(true)), (paint::WARN, "too old for", names(false))]
    {
        if !names.is_empty() {
            page.line(&[(style, said), (paint::PLAIN, &format!(" {names}"))])?;
        }
    }
    if let Some(days) = report.max_age_days {
        let stale = report.feeds.iter().filter(|feed| feed.stale).count();
        let style = if stale == 0 { paint::GOOD } else { paint::BAD };
        page.line(&[(style, &format!("{stale} of {} feeds older than {days} days", report.feeds.len()))])?;
    }
    Ok(())
}

fn index(page: &mut Page<'_>, path: &str, (advisories, packages, bytes): (usize, usize, usize)) -> io::Result<()> {
    let size = Megabytes(bytes as u64);
    page.both(paint::BOLD, path, &format!("{advisories} advisories on {packages} packages, {size}"))
}

fn feeds(feeds: &[DbFeed], page: &mut Page<'_>) -> io::Result<()> {
    let width = feeds.iter().map(|feed| feed.name.chars().count()).max().unwrap_or_default();
    for feed in feeds {
        let day = |time: &str| time.chars().take(10).collect::<String>();
        let newest =
            feed.newest.as_deref().map_or_else(|| "no date".to_owned(), |time| format!("newest {}", day(time)));
        let withdrawn = if feed.withdrawn == 0 { String::new() } else { format!(", {} withdrawn", feed.withdrawn) };
        let age = match feed.age_days {
            0 => "imported today".to_owned(),
            1 => "imported 1 day ago".to_owned(),
            days => format!("imported {days} days ago"),
        };
        let style = if feed.stale { paint::BAD } else { paint::PLAIN };
        let name = format!("  {:width$}  {:>8}", feed.name, feed.records);
        page.line(&[(paint::PLAIN, &name), (paint::DIM, &format!("{withdrawn}  {newest}, ")), (style, &age)])?;
    }
    Ok(())
}
