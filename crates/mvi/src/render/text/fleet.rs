//! Reports about the fleet as text.

mod answers;
mod belt;
mod card;
mod decisions;
mod findings;
mod forest;
mod list;
mod log;
mod reading;
mod score;
mod table;

use std::io;

use mvi_standard::judge::Finding;

use super::page::{Page, paint};
use crate::report::fleet::{AcceptReport, AdvisoriesReport, Change, FleetReport, ImportReport, RegisterReport};

pub(super) fn write(report: &FleetReport, page: &mut Page<'_>) -> io::Result<()> {
    match report {
        FleetReport::Import(report) => import(report, page),
        FleetReport::List(report) => list::write(report, page),
        FleetReport::Solvency(report) => score::write(report, page),
        FleetReport::Plan(report) => score::write_plan(report, page),
        FleetReport::Belt(report) => belt::write(report, page),
        FleetReport::Card(report) => card::write(report, page),
        FleetReport::Findings(report) => findings::write(report, page),
        FleetReport::Accept(report) => accept(report, page),
        FleetReport::Advisories(report) => advisories(report, page),
        FleetReport::Register(report) => register(report, page),
        FleetReport::Log(report) => log::write(report, page),
        FleetReport::Record(report) => reading::record(report, page),
        FleetReport::Scan(report) => reading::scan(report, page),
        FleetReport::Lineage(report) => answers::lineage(report, page),
        FleetReport::Forest(report) => forest::write(report, page),
        FleetReport::Answer(report) => answers::write(report, page),
        FleetReport::Similar(report) => answers::similar(report, page),
        FleetReport::Due(report) => answers::due(report, page),
        FleetReport::Decisions(report) => decisions::write(report, page),
        FleetReport::Judge(report) => {
            let text = format!("{} judgements are new, by {}", report.changed, report.standard);
            page.line(&[(paint::BOLD, &text)])?;
            score::headline(&report.solvency, page)
        }
    }
}

fn import(report: &ImportReport, page: &mut Page<'_>) -> io::Result<()> {
    let count = |change| report.images.iter().filter(|image| image.change == change).count();
    let told = format!("{} new, {} changed, {} known", count(Change::New), count(Change::Changed), count(Change::Same));
    page.both(paint::BOLD, &format!("{} images", report.images.len()), &told)?;
    if !report.organisms.is_empty() {
        let text = format!("{} organisms of {} registered", report.organisms.len(), report.standard);
        page.line(&[(paint::DIM, &text)])?;
    }
    if !report.exceptions.is_empty() {
        let text = format!(
            "{} exceptions of {} became change requests, which expire",
            report.exceptions.len(),
            report.standard
        );
        page.line(&[(paint::DIM, &text)])?;
    }
    let told: Vec<_> = report.images.iter().filter(|image| image.findings.iter().any(is_about_declaration)).collect();
    if !told.is_empty() {
        page.heading("What was declared and what is computed", "")?;
    }
    for image in told {
        page.line(&[(paint::BOLD, "  "), (paint::BOLD, &image.name)])?;
        findings::list(image.findings.iter().filter(|finding| is_about_declaration(finding)), 4, page)?;
    }
    page.blank()?;
    score::headline(&report.solvency, page)
}

fn is_about_declaration(finding: &Finding) -> bool {
    finding.code.starts_with("D-") || finding.code == "W-JUSTIFIED-UNBACKED"
}

fn accept(report: &AcceptReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.accepted.is_empty() {
        return page.line(&[(paint::DIM, "nothing to accept: no declaration is worse than what is computed")]);
    }
    for image in &report.accepted {
        let text = format!("  declared {}, now {}", image.declared, image.accepted);
        page.line(&[(paint::BOLD, &image.reference), (paint::PLAIN, &text)])?;
    }
    Ok(())
}

fn advisories(report: &AdvisoriesReport, page: &mut Page<'_>) -> io::Result<()> {
    let told = format!("{} new, {} changed, {} known", report.new, report.changed, report.same);
    page.both(paint::BOLD, &format!("{} advisories", report.records), &told)?;
    let text = format!("{} of them affect {} package versions of the fleet", report.affecting, report.packages);
    page.line(&[(paint::PLAIN, &text)])?;
    let aside = [(report.withdrawn, "withdrawn"), (report.elsewhere, "about kinds of packages not found in images")];
    for (count, what) in aside.into_iter().filter(|(count, _)| *count > 0) {
        page.line(&[(paint::DIM, &format!("{count} {what}"))])?;
    }
    if report.undecided > 0 {
        let text = format!("{} cannot be decided, as a version has no place in its order:", report.undecided);
        page.line(&[(paint::BOLD, &text)])?;
    }
    for one in &report.undecided_first {
        page.wrapped(paint::PLAIN, "", 2, &format!("{} before {}", one.advisory, one.package))?;
    }
    for one in &report.unreadable {
        page.wrapped(paint::BOLD, "", 2, &format!("not read: {}: {}", one.place, one.reason))?;
    }
    Ok(())
}

fn register(report: &RegisterReport, page: &mut Page<'_>) -> io::Result<()> {
    let how = match (report.new, report.provisional) {
        (false, _) => "was registered before",
        (true, true) => "registered, provisionally",
        (true, false) => "registered",
    };
    page.both(paint::BOLD, &format!("{} {how}", report.gid), &format!("event {}", report.event))?;
    let text =
        format!("{} · {} · {} · {} · {}", report.reference, report.status, report.school, report.vsm, report.rom);
    page.wrapped(paint::PLAIN, "", 2, &text)
}
