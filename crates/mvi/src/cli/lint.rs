//! `mvi lint`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use mvi_dockerfile::{Level, Safety, find_rule};
use mvi_image::{Quiet, Scheme};
use mvi_inventory::ProgramCollector;

use super::args::lint::{LintArgs, LintFailOn, LintFormat};
use super::fleet::known_fleet;
use super::lint_settings::{Rulebook, rulebook};
use super::look::{collector_for, location, usual_options};
use super::output::{Exit, Failure};
use crate::actions::Examiner;
use crate::actions::lint::{
    self, Baseline, BaselineWriter, Costs, LintJob, Linted, Mend, Outcome, Shellcheck, Surroundings, Target,
    base_versions,
};
use crate::actions::weights::Weights;
use crate::render::lint::{LINT_RENDERERS, LintEnd, LintRenderer, diff, explain, list};
use crate::render::{harmless, paint};
use crate::report::lint::{LintTotals, UnreadFile};
use crate::settings;

pub(super) fn run(args: &LintArgs) -> Result<Exit, Failure> {
    if let Some(name) = &args.explain {
        let meta = find_rule(name)
            .ok_or_else(|| Failure::usage(format!("no rule is called `{name}`; `mvi lint --list-rules` lists them")))?;
        explain(meta, settings::width(), &mut anstream::stdout().lock())?;
        return Ok(Exit::Fine);
    }
    if args.list_rules {
        let format = args.format.map_or("text", LintFormat::name);
        list(format, settings::width(), &mut io::BufWriter::new(anstream::stdout().lock()))?;
        return Ok(Exit::Fine);
    }
    let book = rulebook(args)?;
    lint(args, &book)
}

fn lint(args: &LintArgs, book: &Rulebook) -> Result<Exit, Failure> {
    let found = lint::find(&args.paths, &book.exclude)?;
    let shellcheck = book.shellcheck.then(|| settings::program("shellcheck")).flatten().map(Shellcheck::new);
    let (weights, versions) = match &args.image {
        Some(image) => weigh(image, &found.targets, args).map(|(weights, versions)| (Some(weights), versions))?,
        None => Default::default(),
    };
    let mut settings = Arc::clone(&book.settings);
    if let Some(weights) = &weights {
        let own = Arc::make_mut(&mut settings);
        own.base_versions = versions;
        let size = weights.transfer.map(|bytes| book.law.last_size(bytes as f64 / 1e6)).transpose();
        own.last_size = size.map_err(|error| anyhow::anyhow!(error.to_owned()))?;
    }
    let surroundings = Surroundings::new(&args.paths, &settings);
    let baseline = book.baseline.as_deref().map(Baseline::read).transpose()?;
    let job = LintJob {
        settings: &settings,
        shellcheck: shellcheck.as_ref(),
        mend: mend(args),
        baseline: baseline.as_ref(),
        stdin_path: &args.stdin_path,
        judge: Some(&book.law),
        surroundings: Some(&surroundings),
        jobs: args.jobs.unwrap_or_else(settings::processors).max(1),
    };
    let mut desk = Desk::new(args, book, found.unread)?;
    desk.costs = weights.map(Costs::new);
    desk.begin()?;
    lint::run(&job, &found.targets, |outcome| desk.tell(outcome))?;
    desk.end()?;
    if let (true, false) = (desk.has_scripts && book.shellcheck, args.quiet) {
        let remark = match &shellcheck {
            None => Some("shellcheck is not installed, so nobody looked at the scripts in RUN".to_owned()),
            Some(shellcheck) => shellcheck.trouble().map(|trouble| format!("shellcheck did not help: {trouble}")),
        };
        if let Some(remark) = remark {
            writeln!(anstream::stderr(), "{}note:{:#} {}", paint::FAIR, paint::FAIR, harmless(&remark))?;
        }
    }
    desk.exit(args)
}

/// The image that findings are measured in, and the versions it tells of its bases: read where it is, or as the fleet
/// remembers what it knows by that name.
fn weigh(image: &str, targets: &[Target], args: &LintArgs) -> Result<(Weights, BTreeMap<String, String>), Failure> {
    let [Target::File(_) | Target::Stdin] = targets else {
        return Err(Failure::usage("an image is built from one Dockerfile; name that one beside --image"));
    };
    let (location, options) = (location(image)?, usual_options()?);
    if location.scheme == Scheme::Detect && !location.path.exists() {
        let fleet = known_fleet(args.rules.store.as_deref())?;
        let known = fleet.map(|fleet| Weights::remembered(&fleet, image)).transpose()?.flatten();
        if let Some(weights) = known {
            return Ok((weights, BTreeMap::new()));
        }
    }
    let collector = collector_for(&options, &ProgramCollector);
    let examiner = Examiner { options: &options, collector, estimate: true, progress: &Quiet };
    let examined = examiner.examine_one(&location).map_err(|error| Failure::image(image, error))?;
    Ok((Weights::of(&examined), base_versions(&examined)))
}

