//! Many runs of one image or two, interleaved, with a run of nothing beside each: what the runtime takes by itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mvi_image::Platform;

use super::driver::{Driver, Job};
use super::engine::Engine;
use super::error::ProbeError;
use super::isolation::{Isolation, Level, Limits};
use super::keeper::Place;
use super::measure::run;
use super::oci::Oci;
use super::ready::Ready;
use super::record::{Run, Verdict};
use super::runtime::{Kind, Runtime};
use super::spec::{Command, TEMPORARY, volumes};
use super::{empty, spec};
use crate::unpack::{Account, Root, account};

/// Most runs of the empty program.
const FLOORS: usize = 10;
/// The same with an engine, whose every run takes a second.
const FLOORS_OF_ENGINE: usize = 3;

/// An image that lies unpacked, and what to do with it.
#[derive(Debug)]
pub struct Subject {
    /// Its root file system.
    pub root: PathBuf,
    /// True when that is somebody else's folder, in which nothing may be made.
    pub borrowed: bool,
    /// What to run.
    pub command: Command,
    /// When it is ready.
    pub ready: Ready,
}

/// How to measure.
#[derive(Debug)]
pub struct Plan {
    /// Runs that count, at least 1.
    pub runs: usize,
    /// Runs before them that do not: files come into memory, and the level of isolation is found.
    pub warm_up: usize,
    /// What containers may do.
    pub isolation: Isolation,
    /// Their ceilings.
    pub limits: Limits,
    /// How long after it is ready a container's memory is looked at.
    pub settle: Duration,
}

/// What was measured of one subject.
#[derive(Debug)]
pub struct Series {
    /// Runs that do not count, the failed ones at stricter levels among them.
    pub warm_up: Vec<(Level, Run)>,
    /// Runs that count, in order; fewer than asked for when it did not get ready.
    pub runs: Vec<Run>,
}

impl Series {
    /// The run that shows why there is nothing to measure, if there is nothing: the last of those before.
    #[must_use]
    pub fn failure(&self) -> Option<&(Level, Run)> {
        self.warm_up.last().filter(|(_, run)| self.runs.is_empty() && run.verdict != Verdict::Ready)
    }
}

/// Everything that was measured.
#[derive(Debug)]
pub struct Outcome {
    /// With what.
    pub runtime: Runtime,
    /// The level of isolation that all runs that count had.
    pub level: Level,
    /// One of every subject.
    pub series: Vec<Series>,
    /// Runs of a program that ends at once, between the others; none where the processor is not known.
    pub floor: Vec<Run>,
}

/// Watches a probe, for progress bars.
pub trait Progress {
    /// So many of so many runs are done.
    fn advance(&mut self, done: usize, of: usize);
}

/// Runs all subjects in turn as the plan says: A, B, B, A, so that what comes before a run favours neither. The first of
/// `runtimes` that can start a program that does nothing is taken.
///
/// # Errors
/// Runtimes that cannot start even that, and whatever keeps a container from being made or taken away. An image that
/// does not become ready is no error: see [`Series::failure`].
pub fn measure(
    place: &Place,
    runtimes: Vec<Runtime>,
    subjects: &[Subject],
    plan: &Plan,
    progress: &mut dyn Progress,
) -> Result<Outcome, ProbeError> {
    // Containers that end are told of to whoever their parents leave them to; that should be us.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(ProbeError::system("adopt containers"))?;
    let accounts = prepare(subjects)?;
    let (runtime, mut bench) = choose(place, runtimes, plan)?;
    let mut series: Vec<Series> = subjects.iter().map(|_| Series { warm_up: Vec::new(), runs: Vec::new() }).collect();
    let pairs: Vec<(&Subject, &Account)> = subjects.iter().zip(&accounts).collect();
    let rounds = plan.runs.max(1);
    let Some(level) = warm_up(&mut bench, &pairs, plan, &mut series)? else {
        let level = series.iter().flat_map(|one| &one.warm_up).map(|(level, _)| *level).max();
        return Ok(Outcome { runtime, level: level.unwrap_or(Level::Strict), series, floor: bench.floor });
    };
    let floors = if runtime.program.kind.is_engine() { FLOORS_OF_ENGINE } else { FLOORS };
    for round in 0..rounds {
        if bench.floor.len() < floors {
            bench.measure_floor(level)?;
        }
        let mut turns: Vec<_> = pairs.iter().zip(&mut series).collect();
        if round % 2 == 1 {
            turns.reverse();
        }
        for ((subject, account), series) in turns {
            series.runs.push(bench.measure(subject, account, level)?);
        }
        progress.advance(round + 1, rounds);
    }
    Ok(Outcome { runtime, level, series, floor: bench.floor })
}

impl Kind {
    fn is_engine(self) -> bool {
        match self {
            Self::Podman | Self::Docker => true,
            Self::Runc | Self::Crun => false,
        }
    }
}

/// Makes the folders that containers mount things at, and looks up who they run as.
fn prepare(subjects: &[Subject]) -> Result<Vec<Account>, ProbeError> {
    let prepare = |subject: &Subject| {
        let failed = |what: &str| ProbeError::system(format!("{what} `{}`", subject.root.display()));
        let root = Root::open(&subject.root).map_err(failed("open"))?;
        if !subject.borrowed {
            let own = ["/proc", "/dev", "/sys"].into_iter().chain(TEMPORARY.iter().copied());
            for path in own.chain(volumes(&subject.command)).chain([subject.command.cwd.as_str()]) {
                root.make_folders(path).map_err(failed("make folders in"))?;
            }
        }
        Ok(account(&root, &subject.command.user)?)
    };
    subjects.iter().map(prepare).collect()
}

