//! The second step, first half: every candidate that can be is really built; the builder's storage is as it was before.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, anyhow};
use mvi_image::{Algorithm, Digest, Location};
use mvi_probe::OwnFolder;
use mvi_probe::build::{Builder, Found, Order, Request, Runner};
use mvi_probe::pack::{Form, Output};

use super::base::{self, SCRATCH};
use super::entry::{Begun, Built, Candidate, Entry, Failed};
use super::{Desk, Word, stop};
use crate::actions::Examined;
use crate::actions::audit::judged_size;
use crate::actions::build::{BuildPlan, FOLDERS, FailedBuild, MeasurePlan, build};
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
                    Some(failed) if failed.is_final => {
                        Ok(Entry::Failed(Failed { base: candidate.base.clone(), log, why: failed.to_string() }))
                    }
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
        let more = self.options(&begun, &who, trial.candidate)?;
        let mut arguments = self.wish.arguments.to_vec();
        arguments.push(format!("SOURCE_DATE_EPOCH={}", begun.epoch));
        let tags = [tag(&begun.id, trial.candidate.number)];
        let (source, dockerfile) = (self.place.source(), self.place.dockerfile(trial.candidate.number));
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

    fn who(&self) -> anyhow::Result<Who> {
        let who = self.tools.builder.as_ref().map_err(|why| anyhow!("there is no builder: {why}"))?;
        Ok((who.0, who.1.clone()))
    }

    /// Options: the user's, those that date the image, and where its bases are.
    fn options(&self, begun: &Begun, (builder, found): &Who, candidate: &Candidate) -> anyhow::Result<Vec<String>> {
        let mut more = self.tools.more.to_vec();
        more.extend(builder.dated(begun.epoch));
        let mut archives = vec![(&candidate.base, self.place.archive(candidate.number))];
        archives.extend(begun.others.keys().enumerate().map(|(number, name)| (name, self.place.other(number))));
        for (name, archive) in archives.iter().filter(|(name, _)| *name != SCRATCH) {
            let options = builder.base_of_archive(name, archive).ok_or_else(|| {
                anyhow!("{} starts from images of its own service only; use buildah or podman: --builder", found.name)
            })?;
            more.extend(options);
        }
        Ok(more)
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

    /// The lines that a command of the builder's writes, whatever it ends with.
    fn ask(&self, order: &Order) -> anyhow::Result<Vec<String>> {
        let (builder, _) = self.who()?;
        let folder = OwnFolder::make(self.tools.temporary, FOLDERS);
        let folder = folder.context("cannot make a temporary folder")?;
        let mut watch = |_: &str| {};
        let mut runner = Runner { guard: self.tools.guard, limit: self.tools.limit, watch: &mut watch };
        let ran = runner.run(builder, order, folder.path())?;
        let lines = ran.log.lines().map(str::to_owned).collect();
        Ok(if ran.code == Some(0) { lines } else { Vec::new() })
    }
}

/// What a candidate is called in the builder's storage.
fn tag(cycle: &str, number: usize) -> String {
    format!("localhost/mvi-spiral-{cycle}/candidate:{number}")
}
