//! `mvi needs`.

use mvi_closure::Presence;
use mvi_inventory::InventoryCollector;

use super::args::Format;
use super::args::needs::NeedsArgs;
use super::look::{Need, look};
use super::output::{Exit, Failure, show};
use crate::actions::audit::Statement;
use crate::actions::needs::{NeedsError, needs};
use crate::render::Report;
use crate::report::needs::NeedsReport;
use crate::standards;

pub(super) fn run(args: &NeedsArgs) -> Result<Exit, Failure> {
    let standard = standards::load(args.standard.as_deref())?;
    if let Some(class) = args.class.as_deref().filter(|class| standard.row(class).is_none()) {
        let rows: Vec<_> = standard.rows.iter().map(|row| row.id.as_str()).collect();
        let rows = rows.join(", ");
        return Err(Failure::usage(format!("the standard {} has no row `{class}`; it has: {rows}", standard.meta.id)));
    }
    let statement = Statement {
        base: args.base.clone(),
        base_layers: args.base_layers,
        class: args.class.clone(),
        ..Statement::default()
    };
    let found =
        look(&args.read, &args.image, Need::of(&InventoryCollector).and_transfer(), |examiner, location| match needs(
            examiner,
            location,
            (&standard, &statement),
        ) {
            Ok(report) => Ok(Ok(report)),
            Err(NeedsError::Image(error)) => Err(error),
            Err(NeedsError::Rules(error)) => Ok(Err(error)),
        })?;
    let report = found.map_err(|error| Failure::from(anyhow::Error::from(error)))?;
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Needs(&report), args.report.format)?;
    }
    Ok(exit(&report, args))
}

/// 1 where something as bad as that is there; what a registered base brings does not count.
fn exit(report: &NeedsReport, args: &NeedsArgs) -> Exit {
    let Some(limit) = args.fail_on.map(super::args::needs::RiskArg::risk) else { return Exit::Fine };
    let faulty = report.faults.iter().any(|fault| fault.risk >= limit);
    let counts = |presence: Presence| presence != Presence::Ghost;
    let found = report.findings.iter().any(|note| note.risk >= limit && !note.inherited && counts(note.presence));
    if faulty || found { Exit::Failed } else { Exit::Fine }
}
