//! Builds an image with the builder there is, reads it back, and times rebuilds where that is asked for.

mod measure;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use mvi_image::{Location, PlatformChoice};
use mvi_probe::OwnFolder;
use mvi_probe::build::{Builder, Built, Found, Order, Request, Runner, Stop, build as ask, cached_share};
use mvi_probe::pack::{Output, Packing, copy_image};
use mvi_standard::Standard;

use super::Examiner;
use super::examine::Examined;
use crate::report::TOOL;
use crate::report::build::{BuildReport, BuiltImage, Cached, LogNote};

/// What a build goes by.
pub(crate) struct BuildPlan<'a> {
    /// Who builds.
    pub builder: (&'static dyn Builder, Found),
    /// What.
    pub request: Request<'a>,
    /// Where the image also goes.
    pub output: Option<&'a Output>,
    /// Where the whole log goes.
    pub log: Option<&'a Path>,
    /// How long one command may take.
    pub limit: Duration,
    /// Rebuilds to be timed; none where that is not asked for.
    pub measure: Option<MeasurePlan<'a>>,
    /// The program that guards builders, and its words.
    pub guard: (&'a Path, &'a [&'a str]),
    /// Where temporary folders are made.
    pub temporary: &'a Path,
}

/// What timing goes by.
#[derive(Clone, Copy)]
pub(crate) struct MeasurePlan<'a> {
    /// The standard with the gate.
    pub standard: &'a Standard,
    /// The file that is changed; chosen where none is named.
    pub touch: Option<&'a Path>,
    /// How many rebuilds.
    pub rebuilds: u32,
    /// Another number for every measurement, so that no builder has its edits in a cache.
    pub salt: u16,
}

/// How names of folders of builds begin.
pub(crate) const FOLDERS: &str = "mvi-build-";

/// The command that would build, for people.
#[must_use]
pub(crate) fn shown(plan: &BuildPlan<'_>) -> String {
    plan.builder.0.build(&plan.request, Path::new("ID-FILE")).shown()
}

/// Builds. Lines of the builder go to `watch` as they come.
///
/// # Errors
/// A builder that fails, takes too long or is killed, and an image that cannot be read back. Nothing is left behind but
/// what the builder keeps in its storage.
pub(crate) fn build(
    examiner: &Examiner<'_>,
    plan: &BuildPlan<'_>,
    watch: &mut dyn FnMut(&str),
) -> anyhow::Result<BuildReport> {
    let folder = OwnFolder::make(plan.temporary, FOLDERS);
    let folder = folder.with_context(|| format!("cannot make a folder in `{}`", plan.temporary.display()))?;
    let mut log = LogFile::create(plan.log)?;
    let mut watch = |line: &str| {
        watch(line);
        log.add(line);
    };
    let mut runner = Runner { guard: plan.guard, limit: plan.limit, watch: &mut watch };
    let mut bench = Bench { plan, folder: folder.path(), runner: &mut runner, made: Vec::new() };
    let done = bench.build_and_read(examiner);
    bench.tidy(done.is_err());
    let report = done?;
    log.finish()?;
    Ok(report)
}

/// One build at work.
struct Bench<'a, 'r> {
    plan: &'a BuildPlan<'a>,
    /// Private to the build.
    folder: &'a Path,
    runner: &'a mut Runner<'r>,
    /// Ids of images that nobody asked to keep.
    made: Vec<String>,
}

impl Bench<'_, '_> {
    fn build_and_read(&mut self, examiner: &Examiner<'_>) -> anyhow::Result<BuildReport> {
        let plan = self.plan;
        let context = match plan.measure {
            Some(_) => measure::copy(plan.request.context, self.folder)?,
            None => plan.request.context.to_owned(),
        };
        let no_cache = plan.request.no_cache || plan.measure.is_some();
        let request = Request { context: &context, no_cache, ..plan.request };
        let built = self.ask(&request)?;
        let id = built.id.clone().ok_or_else(|| anyhow!("the builder gives no id of what it built"))?;
        if plan.measure.is_some() && plan.request.tags.is_empty() {
            self.made.push(id.clone());
        }
        let (examined, output) = self.read_back(examiner, &id)?;
        let measure = match plan.measure {
            Some(measure) => Some(self.measure(&Request { no_cache: false, tags: &[], ..request }, measure)?),
            None => None,
        };
        let (hits, of) = cached_share(&built.steps);
        Ok(BuildReport {
            schema: "mvi-build/1",
            tool: TOOL,
            builder: plan.builder.1.clone(),
            command: shown(plan),
            context: plan.request.context.display().to_string(),
            seconds: built.took.as_secs_f64(),
            steps: built.steps,
            cached: Cached { hits, of },
            log: LogNote {
                lines: built.log.total,
                bytes: built.log.bytes,
                cut: built.log.is_cut(),
                file: plan.log.map(|file| file.display().to_string()),
            },
            image: BuiltImage {
                id,
                identity: examined.identity(),
                sizes: examined.sizes(),
                layers: examined.layers.len(),
            },
            output,
            measure,
        })
    }

    /// One build that has to succeed.
    fn ask(&mut self, request: &Request<'_>) -> anyhow::Result<Built> {
        let (builder, found) = &self.plan.builder;
        let built = ask(*builder, request, self.folder, self.runner)?;
        if built.code == Some(0) {
            return Ok(built);
        }
        Err(failure(found.name, &built, self.plan.limit).into())
    }

    /// Has the image exported and reads it; copies it to where it also goes.
    fn read_back(&mut self, examiner: &Examiner<'_>, id: &str) -> anyhow::Result<(Examined, Option<String>)> {
        let (builder, found) = &self.plan.builder;
        let file = self.folder.join("image.tar");
        let (order, scheme) = builder.export(id, &file);
        self.run(&order).with_context(|| format!("{} cannot save what it built", found.name))?;
        let location = Location::parse(&format!("{scheme}:{}", file.display()))?;
        let examined = examiner.examine_one(&location)?;
        let output = match self.plan.output {
            Some(output) => {
                copy_image(&examined.image, Packing::Gzip(6), output)?;
                Some(output.location())
            }
            None => None,
        };
        Ok((examined, output))
    }

    fn run(&mut self, order: &Order) -> anyhow::Result<()> {
        let ran = self.runner.run(self.plan.builder.0, order, self.folder)?;
        let last = ran.log.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
        if ran.code == Some(0) { Ok(()) } else { Err(anyhow!("`{}`: {last}", order.shown())) }
    }

    /// Removes the images that nobody asked to keep, newest first; what the builder will not remove stays.
    fn tidy(&mut self, has_failed: bool) {
        for id in std::mem::take(&mut self.made).into_iter().rev() {
            let order = self.plan.builder.0.remove(&id);
            if let Err(error) = self.run(&order)
                && !has_failed
            {
                (self.runner.watch)(&format!("image {id} stays: {error}"));
            }
        }
    }
}

/// A build that did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct FailedBuild {
    /// What to say about it: where it was, and its last words.
    text: String,
    /// True where the builder itself said no, which it will say again; false where it was stopped, or ran out of room.
    pub is_final: bool,
}

