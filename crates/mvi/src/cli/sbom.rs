//! `mvi sbom`.

use std::io::{self, Write as _};

use anyhow::Context as _;
use mvi_inventory::PackageCollector;

use super::args::sbom::SbomArgs;
use super::look::{Need, look};
use super::output::{Exit, Failure};
use crate::actions::audit::Statement;
use crate::actions::sbom::{SbomOptions, sbom};
use crate::actions::whole::replace;
use crate::render::sbom::SBOM_FORMATS;
use crate::report::sbom::SbomReport;
use crate::settings;

pub(super) fn run(args: &SbomArgs) -> Result<Exit, Failure> {
    let statement = Statement { base: args.base.clone(), base_layers: args.base_layers, ..Statement::default() };
    let options = SbomOptions { statement: &statement, hidden: args.hidden, now: settings::now() };
    let report = look(&args.read, &args.image, Need::of(&PackageCollector), |examiner, location| {
        sbom(examiner, location, &options)
    })?;
    match &args.output {
        Some(file) => {
            let mut bytes = Vec::new();
            write(&report, &args.format, &mut bytes)?;
            replace(file, &bytes).with_context(|| format!("cannot write `{}`", file.display()))?;
        }
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            write(&report, &args.format, &mut out)?;
            out.flush()?;
        }
    }
    for gap in report.gaps.iter().filter(|_| !args.read.quiet) {
        let place = gap.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        writeln!(anstream::stderr(), "warning: {place}{}", gap.text)?;
    }
    Ok(Exit::Fine)
}

fn write(report: &SbomReport, format: &str, out: &mut dyn io::Write) -> Result<(), Failure> {
    let found = SBOM_FORMATS.iter().find(|(name, _)| *name == format);
    let (_, write) = found.ok_or_else(|| Failure::usage(format!("there is no format `{format}`")))?;
    Ok(write(report, out)?)
}
