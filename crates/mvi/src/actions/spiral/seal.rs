//! The fifth step: the winner is built twice more and compared file by file, and sealed if every guard holds.

use anyhow::Context as _;
use mvi_fleet::Fact;
use mvi_image::Digest;
use mvi_probe::build::BuildError;
use mvi_seal::{Candidate as Tried, Dimension, Rebuild, RomContent, Verified, refusals};
use mvi_standard::pressure::pressure;

use super::entry::{Candidate, Entry, Rebuilt, Sealed};
use super::trial::Trial;
use super::{Desk, stop};
use crate::actions::Examined;
use crate::actions::audit::Statement;
use crate::actions::build::{FailedBuild, MeasurePlan};
use crate::actions::diff::differing;
use crate::actions::known::known_organisms;
use crate::actions::rom::{MeasuredFile, SealRequest, facts, prepare};
use crate::actions::sbom::{SbomOptions, sbom};
use crate::actions::source;
use crate::report::spiral::Stop;

/// Cached rebuilds that are timed: those of `mvi build`.
const REBUILDS: u32 = 3;

impl Desk<'_, '_> {
    /// SEALED.
    pub(super) fn seal(&mut self) -> anyhow::Result<Vec<Stop>> {
        if self.known.sealed.is_some() {
            return Ok(Vec::new());
        }
        let Some(winner) = self.known.winner().and_then(|base| self.known.candidate(base)).cloned() else {
            return Ok(stop("SPIRAL-WINNER", "there is no base to seal: each candidate says why"));
        };
        let stops = self.stops_before(&winner);
        if !stops.is_empty() {
            return Ok(stops);
        }
        if self.known.rebuilt.is_none() {
            self.tell(&format!("builds on {} twice more, and compares", winner.base));
            let rebuilt = self.rebuild(&winner);
            let swept = self.sweep();
            let rebuilt = rebuilt?;
            swept?;
            self.write(Entry::Rebuilt(rebuilt))?;
        }
        self.seal_winner(&winner)
    }

    /// What would keep it from being sealed however its rebuilds compare; told before they take their time.
    fn stops_before(&self, winner: &Candidate) -> Vec<Stop> {
        let mut stops = Vec::new();
        let decided = self.known.decided.as_ref().map(|decided| &decided.record["waiting"]);
        let waiting: Vec<&str> =
            decided.and_then(|list| list.as_array()).into_iter().flatten().filter_map(|base| base.as_str()).collect();
        if !waiting.is_empty() {
            let named: Vec<String> = waiting.iter().map(|base| format!("--base {base}=oci:DIR")).collect();
            let text = format!("{} has to be built before anything is sealed: {}", waiting.join(", "), named.join(" "));
            stops.extend(stop("SPIRAL-TRIALS", text));
        }
        if !self.known.built.contains_key(&winner.base) {
            stops.extend(stop("SEAL-MEASURED", format!("`{}` was not really built, and stays", winner.base)));
            return stops;
        }
        let measured = pressure(self.tools.standard, &self.known.measured(&winner.base));
        let missing = measured.map(|pressure| pressure.missing).unwrap_or_default();
        if !missing.is_empty() {
            let why: Vec<String> = missing.iter().map(|id| self.why_missing(id, &winner.base)).collect();
            let text = format!("all five dimensions are required: {}; then mvi spiral run --fresh", why.join("; "));
            stops.extend(stop("SEAL-COVERAGE", text));
        }
        if self.tools.key.is_none() {
            stops.extend(stop("SPIRAL-KEY", "nobody seals: name the private key, --key FILE"));
        }
        stops
    }

    /// Why a dimension has no number.
    fn why_missing(&self, id: &str, base: &str) -> String {
        let ran = self.known.ran.as_ref().and_then(|ran| ran.get(base)).map(|ran| ran.with.as_str());
        let counted = self.known.counted.get(base).map(|counted| counted.by.as_str());
        let why = match id {
            "startup_ms" | "mem_mb" => ran,
            "cve_count" => counted,
            _ => None,
        };
        format!("{id} is missing ({})", why.unwrap_or("nothing measures it"))
    }

    /// Builds the winner twice without a cache, with the time of its first build, and times cached rebuilds.
    fn rebuild(&self, winner: &Candidate) -> anyhow::Result<Rebuilt> {
        let number = winner.number;
        let [first, second, ..] = self.tools.seed;
        let salt = u16::from_le_bytes([first, second]);
        let plan = MeasurePlan { standard: self.tools.standard, touch: None, rebuilds: REBUILDS, salt };
        let trial =
            |name: &str, measure| Trial { candidate: winner, name: format!("{number}-{name}"), fresh: true, measure };
        let timed = self.build(&trial("again", Some(plan)));
        let (once, build_cached_s, why) = match timed {
            Ok((report, image)) => (image, report.measure.map(|measure| measure.median_s), None),
            Err(error) if error.is::<FailedBuild>() || error.is::<BuildError>() => return Err(error),
            // No source file to change shows: the rebuild is compared all the same.
            Err(error) => (self.build(&trial("again", None))?.1, None, Some(format!("{error:#}"))),
        };
        // Where it is not the same image, the name would go on to the next, and this one stay without.
        self.remove_built(winner)?;
        let (_, twice) = self.build(&trial("twice", None))?;
        let tried = self.read_image(&number.to_string())?;
        let mut paths = differing(&once, &twice);
        paths.extend(differing(&tried, &once));
        paths.sort();
        paths.dedup();
        let epoch = i64::try_from(self.begun()?.epoch).unwrap_or_default();
        let is_equal = paths.is_empty();
        let rebuild = if is_equal { Rebuild::Equal { source_date_epoch: epoch } } else { Rebuild::Different { paths } };
        Ok(Rebuilt { rebuild, build_cached_s, why, builder: self.builder_digest()? })
    }

