//! The first step: every base the service could stand on, with the proof against those it could not, and a Dockerfile on
//! each of the rest.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use mvi_dockerfile::Dockerfile;
use mvi_image::{Algorithm, Digest};
use mvi_standard::base::is_same_base;
use mvi_standard::feasibility::Feasibility;

use super::base::{self, SCRATCH};
use super::begin::{TEMPLATE, is_template};
use super::entry::{BaseImage, Begun, Candidate, Entry, Standing};
use super::{Desk, dockerfile};
use crate::actions::predict::{BaseFacts, ServiceFile, standing};
use crate::actions::source;
use crate::report::spiral::Stop;

/// Why a base of the alpine family that nobody asked for is not looked for.
const ALTERNATIVE: &str = "an alternative that nobody asked for; --base NAME=SOURCE tries it";
/// The C library of the alpine family.
pub(super) const MUSL: &str = "musl";

impl Desk<'_, '_> {
    /// PROBED.
    pub(super) fn look_at_bases(&mut self) -> anyhow::Result<Vec<Stop>> {
        let begun = self.begun()?;
        let service = self.service()?;
        for (number, base) in self.bases(&begun).into_iter().enumerate() {
            if self.known.candidate(&base).is_none() {
                let candidate = self.look(&begun, &service, (number, base))?;
                self.write(Entry::Candidate(Box::new(candidate)))?;
            }
        }
        for (number, (name, place)) in begun.others.iter().enumerate() {
            let archive = self.place.other(number);
            if !archive.exists() {
                let own = base::name(name, place);
                base::take(&self.examiner(), place, (&archive, own)).with_context(|| format!("`{name}`"))?;
            }
        }
        Ok(Vec::new())
    }

    /// The service as its source shows it.
    pub(super) fn service(&self) -> anyhow::Result<ServiceFile> {
        let begun = self.begun()?;
        let bytes = source::digest(&self.place.source(), Path::new(""))?.1;
        let (file, _) = self.dockerfile()?;
        let repository = super::ingest::repository(&begun.name);
        let runtime = self.wish.class.runtime.as_str();
        let (about, known) = ((repository, runtime), (&file, begun.incumbent.clone()));
        let mut service = source::service(&self.place.source(), about, known, (bytes, self.wish.level))?;
        service.candidate = self.known.candidates.iter().filter_map(facts).collect();
        service.reasons.failed_trials = self.failed_before()?;
        Ok(service)
    }

    /// The service's Dockerfile, and its text.
    pub(super) fn dockerfile(&self) -> anyhow::Result<(Dockerfile, String)> {
        let begun = self.begun()?;
        let name = if is_template(&begun.dockerfile) { TEMPLATE } else { begun.dockerfile.as_str() };
        let text = source::read_text(&self.place.source().join(name))?;
        Ok((Dockerfile::parse(text.as_bytes()), text))
    }

    /// Bases in the order they are looked at: those that are asked for, and all of the alpine family that the standard
    /// registers, each once.
    fn bases(&self, begun: &Begun) -> Vec<String> {
        let standard = self.tools.standard;
        let musl = standard.rom_bases.iter().filter(|rom| rom.libc == MUSL).map(|rom| rom.reference.clone());
        let all = self.asked(begun).into_iter().chain(musl);
        let mut bases: Vec<String> = Vec::new();
        for base in all {
            if !bases.iter().any(|known| *known == base || is_same_base(standard, known, &base)) {
                bases.push(base);
            }
        }
        bases
    }

    /// Bases that are asked for: those that are named, the one in use, and those of the class.
    pub(super) fn asked(&self, begun: &Begun) -> Vec<String> {
        begun.bases.keys().chain(&begun.incumbent).chain(&self.wish.class.base).cloned().collect()
    }

