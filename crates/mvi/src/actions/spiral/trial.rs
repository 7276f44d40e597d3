//! The second step, first half: every candidate that can be is really built; the builder's storage is as it was before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use mvi_dockerfile::Dockerfile;
use mvi_image::{Algorithm, Digest, Location};
use mvi_probe::OwnFolder;
use mvi_probe::build::{Base, Builder, Found, Order, Ran, Request, Runner, program};
use mvi_probe::pack::{Form, Output};

use super::base::{self, SCRATCH};
use super::entry::{Begun, Built, Candidate, Entry, Failed};
use super::{Desk, Word, dockerfile, stop};
use crate::actions::Examined;
use crate::actions::audit::judged_size;
use crate::actions::build::{BuildPlan, FOLDERS, FailedBuild, MeasurePlan, build};
use crate::actions::source;
use crate::report::build::BuildReport;
use crate::report::spiral::Stop;

/// One build that is asked for.
pub(super) struct Trial<'t> {
    /// Of what.
    pub candidate: &'t Candidate,
    /// What its image and log are called among the cycle's files.
    pub name: String,
    /// True where nothing that was built before may be used.
    pub fresh: bool,
    /// Cached rebuilds are timed, by this.
    pub measure: Option<MeasurePlan<'t>>,
}

/// Who builds, once that is known.
type Who = (&'static dyn Builder, Found);

impl Desk<'_, '_> {
    /// MEASURED.
    pub(super) fn measure(&mut self) -> anyhow::Result<Vec<Stop>> {
        if self.known.ran.is_none() {
            let built = self.build_all();
            let swept = self.sweep();
            let stops = built?;
            swept?;
            if !stops.is_empty() {
                return Ok(stops);
            }
            self.run_all()?;
        }
        self.count()?;
        if self.known.built.is_empty() {
            return Ok(stop("SPIRAL-TRIALS", "every trial failed; each candidate says why, and its log is kept"));
        }
        Ok(Vec::new())
    }

    fn build_all(&mut self) -> anyhow::Result<Vec<Stop>> {
        let waiting = |one: &&Candidate| !self.known.failed.contains_key(&one.base);
        let open: Vec<Candidate> = self.known.open().filter(waiting).cloned().collect();
        if open.is_empty() && self.known.failed.is_empty() {
            let absent = "no base can be had: each candidate says why";
            return Ok(stop("SPIRAL-INFEASIBLE", absent));
        }
        if let Err(why) = &self.tools.builder {
            let text = format!("nothing was built and measured, as there is no builder: {why}");
            return Ok(stop("SPIRAL-BUILDER", text));
        }
        for candidate in open.into_iter().filter(|one| !self.known.built.contains_key(&one.base)).collect::<Vec<_>>() {
            self.tell(&format!("builds on {}", candidate.base));
            let entry = self.try_one(&candidate)?;
            self.write(entry)?;
        }
        Ok(Vec::new())
    }

    /// One trial. A builder that says no has spoken about the candidate; one that was stopped has not.
    fn try_one(&self, candidate: &Candidate) -> anyhow::Result<Entry> {
        let name = candidate.number.to_string();
        let before = self.unnamed();
        let trial = Trial { candidate, name: name.clone(), fresh: false, measure: None };
        let built = self.build(&trial);
        let log = fs::read(self.place.log(&name)).unwrap_or_default();
        let log = Digest::of(Algorithm::Sha256, &log).to_string();
        let (report, examined) = match built {
            Ok(built) => built,
            Err(error) => {
                self.remove_unnamed_since(&before);
                return match error.downcast_ref::<FailedBuild>() {
                    Some(failed) if failed.is_final => Ok(Entry::Failed(Failed {
                        base: candidate.base.clone(),
                        log,
                        why: failed.to_string(),
                        ran: false,
                    })),
                    _ => Err(error.context(format!("the build on {} came to no end", candidate.base))),
                };
            }
        };
        let digest = examined.image.digest().ok_or_else(|| anyhow!("what was built has no digest"))?;
        Ok(Entry::Built(Built {
            base: candidate.base.clone(),
            digest: digest.to_string(),
            log,
            seconds: report.seconds,
            builder: format!("{} {}", report.builder.name, report.builder.version),
            size_mb: judged_size(self.tools.standard, &examined),
            layers: examined.image.layers.len(),
        }))
    }

    /// Builds a candidate into the cycle's images, and reads what came out.
    ///
    /// # Errors
    /// [`FailedBuild`], and what keeps a builder from being asked.
    pub(super) fn build(&self, trial: &Trial<'_>) -> anyhow::Result<(BuildReport, Examined)> {
        let (begun, who) = (self.begun()?, self.who()?);
        let (image, log) = (self.place.image(&trial.name), self.place.log(&trial.name));
        let _ = fs::remove_dir_all(&image);
        let mut more = self.tools.more.to_vec();
        more.extend(who.0.dated(begun.epoch));
        let mut dockerfile = self.place.dockerfile(trial.candidate.number);
        if let Some(renamed) = self.offer_bases(&begun, &who, (trial.candidate, &mut more))? {
            dockerfile = renamed;
        }
        let mut arguments = self.wish.arguments.to_vec();
        arguments.push(format!("SOURCE_DATE_EPOCH={}", begun.epoch));
        let tags = [tag(&begun.id, trial.candidate.number)];
        let source = self.place.source();
        let output = Output { form: Form::Layout, path: image.clone(), tag: None };
        let plan = BuildPlan {
            builder: who,
            request: Request {
                context: &source,
                dockerfile: Some(&dockerfile),
                arguments: &arguments,
                target: self.wish.target,
                platform: None,
                tags: &tags,
                no_cache: trial.fresh,
                more: &more,
            },
            output: Some(&output),
            log: Some(&log),
            limit: self.tools.limit,
            measure: trial.measure,
            guard: self.tools.guard,
            temporary: self.tools.temporary,
        };
        let report = build(&self.examiner(), &plan, &mut |line| (self.tools.watch)(Word::Builder(line)))?;
        Ok((report, self.read_image(&trial.name)?))
    }

    /// An image of the cycle.
    pub(super) fn read_image(&self, name: &str) -> anyhow::Result<Examined> {
        let location = self.location(name)?;
        self.examiner().examine_one(&location).with_context(|| format!("cannot read `{location}`"))
    }

    /// Where it lies.
    pub(super) fn location(&self, name: &str) -> anyhow::Result<Location> {
        Ok(Location::parse(&format!("oci:{}", self.place.image(name).display()))?)
    }

    /// sha256 of the builder's program; nothing where it is not found.
    pub(super) fn builder_digest(&self) -> anyhow::Result<Option<String>> {
        let found = program(self.who()?.0, self.tools.search_path);
        Ok(found.map(|path| source::of_file(&path)).transpose()?.map(|digest| digest.to_string()))
    }

    fn who(&self) -> anyhow::Result<Who> {
        let who = self.tools.builder.as_ref().map_err(|why| anyhow!("there is no builder: {why}"))?;
        Ok((who.0, who.1.clone()))
    }

    /// Puts the images that stages start from where the builder finds them: adds options for it, or loads them into its
    /// storage, and gives the Dockerfile with the names that they have there.
    fn offer_bases(
        &self,
        begun: &Begun,
        (builder, _): &Who,
        (candidate, options): (&Candidate, &mut Vec<String>),
    ) -> anyhow::Result<Option<PathBuf>> {
        let own = candidate.image.as_ref().map(|image| (&candidate.base, image.source.as_str()));
        let mut images: Vec<_> =
            own.map(|(name, source)| (name, source, self.place.archive(candidate.number))).into_iter().collect();
        let others = begun.others.iter().enumerate();
        images.extend(others.map(|(number, (name, source))| (name, source.as_str(), self.place.other(number))));
        let mut loaded = BTreeMap::new();
        for (name, source, archive) in images.iter().filter(|(name, ..)| *name != SCRATCH) {
            let offer = |archive: &Path| {
                let told = builder.base_of_archive(name, archive);
                told.ok_or_else(|| anyhow!("`{}` is no UTF-8 text", archive.display()))
            };
            match offer(archive)? {
                Base::Options(words) => options.extend(words),
                Base::Loaded(_) => {
                    let own = base::name(name, source);
                    let archive = base::for_docker(&self.examiner(), archive, &own)?;
                    if let Base::Loaded(order) = offer(&archive)? {
                        self.order(&order).with_context(|| format!("`{name}` cannot be loaded"))?;
                    }
                    loaded.insert((*name).clone(), own);
                }
            }
        }
        if loaded.is_empty() {
            return Ok(None);
        }
        let text = source::read_text(&self.place.dockerfile(candidate.number))?;
        let text = dockerfile::renamed(&Dockerfile::parse(text.as_bytes()), &loaded);
        let path = self.place.local_dockerfile(candidate.number);
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Some(path))
    }

    /// Takes what the cycle named out of the builder's storage; what is not there is no loss.
    ///
    /// # Errors
    /// A temporary folder that cannot be made.
    pub(super) fn sweep(&self) -> anyhow::Result<()> {
        let (Ok((builder, _)), Some(begun)) = (self.who(), &self.known.begun) else { return Ok(()) };
        let built = || self.known.candidates.iter().filter(|one| one.dockerfile.is_some());
        let tags = built().map(|one| tag(&begun.id, one.number));
        let bases = built().filter_map(|one| Some(base::name(&one.base, &one.image.as_ref()?.source)));
        let others = begun.others.iter().map(|(name, place)| base::name(name, place));
        for name in tags.chain(bases).chain(others) {
            self.ask(&builder.remove(&name))?;
        }
        Ok(())
    }

    /// Takes what was built of a candidate out of the builder's storage.
    ///
    /// # Errors
    /// A temporary folder that cannot be made.
    pub(super) fn remove_built(&self, candidate: &Candidate) -> anyhow::Result<()> {
        self.ask(&self.who()?.0.remove(&tag(&self.begun()?.id, candidate.number))).map(drop)
    }

    /// Images of the builder's that nothing names.
    fn unnamed(&self) -> BTreeSet<String> {
        let Ok((builder, _)) = self.who() else { return BTreeSet::new() };
        let lines = self.ask(&builder.unnamed()).unwrap_or_default();
        lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// Removes what a build that failed left: images that nothing names and that were not there before it. Several
    /// rounds, as one may stand on another; what another build uses is refused by the builder, and stays.
    fn remove_unnamed_since(&self, before: &BTreeSet<String>) {
        let Ok((builder, _)) = self.who() else { return };
        let mut left = usize::MAX;
        loop {
            let new: Vec<String> = self.unnamed().difference(before).cloned().collect();
            if new.is_empty() || new.len() >= left {
                return;
            }
            left = new.len();
            for id in new {
                let _ = self.ask(&builder.remove(&id));
            }
        }
    }

    /// The lines that a command of the builder's writes; none where it fails.
    fn ask(&self, order: &Order) -> anyhow::Result<Vec<String>> {
        let ran = self.ran(order)?;
        Ok(if ran.code == Some(0) { ran.log.lines().map(str::to_owned).collect() } else { Vec::new() })
    }

    /// Has the builder do something that has to succeed.
    fn order(&self, order: &Order) -> anyhow::Result<()> {
        let ran = self.ran(order)?;
        let last = ran.log.lines().next_back().unwrap_or("it says nothing");
        anyhow::ensure!(ran.code == Some(0), "{}: {last}", order.shown());
        Ok(())
    }

    fn ran(&self, order: &Order) -> anyhow::Result<Ran> {
        let (builder, _) = self.who()?;
        let folder = OwnFolder::make(self.tools.temporary, FOLDERS);
        let folder = folder.context("cannot make a temporary folder")?;
        let mut watch = |_: &str| {};
        let mut runner = Runner { guard: self.tools.guard, limit: self.tools.limit, watch: &mut watch };
        Ok(runner.run(builder, order, folder.path())?)
    }
}

/// What a candidate is called in the builder's storage.
fn tag(cycle: &str, number: usize) -> String {
    format!("localhost/mvi-spiral-{cycle}/candidate:{number}")
}
