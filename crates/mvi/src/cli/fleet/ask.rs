//! Verbs that ask the fleet something.

use mvi_standard::{Severity, Trigger, Verdict};

use super::{Desk, told};
use crate::actions::fleet::FleetFailure;
use crate::actions::fleet::belt::belt as lay_belt;
use crate::actions::fleet::card::card;
use crate::actions::fleet::findings::{FindingOptions, findings as look_for};
use crate::actions::fleet::list::{ListOptions, Sort, View, list as list_images};
use crate::actions::fleet::solvency::{Count, Weigh, plan as plan_way, solvency as score};
use crate::cli::args::fleet::{
    BeltArgs, ByArg, CountArgs, FindingsArgs, ListArgs, NameArgs, PlainSolvencyArgs, PlanArgs, SeverityArg,
    SolvencyArgs, SolvencyVerb, SortArg, VerdictArg,
};
use crate::cli::output::{Exit, Failure};
use crate::report::fleet::FleetReport;

pub(super) fn list(desk: &Desk, args: &ListArgs) -> Result<Exit, Failure> {
    let options = ListOptions {
        pattern: args.pattern.clone(),
        verdicts: args.verdict.iter().map(|verdict| (*verdict).into()).collect(),
        larger_than: args.larger_than,
        trigger: args.trigger.as_deref().map(trigger).transpose()?,
        counted: args.counted,
        superseded: args.all,
        sort: match args.sort {
            SortArg::Name => Sort::Name,
            SortArg::Size => Sort::Size,
            SortArg::Verdict => Sort::Verdict,
            SortArg::Pressure => Sort::Pressure,
            SortArg::Segment => Sort::Segment,
        },
        reverse: args.reverse,
        limit: args.limit,
    };
    let mut report = list_images(&desk.read()?, &View { at: args.at }, &options)?;
    report.columns.clone_from(&args.columns);
    told(&FleetReport::List(report), args.show.format)
}

fn trigger(text: &str) -> Result<Trigger, Failure> {
    let value = serde_json::Value::String(text.to_ascii_uppercase());
    serde_json::from_value(value).map_err(|_| Failure::usage(format!("`{text}` is no trigger; there are T1 to T6")))
}

impl From<VerdictArg> for Verdict {
    fn from(verdict: VerdictArg) -> Self {
        match verdict {
            VerdictArg::Floor => Self::Floor,
            VerdictArg::Justified => Self::Justified,
            VerdictArg::Review => Self::Review,
            VerdictArg::Audit => Self::Audit,
            VerdictArg::Replace => Self::Replace,
            VerdictArg::None => Self::Unmeasured,
        }
    }
}

impl From<&CountArgs> for Count {
    fn from(args: &CountArgs) -> Self {
        let by = match args.by {
            ByArg::Images => Weigh::Images,
            ByArg::Bytes => Weigh::Bytes,
            ByArg::Pulls => Weigh::Pulls,
            ByArg::Pods => Weigh::Pods,
        };
        Self { by, everything: args.everything }
    }
}

pub(super) fn solvency(desk: &Desk, args: &SolvencyArgs) -> Result<Exit, Failure> {
    match &args.verb {
        Some(SolvencyVerb::Plan(args)) => plan(desk, args),
        None => plain_solvency(desk, &args.plain),
    }
}

fn plain_solvency(desk: &Desk, args: &PlainSolvencyArgs) -> Result<Exit, Failure> {
    let mut report = score(&desk.read()?, &desk.standard, &View { at: args.at }, &(&args.count).into())?;
    report.score.precise = args.count.precise;
    let reached = |least: f64| report.score.solvency.score.is_some_and(|score| score.to_f64() >= least);
    // Where there is no score, none was reached.
    let failed = args.fail_below.is_some_and(|least| !reached(least));
    let exit = told(&FleetReport::Solvency(report), args.show.format)?;
    Ok(if failed { Exit::Failed } else { exit })
}

fn plan(desk: &Desk, args: &PlanArgs) -> Result<Exit, Failure> {
    let mut report = plan_way(&desk.read()?, &desk.standard, &(&args.count).into(), args.target)?;
    report.score.precise = args.count.precise;
    told(&FleetReport::Plan(report), args.show.format)
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Info => Self::Info,
            SeverityArg::Low => Self::Low,
            SeverityArg::Medium => Self::Medium,
            SeverityArg::High => Self::High,
        }
    }
}

pub(super) fn findings(desk: &Desk, args: &FindingsArgs) -> Result<Exit, Failure> {
    let options = FindingOptions {
        pattern: args.pattern.clone(),
        codes: args.codes.iter().map(|code| code.to_ascii_uppercase()).collect(),
        at_least: args.severity.map(Into::into),
    };
    let report = look_for(&mut desk.memory(desk.read()?)?, &options)?;
    let worst = report.found.iter().flat_map(|about| &about.findings).map(|finding| finding.severity).max();
    let failed = args.fail_on.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit.into()));
    let exit = told(&FleetReport::Findings(report), args.show.format)?;
    Ok(if failed { Exit::Failed } else { exit })
}

pub(super) fn belt(desk: &Desk, args: &BeltArgs) -> Result<Exit, Failure> {
    told(&FleetReport::Belt(lay_belt(&desk.read()?, &desk.standard, &View { at: args.at })?), args.show.format)
}

pub(super) fn show(desk: &Desk, args: &NameArgs) -> Result<Exit, Failure> {
    let mut memory = desk.memory(desk.read()?)?;
    told(&FleetReport::Card(Box::new(card(&mut memory, &args.name)?)), args.show.format)
}

impl From<FleetFailure> for Failure {
    fn from(error: FleetFailure) -> Self {
        match error {
            FleetFailure::Store(error) => Self::Fleet(error),
            error if error.is_usage() => Self::usage(error.to_string()),
            error => Self::Other(error.into()),
        }
    }
}