/// What a build that failed has to say.
fn failure(name: &str, built: &Built, limit: Duration) -> FailedBuild {
    let how = match (built.stopped, built.code, built.guarded.signal) {
        (Some(Stop::Time), _, _) => format!("was stopped after {} s, see --timeout", limit.as_secs()),
        (_, Some(code), _) => format!("failed with code {code}"),
        (_, None, Some(signal)) => format!("was killed by signal {signal}"),
        (_, None, None) => "was killed".to_owned(),
    };
    let at = built.steps.last().map_or_else(String::new, |step| format!(", at `{}`", step.text));
    let after = built.took.as_secs_f64();
    let words: Vec<&str> = built.log.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = words.iter().skip(words.len().saturating_sub(8)).map(|line| format!("  {line}"));
    let mut text = vec![format!("{name} {how}{at}, after {after:.1} s")];
    text.extend(last);
    let left = &built.guarded.left;
    if !left.is_empty() {
        let ids = left.join(", ");
        text.push(format!("  left in its storage, as another build may use them: {ids}; remove them with `{name} rm`"));
    }
    if built.guarded.immortal {
        text.push("  some of its processes could not be killed".to_owned());
    }
    let has_no_room = || words.iter().any(|line| line.to_ascii_lowercase().contains("no space left on device"));
    let is_final = built.stopped.is_none() && built.code.is_some() && !has_no_room();
    FailedBuild { is_final, text: text.join("\n") }
}

/// The whole log, as it comes.
struct LogFile {
    out: Option<(PathBuf, BufWriter<File>)>,
    failed: Option<std::io::Error>,
}

impl LogFile {
    fn create(file: Option<&Path>) -> anyhow::Result<Self> {
        let create = |file: &Path| {
            let out = File::create(file).with_context(|| format!("cannot write `{}`", file.display()))?;
            anyhow::Ok((file.to_owned(), BufWriter::new(out)))
        };
        Ok(Self { out: file.map(create).transpose()?, failed: None })
    }

    fn add(&mut self, line: &str) {
        if let Some((_, out)) = &mut self.out
            && let Err(error) = writeln!(out, "{line}")
        {
            self.failed.get_or_insert(error);
        }
    }

    fn finish(mut self) -> anyhow::Result<()> {
        let Some((path, out)) = &mut self.out else { return Ok(()) };
        let done = self.failed.take().map_or_else(|| out.flush(), Err);
        done.with_context(|| format!("cannot write `{}`", path.display()))
    }
}

/// The platform as builders take it.
#[must_use]
pub(crate) fn platform(choice: Option<&PlatformChoice>) -> Option<String> {
    match choice? {
        PlatformChoice::Exactly(platform) | PlatformChoice::Prefer(platform) => Some(platform.to_string()),
        PlatformChoice::All => None,
    }
}
