//! `mvi build`, and the process that guards the builder it runs.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use mvi_inventory::ProgramCollector;
use mvi_probe::build::{BUILDERS, BuildError, Order, Request, choose, detect, guard as watch_over};
use mvi_probe::pack::Output;
use mvi_standard::judge::GateStatus;

use super::args::Format;
use super::args::build::{BuildArgs, GuardArgs};
use super::look::{collector_for, examine_options};
use super::output::{Exit, Failure, show};
use crate::actions::Examiner;
use crate::actions::build::{BuildPlan, MeasurePlan, build, platform, shown};
use crate::progress::Bars;
use crate::render::{Report, harmless};
use crate::{settings, standards};

/// The verb that guards; nobody else has a use for it.
pub(super) const GUARD: &str = "guard-builder";

pub(super) fn run(args: &BuildArgs) -> Result<Exit, Failure> {
    if args.list {
        return list();
    }
    if !args.context.is_dir() {
        let text = format!("`{}` is no folder; the context is what the Dockerfile copies from", args.context.display());
        return Err(Failure::usage(text));
    }
    if let Some(argument) = args.build_arg.iter().find(|argument| argument.starts_with('=')) {
        return Err(Failure::usage(format!("`{argument}` is no build argument; write NAME=VALUE")));
    }
    let output = args.output.as_deref().map(Output::parse).transpose()?;
    let standard = standards::load(args.standard.as_deref())?;
    let builder = choose(&args.builder)?;
    let (program, temporary) = (settings::own_program()?, settings::temporary_dir());
    let platform = platform(args.read.platform.as_ref());
    let [first, second, ..] = settings::seed()?;
    let plan = BuildPlan {
        builder,
        request: Request {
            context: &args.context,
            dockerfile: args.file.as_deref(),
            arguments: &args.build_arg,
            target: args.target.as_deref(),
            platform: platform.as_deref(),
            tags: &args.tag,
            no_cache: args.fresh,
            more: &args.more,
        },
        output: output.as_ref(),
        log: args.log.as_deref(),
        limit: Duration::from_secs(args.timeout),
        measure: args.measure.then(|| MeasurePlan {
            standard: &standard,
            touch: args.touch.as_deref(),
            rebuilds: args.rebuilds,
            salt: u16::from_le_bytes([first, second]),
        }),
        guard: (&program, &[GUARD]),
        temporary: &temporary,
    };
    if args.dry_run {
        writeln!(anstream::stdout(), "{}", harmless(&shown(&plan)))?;
        return Ok(Exit::Fine);
    }
    act(args, &plan)
}

fn act(args: &BuildArgs, plan: &BuildPlan<'_>) -> Result<Exit, Failure> {
    let options = examine_options(&args.read)?;
    let bars = Bars::new(true);
    let collector = collector_for(&options, &ProgramCollector);
    let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
    let quiet = args.read.quiet;
    let report = build(&examiner, plan, &mut |line| {
        if !quiet {
            // A terminal that is gone does not stop a build.
            let _ = writeln!(anstream::stderr(), "{}", harmless(line));
        }
    });
    let report = report.map_err(|error| match error.downcast::<BuildError>() {
        Ok(error) => Failure::from(error),
        Err(error) => Failure::from(error),
    })?;
    if !(quiet && args.format == Format::Text) {
        show(&Report::Build(&report), args.format)?;
    }
    let gate = report.measure.as_ref().and_then(|measure| measure.gate.as_ref());
    let has_failed = gate.is_some_and(|gate| gate.status == GateStatus::Fail);
    Ok(if has_failed { Exit::Failed } else { Exit::Fine })
}

fn list() -> Result<Exit, Failure> {
    let mut out = anstream::stdout();
    for builder in BUILDERS {
        match detect(*builder) {
            Ok(found) => writeln!(out, "{:<10} {}", found.name, harmless(&found.version))?,
            Err(why) => writeln!(out, "{:<10} no: {}", builder.name(), harmless(&why))?,
        }
    }
    Ok(Exit::Fine)
}

/// Runs a builder's command as its guard. What it writes is the command's own; how it ended stands in its folder.
pub(super) fn guard(args: &GuardArgs) -> Result<Exit, Failure> {
    let builder = BUILDERS.iter().find(|builder| builder.name() == args.builder);
    let builder = builder.ok_or_else(|| Failure::usage("this verb is for mvi itself; use mvi build"))?;
    let known = [("DOCKER_BUILDKIT", "0"), ("DOCKER_BUILDKIT", "1")];
    let is_asked = |(name, value): &(&str, &str)| args.variables.contains(&format!("{name}={value}"));
    let mut words = args.command.iter().cloned();
    let program = words.next().unwrap_or_default();
    let order = Order { program, words: words.collect(), variables: known.into_iter().filter(is_asked).collect() };
    watch_over(*builder, &order, (Path::new(&args.folder), args.parent), std::io::stdin())?;
    Ok(Exit::Fine)
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        let (is_usage, hint) = (error.is_usage(), error.hint());
        Self::with_hint(&anyhow::Error::from(error), is_usage, hint)
    }
}
