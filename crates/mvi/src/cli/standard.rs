//! `mvi standard`.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use mvi_standard::diff::{Change, ChangeKind, diff};
use mvi_standard::fleet::{FleetChange, Outcome, fleet_changes, judge_fleet};
use mvi_standard::fleet_file::FleetFile;
use mvi_standard::standard::RomStatus;
use mvi_standard::{LintFinding, Severity, Standard, lint};
use serde::Serialize;

use super::args::{ShowFormat, StandardArgs, StandardVerb};
use super::output::{Exit, Failure};
use crate::render::{Page, paint};
use crate::{settings, standards};

pub(super) fn run(args: &StandardArgs) -> Result<Exit, Failure> {
    match &args.verb {
        StandardVerb::Show { standard, format } => show(&standards::load(standard.as_deref())?, *format),
        StandardVerb::Lint { standard, on, format } => {
            let standard = standards::load(standard.as_deref())?;
            let today = on.unwrap_or_else(|| settings::now().to_zoned(jiff::tz::TimeZone::UTC).date());
            let findings = lint(&standard, today);
            print_lint(&standard, &findings, *format)?;
            let bad = findings.iter().any(|finding| finding.severity >= Severity::High);
            Ok(if bad { Exit::Failed } else { Exit::Fine })
        }
        StandardVerb::Diff { old, new, fleet, format } => {
            let (old, new) = (standards::load(Some(old))?, standards::load(Some(new))?);
            let changes = diff(&old, &new);
            let images = fleet.as_deref().map(|fleet| fleet_diff(&old, &new, fleet)).transpose()?;
            print_diff(&changes, images.as_deref(), *format)?;
            Ok(if changes.is_empty() { Exit::Fine } else { Exit::Failed })
        }
    }
}

fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
    Ok(writeln!(anstream::stdout(), "{text}")?)
}

fn show(standard: &Standard, format: ShowFormat) -> Result<Exit, Failure> {
    if format == ShowFormat::Json {
        json(&serde_json::json!({"digest": standard.digest(), "standard": standard.document()}))?;
        return Ok(Exit::Fine);
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    page.both(paint::BOLD, &standard.meta.title, standard.digest())?;
    page.heading("Rows", "target, base")?;
    for row in &standard.rows {
        let target = format!("{}–{} MB", row.target_min_mb, row.target_max_mb);
        let text = format!("  {:<16}{target:<13}{}", row.id, row.base.join(", "));
        page.line(&[(paint::PLAIN, &text)])?;
    }
    page.heading("Bases", "status")?;
    for base in &standard.rom_bases {
        let status = match base.status {
            RomStatus::Floor => "FLOOR",
            RomStatus::Justified => "JUSTIFIED",
        };
        page.both(paint::PLAIN, &format!("  {}", base.reference), status)?;
    }
    page.heading("Banned", "use instead")?;
    for ban in &standard.banned {
        page.both(paint::PLAIN, &format!("  {}", ban.pattern), &ban.use_instead)?;
    }
    page.heading("Gates", "")?;
    for gate in &standard.acceptance {
        page.line(&[(
            paint::PLAIN,
            &format!("  {:<11}{} {} {} {}", gate.id, gate.criterion, gate.op.as_str(), gate.threshold, gate.unit),
        )])?;
    }
    page.heading("Verdict rules", "first that holds decides")?;
    for rule in &standard.verdict_rules {
        page.wrapped(paint::PLAIN, &format!("  {}  {:<10}", rule.id, rule.verdict.code()), 16, &rule.when)?;
    }
    Ok(Exit::Fine)
}

fn print_lint(standard: &Standard, findings: &[LintFinding], format: ShowFormat) -> Result<(), Failure> {
    if format == ShowFormat::Json {
        return json(
            &serde_json::json!({"schema": "mvi-standard-lint/1", "standard": standard.meta.id, "findings": findings}),
        );
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    for finding in findings {
        let style = if finding.severity >= Severity::High { paint::BAD } else { paint::WARN };
        page.line(&[
            (style, finding.code),
            (paint::BOLD, &format!("  {}", finding.subject)),
            (paint::DIM, &format!("  {}", finding.severity)),
        ])?;
        page.wrapped(paint::PLAIN, "", 2, &finding.text)?;
        page.wrapped(paint::GOOD, "", 2, &format!("→ {}", finding.advice))?;
    }
    page.line(&[(paint::DIM, &format!("{} findings in {}", findings.len(), standard.meta.title))])?;
    Ok(())
}

/// Images of a fleet that two standards see differently.
fn fleet_diff(old: &Standard, new: &Standard, path: &Path) -> Result<Vec<FleetChange>, Failure> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the fleet `{}`", path.display()))?;
    let fleet = FleetFile::read(&bytes).with_context(|| format!("`{}` is no valid fleet", path.display()))?;
    let now = settings::now();
    let judged = |standard: &Standard| judge_fleet(standard, &fleet, &[], now);
    Ok(fleet_changes(&judged(old), &judged(new)))
}

fn print_fleet(page: &mut Page<'_>, images: &[FleetChange]) -> Result<(), Failure> {
    page.heading("Images", "verdict, segment, triggers")?;
    let told = |outcome: &Option<Outcome>| {
        outcome.as_ref().map_or_else(
            || "–".to_owned(),
            |told| {
                let triggers: Vec<String> = told.triggers.iter().map(|trigger| format!("{trigger:?}")).collect();
                let triggers = if triggers.is_empty() { String::new() } else { format!(" {}", triggers.join(",")) };
                format!("{} {}{triggers}", told.verdict.code(), told.segment)
            },
        )
    };
    for image in images {
        page.both(paint::PLAIN, &format!("  {}", image.name), &format!("{} → {}", told(&image.old), told(&image.new)))?;
    }
    page.line(&[(paint::DIM, &format!("{} images would be seen differently", images.len()))])?;
    Ok(())
}

fn print_diff(changes: &[Change], images: Option<&[FleetChange]>, format: ShowFormat) -> Result<(), Failure> {
    if format == ShowFormat::Json {
        return json(&serde_json::json!({"schema": "mvi-standard-diff/1", "changes": changes, "images": images}));
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    for change in changes {
        let (style, mark) = match change.kind {
            ChangeKind::Added => (paint::GOOD, "+"),
            ChangeKind::Removed => (paint::BAD, "-"),
            ChangeKind::Changed => (paint::WARN, "~"),
        };
        let key = change.key.as_ref().map_or_else(String::new, |key| format!(":{key}"));
        page.line(&[(style, mark), (paint::BOLD, &format!(" {}{key}", change.table))])?;
        for field in &change.fields {
            let value =
                |value: &Option<serde_json::Value>| value.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
            page.line(&[(
                paint::PLAIN,
                &format!("    {}: {} → {}", field.field, value(&field.old), value(&field.new)),
            )])?;
        }
    }
    page.line(&[(paint::DIM, &format!("{} changes", changes.len()))])?;
    images.map_or(Ok(()), |images| print_fleet(&mut page, images))
}
