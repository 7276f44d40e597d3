//! `mvi audit`.

use std::io::Write as _;

use mvi_image::Location;
use mvi_inventory::InventoryCollector;
use mvi_standard::Verdict;
use mvi_standard::judge::{GateStatus, worst_gate};

use super::args::{AuditArgs, FailOn, Format, RoleArg};
use super::look::{examine_options, location};
use super::output::{Exit, Failure, complaint, show};
use crate::actions::Examiner;
use crate::actions::audit::{AuditOptions, Statement, audit};
use crate::progress::Bars;
use crate::render::Report;
use crate::report::{AuditReport, AuditedImage};
use crate::{settings, standards};

pub(super) fn run(args: &AuditArgs) -> Result<Exit, Failure> {
    let standard = standards::load(args.standard.as_deref())?;
    let statement = statement(args, &standard)?;
    let now = args.at.unwrap_or_else(settings::now);
    let crqs = super::crq::in_force(args.crq.as_deref(), args.store.as_deref())?;
    let locations = args.images.iter().map(|image| location(image)).collect::<Result<Vec<Location>, _>>()?;
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let examiner = Examiner { options: &options, collector: &InventoryCollector, estimate: true, progress: &bars };
    let fleet = super::fleet::known_fleet(args.store.as_deref())?;
    let report = audit(
        &examiner,
        &locations,
        &AuditOptions { standard: &standard, statement: &statement, crqs: &crqs, fleet: fleet.as_ref(), now },
    );
    bars.clear();
    let report = report?;
    if let Some(cache) = &options.cache {
        cache.settle();
    }
    if !(args.read.quiet && args.read.format == Format::Text)
        && (!report.images.is_empty() || args.read.format != Format::Text)
    {
        show(&Report::Audit(&report), args.read.format)?;
    }
    for unreadable in &report.unreadable {
        writeln!(anstream::stderr(), "{}", complaint(unreadable))?;
    }
    Ok(exit(&report, &args.fail_on))
}

fn statement(args: &AuditArgs, standard: &mvi_standard::Standard) -> Result<Statement, Failure> {
    if let Some(class) = args.class.as_deref().filter(|class| standard.row(class).is_none()) {
        let rows: Vec<_> = standard.rows.iter().map(|row| row.id.as_str()).collect();
        let rows = rows.join(", ");
        return Err(Failure::usage(format!("the standard {} has no row `{class}`; it has: {rows}", standard.meta.id)));
    }
    Ok(Statement {
        name: args.name.clone(),
        base: args.base.clone(),
        base_layers: args.base_layers,
        class: args.class.clone(),
        is_base: args.role == RoleArg::Base,
    })
}

fn exit(report: &AuditReport, fail_on: &[FailOn]) -> Exit {
    let failed = report.images.iter().any(|image| fail_on.iter().any(|limit| fails(image, *limit)));
    let unreadable = &report.unreadable;
    match (unreadable.is_empty(), failed) {
        (false, _) if unreadable.iter().all(|unreadable| unreadable.is_usage) => Exit::Usage,
        (false, _) => Exit::Unreadable,
        (true, true) => Exit::Failed,
        (true, false) => Exit::Fine,
    }
}

fn fails(image: &AuditedImage, limit: FailOn) -> bool {
    let judgement = &image.judgement;
    // What was not measured never passes.
    let at_least =
        |verdict: Verdict| judgement.verdict.severity().is_none_or(|found| Some(found) >= verdict.severity());
    let gates = worst_gate(&judgement.gates);
    match limit {
        FailOn::Justified => at_least(Verdict::Justified),
        FailOn::Review => at_least(Verdict::Review),
        FailOn::Audit => at_least(Verdict::Audit),
        FailOn::Replace => at_least(Verdict::Replace),
        FailOn::Gate => gates == Some(GateStatus::Fail),
        FailOn::GateData => judgement.gates.iter().any(|gate| gate.status != GateStatus::Pass),
    }
}