    fn seal_winner(&mut self, winner: &Candidate) -> anyhow::Result<Vec<Stop>> {
        let key = self.tools.key.context("nobody seals: --key FILE")?;
        let (folder, trusted) = self.tools.roms;
        let sealed = match self.sealed_before()? {
            Some(sealed) => sealed,
            None => {
                let examined = self.read_image(&winner.number.to_string())?;
                let prepared = self.prepared(winner, &examined)?;
                let refused = refusals(&prepared.content, &prepared.facts);
                if !refused.is_empty() {
                    let told = |one: mvi_seal::Refusal| Stop { code: one.code.to_owned(), text: one.text };
                    return Ok(refused.into_iter().map(told).collect());
                }
                let (sequence, previous) = folder.next_link(trusted)?;
                let content = RomContent { sequence, previous, ..prepared.content };
                folder.seal(&content, &[key])?.verify(trusted)?
            }
        };
        let name = sealed.content.name.clone();
        let rom = Fact::Rom(facts(&folder.read(&name)?, &sealed)?);
        let memory = self.memory.as_deref_mut().context("this step needs a fleet: --store")?;
        memory.append(&rom, Some(&format!("rom/{}", sealed.seal)))?;
        let (seal, at) = (sealed.seal.to_string(), sealed.content.sealed_at);
        self.write(Entry::Sealed(Sealed { name: name.to_string(), seal, at }))?;
        Ok(Vec::new())
    }

    /// The record that a run which was ended right after sealing left.
    fn sealed_before(&self) -> anyhow::Result<Option<Verified>> {
        let (folder, trusted) = self.tools.roms;
        let decided = self.known.decided.as_ref().map(|decided| decided.id.clone());
        let (sound, _) = folder.verify_all(trusted)?;
        Ok(sound.into_iter().find(|one| decided.is_some() && one.content.decision == decided))
    }

    fn prepared(&self, winner: &Candidate, examined: &Examined) -> anyhow::Result<crate::actions::rom::Prepared> {
        let standard = self.tools.standard;
        let measured = self.measured_file(winner)?;
        let memory = self.memory.as_deref().context("this step needs a fleet: --store")?;
        let names = self.tools.roms.0.names()?;
        let request = SealRequest {
            standard,
            row: &self.wish.class.id,
            statement: Statement { name: Some(self.wish.name.clone()), ..self.statement(&winner.base) },
            measured,
            sealed: &names,
            known: &known_organisms(standard, Some(&memory.store))?,
            crqs: &memory.law.crqs,
            now: (self.tools.clock)(),
        };
        prepare(examined, request)
    }

    /// What reading the winner cannot tell.
    fn measured_file(&self, winner: &Candidate) -> anyhow::Result<MeasuredFile> {
        let base = winner.base.as_str();
        let measured = self.known.measured(base);
        let ran = self.known.ran.as_ref().and_then(|ran| ran.get(base));
        let counted = self.known.counted.get(base);
        let row = |id: &str, method: String, runs: Vec<String>| {
            measured.get(id).map(|value| Dimension { value, method, runs })
        };
        let (times, runs, memory) = match ran {
            Some(ran) => (ran.startup_ms.len(), vec![ran.id.clone()], ran.memory.clone()),
            None => (0, Vec::new(), String::new()),
        };
        let rebuilt = self.known.rebuilt.as_ref();
        let image = winner.image.as_ref().filter(|image| !image.digest.is_empty());
        let digest =
            |image: &super::entry::BaseImage| Some((image.platform.clone(), image.digest.parse::<Digest>().ok()?));
        let tried = |base: &String| {
            let pressure = self.known.ingested.get(base).and_then(|ingested| ingested.pressure);
            Tried { base: base.clone(), measured_pressure: pressure, chosen: *base == winner.base }
        };
        let location = self.location(&winner.number.to_string())?;
        let statement = self.statement(base);
        let options = SbomOptions { statement: &statement, hidden: false, now: self.epoch()? };
        let bill = sbom(&self.examiner(), &location, &options)?;
        let bill = Digest::of(mvi_image::Algorithm::Sha256, &mvi_seal::canonical(&bill)?);
        Ok(MeasuredFile {
            startup_ms: row("startup_ms", format!("median of {times}, create to ready"), runs.clone()),
            mem_mb: row("mem_mb", format!("median of {times}, {memory}"), runs),
            cve_count: row("cve_count", counted.map(|one| one.by.clone()).unwrap_or_default(), Vec::new()),
            cve_high_plus: counted.and_then(|counted| counted.high_plus),
            build_cached_s: rebuilt.and_then(|rebuilt| rebuilt.build_cached_s),
            rebuild: rebuilt.map(|rebuilt| rebuilt.rebuild.clone()),
            decision: self.known.decided.as_ref().map(|decided| decided.id.clone()),
            builder: rebuilt.and_then(|rebuilt| rebuilt.builder.clone()),
            dockerfile: Some(source::read_text(&self.place.dockerfile(winner.number))?),
            sbom: Some(bill.to_string()),
            base_digests: image.and_then(digest).into_iter().collect(),
            candidates: self.known.built.keys().map(tried).collect(),
        })
    }

    /// The time of everything that is built.
    fn epoch(&self) -> anyhow::Result<jiff::Timestamp> {
        Ok(jiff::Timestamp::from_second(i64::try_from(self.begun()?.epoch)?)?)
    }
}
