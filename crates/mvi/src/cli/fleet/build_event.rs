//! `mvi build-event`.

use std::path::Path;

use anyhow::Context as _;
use mvi_inventory::InventoryCollector;
use mvi_standard::judge::GateStatus;
use serde_json::Value;

use super::Desk;
use super::tell::read;
use crate::actions::advisories::open;
use crate::actions::audit::Statement;
use crate::actions::fleet::build_event::{EventPlan, build_event};
use crate::actions::fleet::recorded::Naming;
use crate::actions::vulns::VulnsOptions;
use crate::actions::{Examined, Examiner};
use crate::cli::args::Format;
use crate::cli::args::build_event::BuildEventArgs;
use crate::cli::look::{collector_for, examine_options, location};
use crate::cli::output::{Exit, Failure, show};
use crate::progress::Bars;
use crate::render::Report;
use crate::report::build_event::BuildEventReport;
use crate::settings;

pub(in crate::cli) fn run(args: &BuildEventArgs) -> Result<Exit, Failure> {
    let desk = Desk::of(&args.store)?;
    if let Some(class) = args.class.as_deref().filter(|class| desk.standard.row(class).is_none()) {
        return Err(Failure::usage(format!("the standard {} has no row `{class}`", desk.standard.meta.id)));
    }
    let (probe, build) = (document(args.probe.as_deref())?, document(args.build.as_deref())?);
    let index = args.db.as_deref().map(|file| open(file).map(|index| (index, file))).transpose()?;
    let asked = index.as_ref().map(|(index, file)| VulnsOptions::all((index, file), settings::now()));
    let place = location(&args.image)?;
    let examined = examined(args, &args.image)?;
    let before = args.before.as_deref().map(|before| self::examined(args, before)).transpose()?;
    let naming = Naming {
        name: args.name.clone(),
        statement: Statement { base: args.base.clone(), class: args.class.clone(), ..Statement::default() },
        gid: args.gid.clone(),
    };
    let plan = EventPlan {
        naming: &naming,
        advisories: asked.as_ref(),
        probe: probe.as_ref(),
        build: build.as_ref(),
        key: None,
        school: args.school.as_deref(),
        before: before.as_ref(),
        nodes: args.nodes,
        services: args.services,
    };
    let mut memory = desk.memory(desk.write_or_create()?)?;
    let report = build_event(&mut memory, (&examined, &place), &plan)?;
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::BuildEvent(&report), args.report.format)?;
    }
    Ok(if has_failed(&report, args.strict) { Exit::Failed } else { Exit::Fine })
}

fn has_failed(report: &BuildEventReport, strict: bool) -> bool {
    report.gates.iter().any(|gate| match gate.status {
        GateStatus::Pass => false,
        GateStatus::Fail => gate.blocks || strict,
        GateStatus::NoData => strict,
    })
}

fn examined(args: &BuildEventArgs, image: &str) -> Result<Examined, Failure> {
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let collector = collector_for(&options, &InventoryCollector);
    let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
    let examined = examiner.examine_one(&location(image)?).map_err(|error| Failure::image(image, error));
    bars.clear();
    examined
}

fn document(file: Option<&Path>) -> Result<Option<Value>, Failure> {
    let Some(file) = file else { return Ok(None) };
    let parsed = serde_json::from_slice(&read(file)?);
    Ok(Some(parsed.with_context(|| format!("`{}` is no JSON", file.display()))?))
}
