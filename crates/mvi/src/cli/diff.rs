//! `mvi diff`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use mvi_advisories::{Level, Verdict};
use mvi_inventory::{PackageCollector, lock_names, read_lock};

use super::args::Format;
use super::args::diff::{DiffArgs, DiffLimit};
use super::look::{Need, look_at};
use super::output::{Exit, Failure, show};
use super::vex_files::documents;
use crate::actions::advisories::open;
use crate::actions::diff::{DiffOptions, Meant, diff};
use crate::actions::vulns::VulnsOptions;
use crate::config::Config;
use crate::render::Report;
use crate::report::diff::DiffReport;
use crate::settings;

pub(super) fn run(args: &DiffArgs) -> Result<Exit, Failure> {
    if let (Some(_), Some(bill)) = (args.max_growth, [&args.old, &args.new].iter().find(|it| it.starts_with("sbom:"))) {
        return Err(Failure::usage(format!("`{bill}` has no size; --max-growth needs two images")));
    }
    let locked = locked(&args.lock)?;
    let asks = args.vulns || args.db.is_some() || args.fail_on.contains(&DiffLimit::Vulns);
    let index = asks.then(|| super::db::place(args.db.as_deref())).transpose()?;
    let index = index.map(|file| open(&file).map(|index| (index, file))).transpose()?;
    let vex = documents(&args.vex)?;
    let config = Config::find(&settings::working_dir()?)?;
    let asked = index.as_ref().map(|(index, file)| VulnsOptions {
        index: (index, file),
        vex: &vex,
        waivers: &config.waivers,
        max_age: args.max_age,
        base: None,
        unknown_as: None,
        reach: None,
        now: args.at.unwrap_or_else(settings::now),
    });
    let options = DiffOptions { locked: locked.as_deref(), advisories: asked.as_ref() };
    let need = Need::of(&PackageCollector).and_transfer();
    let report = look_at(&args.read, &args.old, need, |old| {
        look_at(&args.read, &args.new, need, |new| diff(old, new, &options))
    })??;
    let report = report.map_err(|error| Failure::from(anyhow::Error::from(error)))?;
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Diff(&report), args.report.format)?;
    }
    Ok(if is_too_much(&report, args) { Exit::Failed } else { Exit::Fine })
}

/// What the lock files name; none without any.
fn locked(files: &[PathBuf]) -> Result<Option<Vec<Meant>>, Failure> {
    let mut meant = Vec::new();
    for file in files {
        let shown = file.display();
        let bytes = fs::read(file).with_context(|| format!("cannot read the lock file `{shown}`"))?;
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some((ecosystem, packages, problems)) = read_lock(name, &bytes) else {
            let known = lock_names().collect::<Vec<_>>().join(", ");
            return Err(Failure::usage(format!("`{shown}` has the name of no lock file that is known: {known}")));
        };
        if let Some(problem) = problems.first() {
            return Err(anyhow::anyhow!("cannot read the lock file `{shown}`: {problem}").into());
        }
        meant.extend(packages.into_iter().map(|package| (ecosystem, package)));
    }
    Ok((!files.is_empty()).then_some(meant))
}

fn is_too_much(report: &DiffReport, args: &DiffArgs) -> bool {
    let is_there = |limit: &DiffLimit| match limit {
        DiffLimit::Unexpected => !report.findings.is_empty(),
        DiffLimit::Vulns => report.vulns.as_ref().is_some_and(|vulns| {
            vulns.came.iter().any(|note| note.verdict == Verdict::Affected && note.level >= Level::High)
        }),
    };
    let transfer = |side: &crate::report::diff::DiffSide| side.sizes.and_then(|sizes| sizes.transfer_mb);
    let grew = args.max_growth.is_some_and(|most| match (transfer(&report.old), transfer(&report.new)) {
        (Some(old), Some(new)) => new.value() - old.value() > most,
        // What is not known never passes.
        _ => true,
    });
    grew || args.fail_on.iter().any(is_there)
}