    fn look(&self, begun: &Begun, service: &ServiceFile, (number, base): (usize, String)) -> anyhow::Result<Candidate> {
        let bare = BaseFacts { reference: base.clone(), ..BaseFacts::default() };
        // What the name alone rules out is not read.
        let told = standing(self.tools.standard, service, &bare)?;
        if let Feasibility::Infeasible { rule, proof } = told {
            let standing = Standing::Infeasible { rule, proof };
            return Ok(Candidate { base, number, image: None, standing, dockerfile: None });
        }
        self.tell(&format!("looks at {base}"));
        let (image, absent) = match self.find(begun, (number, &base)) {
            Ok(image) => (image, None),
            Err(why) => (None, Some(format!("{why:#}"))),
        };
        let read = BaseFacts { libc: image.as_ref().and_then(|image| image.libc.clone()), ..bare };
        let standing = match (standing(self.tools.standard, service, &read)?, absent) {
            (Feasibility::Infeasible { rule, proof }, _) => Standing::Infeasible { rule, proof },
            (_, Some(why)) => Standing::Absent { why },
            (Feasibility::Feasible, None) => Standing::Feasible,
            (Feasibility::Unknown { missing }, None) => Standing::Unproven { missing },
        };
        let dockerfile = match standing {
            Standing::Feasible | Standing::Unproven { .. } => Some(self.write_dockerfile(number, &base)?),
            Standing::Infeasible { .. } | Standing::Absent { .. } => None,
        };
        Ok(Candidate { base, number, image, standing, dockerfile })
    }

    fn write_dockerfile(&self, number: usize, base: &str) -> anyhow::Result<String> {
        let (file, _) = self.dockerfile()?;
        let text = dockerfile::on_base(&file, self.wish.target, base)?;
        let path = self.place.dockerfile(number);
        fs::write(&path, &text).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Digest::of(Algorithm::Sha256, text.as_bytes()).to_string())
    }

    /// Reads a base where it is named, else in the storages of this machine.
    fn find(&self, begun: &Begun, (number, base): (usize, &str)) -> anyhow::Result<Option<BaseImage>> {
        if base == SCRATCH {
            return Ok(Some(BaseImage {
                source: SCRATCH.to_owned(),
                digest: String::new(),
                platform: mvi_image::Platform::host().to_string(),
                libc: Some("none".to_owned()),
                layers: 0,
                packages: 0,
                transfer_mb: Some(0.0),
            }));
        }
        let take = |place: &str| {
            let name = base::name(base, place);
            base::take(&self.examiner(), place, (&self.place.archive(number), name))
        };
        if let Some(place) = begun.bases.get(base) {
            let image = take(place)?;
            self.check_libc(base, &image)?;
            return Ok(Some(image));
        }
        anyhow::ensure!(self.asked(begun).iter().any(|one| one == base), "{ALTERNATIVE}");
        let own = |scheme: &str| take(&format!("{scheme}:{base}"));
        let found = own("containers-storage").or_else(|_| own("docker-daemon"));
        found.map(Some).map_err(|_| anyhow::anyhow!("nothing says where it is; name it: --base {base}=oci:DIR"))
    }

    /// Refuses an image that cannot be the base it is said to be.
    fn check_libc(&self, base: &str, image: &BaseImage) -> anyhow::Result<()> {
        let roms = &self.tools.standard.rom_bases;
        let registered = roms.iter().find(|rom| is_same_base(self.tools.standard, base, &rom.reference));
        let (Some(rom), Some(found)) = (registered, image.libc.as_deref()) else { return Ok(()) };
        let differ = ["musl", "glibc"].contains(&rom.libc.as_str()) && ["musl", "glibc"].contains(&found);
        anyhow::ensure!(!differ || rom.libc == found, "`{}` has {found}, and `{base}` has {}", image.source, rom.libc);
        Ok(())
    }
}

/// What a base that was read says of itself.
fn facts(candidate: &Candidate) -> Option<BaseFacts> {
    let image = candidate.image.as_ref()?;
    Some(BaseFacts {
        reference: candidate.base.clone(),
        transfer_mb: image.transfer_mb,
        libc: image.libc.clone(),
        packages: Some(image.packages as f64),
        layers: Some(f64::from(image.layers)),
        ..BaseFacts::default()
    })
}
