//! Findings as text: how often each was found, then subject by subject.

use std::io;

use anstyle::Style;
use mvi_standard::Severity;
use mvi_standard::judge::Finding;

use crate::render::text::page::{Page, paint};
use crate::report::fleet::FindingsReport;

pub(super) fn write(report: &FindingsReport, page: &mut Page<'_>) -> io::Result<()> {
    let total: u64 = report.counts.values().sum();
    let looked = format!("{} images and organisms looked at, by {}", report.looked_at, report.standard);
    page.both(paint::BOLD, &format!("{total} findings"), &looked)?;
    let width = report.counts.keys().map(|code| code.len()).max().unwrap_or(0);
    for (code, count) in &report.counts {
        page.line(&[(paint::PLAIN, &format!("  {code:width$}  {count:>6}"))])?;
    }
    for about in &report.found {
        page.blank()?;
        let platform = about.platform.as_deref().filter(|platform| *platform != "unknown").unwrap_or("");
        page.both(paint::BOLD, &about.subject, platform)?;
        list(&about.findings, 2, page)?;
    }
    Ok(())
}

/// Findings, one a paragraph, `indent` columns in.
pub(super) fn list<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    indent: usize,
    page: &mut Page<'_>,
) -> io::Result<()> {
    for finding in findings {
        let text = format!("{} ({}): {}", finding.code, finding.severity, finding.text);
        page.wrapped(style(finding.severity), "", indent, &text)?;
    }
    Ok(())
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::High => paint::BAD,
        Severity::Medium => paint::WARN,
        Severity::Low | Severity::Info => paint::PLAIN,
    }
}
