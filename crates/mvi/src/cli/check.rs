//! `mvi check`.

use std::io::{self, Write as _};

use mvi_check::{CHECKPOINTS, CheckCollector, Level};

use super::args::check::{CheckArgs, CheckFormat, CheckLevel};
use super::look::{Need, look};
use super::output::{Exit, Failure, show};
use crate::actions::check::{CheckOptions, check};
use crate::config::Config;
use crate::render::Report;
use crate::render::check::sarif;
use crate::settings;

pub(super) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    if let Some(unknown) = args.ignore.iter().find(|code| !CHECKPOINTS.iter().any(|point| point.code == **code)) {
        let known: Vec<&str> = CHECKPOINTS.iter().map(|point| point.code).collect();
        return Err(Failure::usage(format!(
            "there is no checkpoint `{unknown}` (--ignore); there are {}",
            known.join(", ")
        )));
    }
    let config = Config::find(&settings::working_dir()?)?;
    let now = args.at.unwrap_or_else(settings::now);
    let options = CheckOptions { waivers: &config.waivers, ignore: &args.ignore, now };
    let report = look(&args.read, &args.image, Need::apart(&CheckCollector), |examiner, location| {
        check(examiner, location, &options)
    })?;
    match args.format.usual() {
        Some(_) if args.read.quiet && args.format == CheckFormat::Text => {}
        Some(format) => show(&Report::Check(&report), format)?,
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            sarif(&report, &mut out)?;
            out.flush()?;
        }
    }
    let limit = match args.fail_on {
        CheckLevel::Error => Level::Error,
        CheckLevel::Warning => Level::Warning,
        CheckLevel::Info => Level::Info,
        CheckLevel::Never => return Ok(Exit::Fine),
    };
    let failed = report.checked.findings.iter().any(|note| note.finding.level >= limit);
    Ok(if failed { Exit::Failed } else { Exit::Fine })
}