/// The first runtime that works, and a bench for it.
fn choose<'p>(place: &'p Place, runtimes: Vec<Runtime>, plan: &'p Plan) -> Result<(Runtime, Bench<'p>), ProbeError> {
    let mut why = Vec::new();
    let level = *plan.isolation.levels().first().unwrap_or(&Level::Strict);
    let nothing = nothing(place.folder())?;
    let last = runtimes.len().saturating_sub(1);
    for (number, runtime) in runtimes.into_iter().enumerate() {
        place.note(&runtime.program)?;
        let program = runtime.program.clone();
        let driver: Box<dyn Driver> = match program.kind {
            Kind::Runc | Kind::Crun => Box::new(Oci::new(program, place.folder(), place.id())),
            Kind::Podman | Kind::Docker => Box::new(Engine::new(program, place.folder(), place.id())),
        };
        let nothing = nothing.as_deref();
        let mut bench = Bench { driver, plan, name: place.id(), number: 0, nothing: None, floor: Vec::new() };
        let Some(nothing) = nothing else { return Ok((runtime, bench)) };
        bench.nothing = Some(empty_subject(nothing)?);
        let tried = bench.measure_floor(level);
        bench.floor.clear();
        match tried {
            Ok(()) => return Ok((runtime, bench)),
            Err(error) if number == last && why.is_empty() => return Err(error),
            Err(error) => why.push(format!("{}: {error}", runtime.program.kind.name())),
        }
    }
    Err(ProbeError::NoRuntime(why.join("; ")))
}

/// A root file system with nothing but a program that ends at once.
fn nothing(folder: &Path) -> Result<Option<PathBuf>, ProbeError> {
    let Some(program) = empty::program(&Platform::host().architecture) else { return Ok(None) };
    let root = folder.join("nothing");
    let write = || {
        fs::create_dir(&root)?;
        let path = root.join("empty");
        fs::write(&path, program)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755))
    };
    write().map_err(ProbeError::system::<std::io::Error>("write a program that ends at once"))?;
    Ok(Some(root))
}

fn empty_subject(root: &Path) -> Result<(Subject, Account), ProbeError> {
    let command = spec::Command {
        args: vec!["/empty".to_owned()],
        env: vec!["PATH=/".to_owned()],
        cwd: "/".to_owned(),
        user: String::new(),
        volumes: Vec::new(),
    };
    let subject = Subject { root: root.to_owned(), borrowed: false, command, ready: Ready::Exit(0) };
    let account = prepare(std::slice::from_ref(&subject))?.pop();
    let account = account.ok_or_else(|| ProbeError::NoRuntime("nobody to run as".into()))?;
    Ok((subject, account))
}

/// Finds the strictest level at which all subjects get ready, and warms them up; `None` when there is none.
fn warm_up(
    bench: &mut Bench<'_>,
    subjects: &[(&Subject, &Account)],
    plan: &Plan,
    series: &mut [Series],
) -> Result<Option<Level>, ProbeError> {
    for level in plan.isolation.levels() {
        let mut all_ready = true;
        for ((subject, account), series) in subjects.iter().zip(series.iter_mut()) {
            for _ in 0..plan.warm_up.max(1) {
                let run = bench.measure(subject, account, *level)?;
                let is_ready = run.verdict == Verdict::Ready;
                series.warm_up.push((*level, run));
                all_ready &= is_ready;
                if !is_ready {
                    break;
                }
            }
        }
        if all_ready {
            return Ok(Some(*level));
        }
    }
    Ok(None)
}

/// Where containers are run.
struct Bench<'p> {
    driver: Box<dyn Driver>,
    plan: &'p Plan,
    /// What names of containers begin with.
    name: &'p str,
    number: u32,
    nothing: Option<(Subject, Account)>,
    floor: Vec<Run>,
}

impl Bench<'_> {
    fn measure(&mut self, subject: &Subject, account: &Account, level: Level) -> Result<Run, ProbeError> {
        self.number += 1;
        let job = Job {
            id: format!("{}-{}", self.name, self.number),
            command: &subject.command,
            account,
            root: &subject.root,
            borrowed: subject.borrowed,
            level,
            limits: &self.plan.limits,
        };
        run(self.driver.as_ref(), &job, &subject.ready, self.plan.settle)
    }

    /// A run of nothing; one that does not end well is the runtime's fault.
    fn measure_floor(&mut self, level: Level) -> Result<(), ProbeError> {
        let Some((subject, account)) = self.nothing.take() else { return Ok(()) };
        let run = self.measure(&subject, &account, level);
        self.nothing = Some((subject, account));
        let run = run?;
        let failed =
            |message: String| ProbeError::Runtime { what: "running a program that ends at once".into(), message };
        match &run.verdict {
            Verdict::Ready => self.floor.push(run),
            Verdict::NotStarted { message } => return Err(failed(message.clone())),
            Verdict::Ended(ended) => return Err(failed(format!("it ended with {:?}", ended.code))),
            Verdict::TimedOut => return Err(failed("it did not end".into())),
        }
        Ok(())
    }
}
