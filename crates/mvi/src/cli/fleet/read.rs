//! Verbs that read images for the fleet.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use mvi_image::{Location, Quiet};
use mvi_inventory::InventoryCollector;

use super::tell::read;
use super::{Desk, told};
use crate::actions::advisories::open;
use crate::actions::audit::Statement;
use crate::actions::fleet::record::{Again, record as record_images};
use crate::actions::fleet::recorded::Naming;
use crate::actions::fleet::scan::{Journal, Plan, ScanOptions, ScanStep, Workloads, expand, pods, scan as scan_places};
use crate::actions::fleet::{FleetFailure, judge_everything};
use crate::actions::vulns::VulnsOptions;
use crate::actions::{ExamineOptions, Examiner};
use crate::cli::args::Format;
use crate::cli::args::audit::RoleArg;
use crate::cli::args::fleet::{JudgeArgs, RecordArgs, ScanArgs};
use crate::cli::look::{collector_for, examine_options, location};
use crate::cli::output::{Exit, Failure, complaint, show};
use crate::progress::{Bars, Tally};
use crate::render::Report;
use crate::report::Unreadable;
use crate::report::fleet::FleetReport;
use crate::settings;

/// Images that are read at the same time; more than this starve each other.
const AT_ONCE: usize = 4;

pub(super) fn record(desk: &Desk, args: &RecordArgs) -> Result<Exit, Failure> {
    if let Some(class) = args.class.as_deref().filter(|class| desk.standard.row(class).is_none()) {
        return Err(Failure::usage(format!("the standard {} has no row `{class}`", desk.standard.meta.id)));
    }
    if (args.name.is_some() || args.gid.is_some()) && args.images.len() > 1 {
        return Err(Failure::usage("a name and a GID belong to one image; record the others in their turn"));
    }
    let locations = args.images.iter().map(|image| location(image)).collect::<Result<Vec<Location>, _>>()?;
    let naming = Naming {
        name: args.name.clone(),
        statement: Statement {
            name: None,
            base: args.base.clone(),
            base_layers: None,
            class: args.class.clone(),
            is_base: args.role == RoleArg::Base,
        },
        gid: args.gid.clone(),
    };
    // What is stated is news even about an image that is known.
    let stated = args.base.is_some() || args.class.is_some() || args.role == RoleArg::Base;
    let again = if args.again || stated { Again::Yes } else { Again::No };
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let collector = collector_for(&options, &InventoryCollector);
    let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
    let index = args.db.as_deref().map(|file| open(file).map(|index| (index, file))).transpose()?;
    let asked = index.as_ref().map(|(index, file)| VulnsOptions::all((index, file), settings::now()));
    let mut memory = desk.memory(desk.write_or_create()?)?;
    let report = record_images(&mut memory, &examiner, &locations, (&naming, again, asked.as_ref()));
    bars.clear();
    settle(&options);
    let report = report?;
    let unreadable = report.unreadable.clone();
    tell_report(&FleetReport::Record(report), args.report.format, args.read.quiet)?;
    complain(&unreadable)
}

pub(super) fn scan(desk: &Desk, args: &ScanArgs) -> Result<Exit, Failure> {
    let options = examine_options(&args.read)?;
    let store = desk.write_or_create()?;
    let path = journal_of(desk);
    let mut journal = if args.resume {
        Journal::resume(&path).map_err(FleetFailure::from)?
    } else {
        Journal::begin(&path, plan(args, &options)?).map_err(FleetFailure::from)?
    };
    let collector = collector_for(&options, &InventoryCollector);
    let examiner = Examiner { options: &options, collector, estimate: true, progress: &Quiet };
    let mut memory = desk.memory(store)?;
    let tally = Tally::new(args.read.quiet);
    let scanning = ScanOptions {
        again: if args.again { Again::Yes } else { Again::No },
        since: args.since,
        retries: args.retries,
        at_once: options.jobs.clamp(1, AT_ONCE),
        resumed: args.resume,
    };
    let report = scan_places(&mut memory, &examiner, &mut journal, &scanning, &mut |step| match step {
        ScanStep::Found(places) => tally.start(*places),
        ScanStep::Done(place) => tally.done(place),
    });
    tally.clear();
    settle(&options);
    let report = report?;
    let unreadable = report.unreadable.clone();
    tell_report(&FleetReport::Scan(Box::new(report)), args.report.format, args.read.quiet)?;
    complain(&unreadable)
}

pub(super) fn judge(desk: &Desk, args: &JudgeArgs) -> Result<Exit, Failure> {
    let mut memory = desk.memory(desk.write()?)?;
    told(&FleetReport::Judge(judge_everything(&mut memory)?), args.show.format)
}

/// The journal lies beside the store that the scan fills.
fn journal_of(desk: &Desk) -> PathBuf {
    let mut name = desk.store.as_os_str().to_owned();
    name.push(".scan");
    PathBuf::from(name)
}

/// Everything that was named, as places.
fn plan(args: &ScanArgs, options: &ExamineOptions) -> Result<Plan, Failure> {
    let lists = args.list.iter().map(|file| format!("@{}", file.display()));
    let sources: Vec<String> = args.sources.iter().cloned().chain(lists).collect();
    let workloads = args.kubernetes.as_ref().map(|file| cluster(file, &args.cluster)).transpose()?;
    if sources.is_empty() && workloads.is_none() {
        return Err(Failure::usage(
            "name what to scan: docker://HOST/*, a folder, @FILE, --kubernetes FILE, or --resume",
        ));
    }
    let mut places = Vec::new();
    for source in &sources {
        places.extend(expand(source, &options.registry).map_err(FleetFailure::from)?);
    }
    places
        .extend(workloads.iter().flat_map(|workloads| &workloads.containers).map(|container| container.place.clone()));
    let mut seen = BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    Ok(Plan { schema: "mvi-fleet-scan-plan/1".to_owned(), begun: settings::now(), places, workloads })
}

fn cluster(file: &std::path::Path, cluster: &str) -> Result<Workloads, Failure> {
    let bytes = read(file)?;
    let what = || format!("`{}` is no list of pods", file.display());
    let document: serde_json::Value = serde_json::from_slice(&bytes).with_context(what)?;
    Ok(pods(&document, cluster).map_err(anyhow::Error::msg).with_context(what)?)
}

fn settle(options: &ExamineOptions) {
    if let Some(cache) = &options.cache {
        cache.settle();
    }
}

fn tell_report(report: &FleetReport, format: Format, quiet: bool) -> Result<(), Failure> {
    if quiet && format == Format::Text {
        return Ok(());
    }
    show(&Report::Fleet(report), format)
}

fn complain(unreadable: &[Unreadable]) -> Result<Exit, Failure> {
    for one in unreadable {
        writeln!(anstream::stderr(), "{}", complaint(one))?;
    }
    Ok(match unreadable {
        [] => Exit::Fine,
        all if all.iter().all(|one| one.is_usage) => Exit::Usage,
        _ => Exit::Unreadable,
    })
}
