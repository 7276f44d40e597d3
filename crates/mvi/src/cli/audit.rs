//! `mvi audit`.

use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use mvi_advisories::{Index, VexDocument};
use mvi_check::CheckCollector;
use mvi_image::Collector;
use mvi_inventory::{InventoryCollector, ProgramCollector};
use mvi_standard::Verdict;
use mvi_standard::judge::{GateStatus, worst_gate};

use super::args::Format;
use super::args::audit::{AuditArgs, FailOn, RoleArg};
use super::args::vulns::LevelArg;
use super::db::place;
use super::look::{collector_for, examine_options, location};
use super::output::{Exit, Failure, complaint, show};
use super::vex_files::documents;
use crate::actions::advisories::open;
use crate::actions::audit::{Asked, AuditOptions, Statement, audit};
use crate::actions::check::CheckOptions;
use crate::actions::vulns::VulnsOptions;
use crate::actions::{ExamineOptions, Examiner};
use crate::config::Config;
use crate::progress::Bars;
use crate::render::Report;
use crate::report::vulns::base::VulnsBase;
use crate::report::{AuditReport, AuditedImage};
use crate::{settings, standards};

pub(super) fn run(args: &AuditArgs) -> Result<Exit, Failure> {
    if args.fail_on.contains(&FailOn::Check) && !args.checks {
        return Err(Failure::usage("--fail-on check needs --checks"));
    }
    let standard = standards::load(args.standard.as_deref())?;
    let statement = statement(args, &standard)?;
    let now = args.at.unwrap_or_else(settings::now);
    let crqs = super::crq::in_force(args.crq.as_deref(), args.store.as_deref())?;
    let asked = args.images.iter().map(|image| asked(image)).collect::<Result<Vec<Asked>, _>>()?;
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let collector = collector(args, &options);
    let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
    let fleet = super::fleet::known_fleet(args.store.as_deref())?;
    let desk = Desk::open(args)?;
    let checks = CheckOptions { waivers: &desk.config.waivers, ignore: &[], now };
    let looked_up = desk.options(args, now);
    let advisories = looked_up.as_ref().map_err(|why| *why);
    let options_of_audit = AuditOptions {
        standard: &standard,
        statement: &statement,
        crqs: &crqs,
        fleet: fleet.as_ref(),
        advisories,
        needs: !args.no_needs,
        checks: args.checks.then_some(&checks),
        now,
    };
    let report = audit(&examiner, &asked, &options_of_audit);
    bars.clear();
    let report = report?;
    if let Some(cache) = &options.cache {
        cache.settle();
    }
    if !(args.read.quiet && args.report.format == Format::Text)
        && (!report.images.is_empty() || args.report.format != Format::Text)
    {
        show(&Report::Audit(&report), args.report.format)?;
    }
    for unreadable in &report.unreadable {
        writeln!(anstream::stderr(), "{}", complaint(unreadable))?;
    }
    Ok(exit(&report, &args.fail_on))
}

/// What is asked of the pass. Layers that were read for the checks are remembered apart from the others.
fn collector(args: &AuditArgs, options: &ExamineOptions) -> &'static dyn Collector {
    match (args.checks, args.no_needs) {
        (true, _) => &CheckCollector,
        (false, true) => collector_for(options, &ProgramCollector),
        (false, false) => collector_for(options, &InventoryCollector),
    }
}

fn asked(image: &str) -> Result<Asked, Failure> {
    match image.strip_prefix("sbom:") {
        Some(file) => Ok(Asked::Bill(file.into())),
        None => Ok(Asked::Images(location(image)?)),
    }
}

/// What is known beside the images: the index of advisories, or why there is none, and what is permitted for a while.
struct Desk {
    index: Result<(Index, PathBuf), String>,
    config: Config,
    vex: Vec<VexDocument>,
}

impl Desk {
    /// Opens the index that is stated, which has to be there; or the usual one, if it is.
    fn open(args: &AuditArgs) -> Result<Self, Failure> {
        let config = Config::find(&settings::working_dir()?)?;
        Ok(Self { index: Self::index(args)?, config, vex: documents(&args.vex)? })
    }

    fn index(args: &AuditArgs) -> Result<Result<(Index, PathBuf), String>, Failure> {
        let file = match (place(args.db.as_deref()), &args.db) {
            (Ok(file), Some(_)) => file,
            (Ok(file), None) if file.exists() => file,
            _ => return Ok(Err("there is no index of advisories (mvi db import)".to_owned())),
        };
        match open(&file) {
            Ok(index) => Ok(Ok((index, file))),
            Err(error) if args.db.is_none() => Ok(Err(format!("{error:#}"))),
            Err(error) => Err(error.into()),
        }
    }

    fn options<'a>(&'a self, args: &AuditArgs, now: Timestamp) -> Result<VulnsOptions<'a>, &'a str> {
        let (index, file) = self.index.as_ref().map_err(String::as_str)?;
        Ok(VulnsOptions {
            index: (index, file),
            vex: &self.vex,
            waivers: &self.config.waivers,
            max_age: args.max_age,
            base: args.base_layers.map(VulnsBase::stated),
            unknown_as: args.unknown_as.map(LevelArg::level),
            reach: None,
            now,
        })
    }
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
        FailOn::Check => image.checks.as_ref().is_none_or(|checked| checked.counts.error > 0),
        FailOn::Gate => gates == Some(GateStatus::Fail),
        FailOn::GateData => judgement.gates.iter().any(|gate| gate.status != GateStatus::Pass),
    }
}
