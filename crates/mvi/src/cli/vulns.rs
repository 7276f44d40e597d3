//! `mvi vulns`.

use std::io::{self, Write as _};

use mvi_advisories::{Index, Level, Verdict};
use mvi_inventory::{InventoryCollector, PackageCollector};

use super::args::Format;
use super::args::vulns::VulnsArgs;
use super::look::{Need, look_at};
use super::output::{Exit, Failure, show};
use super::vex_files::documents;
use super::vulns_base::{Lineage, Standing, weigh};
use crate::actions::advisories::open;
use crate::actions::vulns::{VulnsOptions, vulns};
use crate::config::Config;
use crate::render::Report;
use crate::report::vulns::{VulnNote, VulnsReport};
use crate::{settings, standards};

pub(super) fn run(args: &VulnsArgs) -> Result<Exit, Failure> {
    let file = super::db::place(args.db.as_deref())?;
    let index = open(&file)?;
    let mut report = examine(args, (&index, &file))?;
    let exit = exit(&report, args);
    narrow(&mut report, args);
    match args.format.writer() {
        Ok(Format::Text) if args.read.quiet => {}
        Ok(format) => show(&Report::Vulns(&report), format)?,
        Err(write) => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            write(&report, &mut out)?;
            out.flush()?;
        }
    }
    Ok(exit)
}

fn examine(args: &VulnsArgs, index: (&Index, &std::path::Path)) -> Result<VulnsReport, Failure> {
    let config = Config::find(&settings::working_dir()?)?;
    let vex = documents(&args.vex)?;
    let wants_reach = !args.no_needs && !args.image.starts_with("sbom:");
    let standard = wants_reach.then(|| standards::load(args.standard.as_deref())).transpose()?;
    let lineage = Lineage::open(args)?;
    let options = VulnsOptions {
        index,
        vex: &vex,
        waivers: &config.waivers,
        max_age: args.max_age,
        base: None,
        unknown_as: args.unknown_as.map(|level| level.level()),
        reach: standard.as_ref(),
        now: args.at.unwrap_or_else(settings::now),
    };
    let need = if args.no_needs { Need::of(&PackageCollector) } else { Need::of(&InventoryCollector) };
    let report = look_at(&args.read, &args.image, need, |subject| {
        let Standing { base, is_current } = lineage.base_of(subject)?;
        let report = vulns(subject, &VulnsOptions { base, ..options }).map_err(anyhow::Error::from)?;
        Ok::<_, Failure>((report, is_current))
    })?;
    let (mut report, is_current) = report?;
    weigh(&mut report, args, &is_current, &options)?;
    Ok(report)
}

/// 1 where something as bad as that is found, and where nobody can tell: old feeds, versions without a place, packages
/// that nobody speaks of.
fn exit(report: &VulnsReport, args: &VulnsArgs) -> Exit {
    let Some(limit) = args.fail_on else { return Exit::Fine };
    let counts = |note: &VulnNote| {
        note.level >= limit.level()
            && (!args.fixable || note.fixed_in.is_some())
            && (!args.fail_on_reached || note.reached.may_be())
    };
    let found = report.findings.iter().any(|note| note.verdict == Verdict::Affected && counts(note));
    if found || !report.index.stale.is_empty() { Exit::Failed } else { Exit::Fine }
}

/// Takes away what was not asked for; the numbers stay those of all, and what is not reached is counted.
fn narrow(report: &mut VulnsReport, args: &VulnsArgs) {
    let least = args.min.map_or(Level::Unknown, |level| level.level());
    let wanted = |note: &VulnNote| note.level >= least && (!args.fixable || note.fixed_in.is_some());
    report.findings.retain(wanted);
    if args.reached {
        let all = report.findings.len();
        report.findings.retain(|note| note.reached.may_be());
        report.reach.left_out = all - report.findings.len();
    }
}