fn mend(args: &LintArgs) -> Mend {
    let safety = if args.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    match (args.diff, args.fix || args.unsafe_fixes) {
        (true, _) => Mend::Show(safety),
        (false, true) => Mend::Write(safety),
        (false, false) => Mend::Nothing,
    }
}

/// Takes what is told of files, and shows it.
struct Desk {
    renderer: Option<Box<dyn LintRenderer>>,
    /// Whether diffs are shown in place of findings.
    diff: bool,
    /// Whether the repaired standard input goes to standard output.
    pass_on: bool,
    out: io::BufWriter<anstream::AutoStream<io::Stdout>>,
    totals: LintTotals,
    unread: Vec<UnreadFile>,
    writer: Option<BaselineWriter>,
    fail_on: LintFailOn,
    failed: bool,
    has_scripts: bool,
    costs: Option<Costs>,
}

impl Desk {
    fn new(args: &LintArgs, book: &Rulebook, unread: Vec<UnreadFile>) -> Result<Self, Failure> {
        let format = book.format;
        let pass_on = args.paths.iter().any(|path| path.as_os_str() == "-") && matches!(mend(args), Mend::Write(_));
        let silent = args.diff || pass_on || (args.quiet && format == LintFormat::Text);
        let make = LINT_RENDERERS.iter().find(|(name, _)| *name == format.name()).map(|(_, make)| make);
        let make = make.ok_or_else(|| Failure::usage(format!("there is no format `{}`", format.name())))?;
        Ok(Self {
            renderer: (!silent).then(|| make(settings::width())),
            diff: args.diff,
            pass_on,
            // JSON escapes what a terminal would obey; nobody has to look for it again.
            out: io::BufWriter::new(if format == LintFormat::Json {
                anstream::AutoStream::always_ansi(io::stdout())
            } else {
                anstream::stdout()
            }),
            totals: LintTotals::default(),
            unread,
            writer: args.write_baseline.is_some().then(BaselineWriter::default),
            fail_on: book.fail_on,
            failed: false,
            has_scripts: false,
            costs: None,
        })
    }

    fn begin(&mut self) -> Result<(), Failure> {
        match &mut self.renderer {
            Some(renderer) => Ok(renderer.begin(&mut self.out)?),
            None => Ok(()),
        }
    }

    fn tell(&mut self, outcome: Outcome) -> Result<(), Failure> {
        let Linted { mut file, change, stdin, has_scripts } = match outcome {
            Outcome::Linted(linted) => linted,
            Outcome::Unread(unread) => {
                self.unread.push(unread);
                return Ok(());
            }
        };
        if let Some(costs) = &mut self.costs {
            costs.weigh(&mut file);
        }
        self.totals.add(&file);
        self.has_scripts |= has_scripts;
        self.failed |= file.findings.iter().any(|finding| fails(finding.level, self.fail_on));
        if let Some(writer) = &mut self.writer {
            writer.add(&file);
        }
        if let (true, Some((before, after))) = (self.diff, &change) {
            self.failed = true;
            diff(&file.path, before, after, &mut self.out)?;
        }
        if let (true, Some(bytes)) = (self.pass_on, stdin) {
            // Past anstream, which would take bytes away that are no text.
            io::stdout().lock().write_all(&bytes)?;
        }
        match &mut self.renderer {
            Some(renderer) => Ok(renderer.file(&file, &mut self.out)?),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), Failure> {
        let measured = self.costs.as_ref().map(Costs::measured);
        if let Some(renderer) = &mut self.renderer {
            let end = LintEnd { totals: self.totals, unread: &self.unread, measured: measured.as_ref() };
            renderer.end(&end, &mut self.out)?;
        }
        self.out.flush()?;
        for UnreadFile { path, message } in &self.unread {
            let (path, message) = (harmless(path), harmless(message));
            writeln!(anstream::stderr(), "{}error:{:#} cannot read `{path}`: {message}", paint::BAD, paint::BAD)?;
        }
        Ok(())
    }

    fn exit(self, args: &LintArgs) -> Result<Exit, Failure> {
        if let (Some(writer), Some(path)) = (self.writer, &args.write_baseline) {
            writer.write(path)?;
            return Ok(if self.unread.is_empty() { Exit::Fine } else { Exit::Unreadable });
        }
        Ok(match (self.unread.is_empty(), self.failed) {
            (false, _) => Exit::Unreadable,
            (true, true) => Exit::Failed,
            (true, false) => Exit::Fine,
        })
    }
}

fn fails(level: Level, fail_on: LintFailOn) -> bool {
    match fail_on {
        LintFailOn::Error => level >= Level::Error,
        LintFailOn::Warning => level >= Level::Warning,
        LintFailOn::Info => level >= Level::Info,
        LintFailOn::Style => true,
        LintFailOn::Never => false,
    }
}
