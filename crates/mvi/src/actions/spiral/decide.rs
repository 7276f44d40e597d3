//! The fourth step: what is expected of every base, what was measured, and which base follows; kept in the fleet's log.
//! The forecast proposes, the builds dispose.

use std::collections::BTreeMap;

use anyhow::Context as _;
use mvi_fleet::{DecisionFacts, Fact};
use mvi_forecast::History;
use mvi_image::{Algorithm, Digest};
use mvi_probe::stats::compare;
use mvi_seal::{Envelope, canonical};
use mvi_standard::base::{is_same_base, registered};
use mvi_standard::crq::CrqKind;
use mvi_standard::decision::{Candidate as Weighed, DecisionRecord, Outcome, candidates};
use mvi_standard::pressure::{Measurements, pressure};
use mvi_standard::reference::Reference;
use serde::Serialize;
use serde_json::Value;

use super::Desk;
use super::candidate::MUSL;
use super::entry::{Begun, Decided, Entry, Standing};
use super::ingest::repository;
use super::tried::Terms;
use crate::actions::predict::{BaseFacts, builds_of, predict, schema, train};
use crate::report::predict::PredictReport;
use crate::report::spiral::Stop;

/// What an envelope around a decision record says that it holds.
pub(crate) const DECISION_TYPE: &str = "application/vnd.mvi.decision+json";

/// How sure an interval has to be. Image Standard V13, forecasting: 90 % intervals.
const CONFIDENT: f64 = 0.9;
/// The fewest pairs of runs that are that sure, by [`Desk::interval`].
const FEWEST: i32 = 5;

/// A decision as the fleet's log keeps it. The same findings give the same bytes.
#[derive(Debug, Serialize)]
struct Document {
    /// `mvi-decision/1`.
    schema: &'static str,
    id: String,
    service: String,
    class: String,
    /// Digest of the standard.
    standard: String,
    /// The base in use, or the class's own where none is.
    requested: String,
    /// Whether the requested base is in use.
    incumbent: bool,
    chosen: Option<String>,
    /// Pressure of the base in use minus that of the best one.
    gain: Option<f64>,
    /// Holds the gain, pair by pair of runs.
    interval: Option<[f64; 2]>,
    /// How sure that is, 0 to 1.
    confidence: Option<f64>,
    reason: String,
    /// Dimensions that all candidates were compared in.
    dimensions: Vec<String>,
    /// Bases that have to be built before anything is sealed, and were not.
    waiting: Vec<String>,
    /// What the trials went by.
    terms: Terms,
    /// Features of the service, by name.
    features: BTreeMap<String, toml::Value>,
    /// Bases as they were read.
    bases: Vec<BaseFacts>,
    /// Bases that were built on and do not run.
    not_running: Vec<String>,
    /// Every base with what was found out.
    record: DecisionRecord,
    /// What was expected.
    forecast: Option<PredictReport>,
}

/// A candidate that was measured.
struct Contender {
    base: String,
    pressure: f64,
    size_mb: f64,
    is_registered: bool,
}

/// Which base it is, and why.
#[derive(Default)]
struct Choice {
    chosen: Option<String>,
    gain: Option<f64>,
    interval: Option<[f64; 2]>,
    confidence: Option<f64>,
    reason: String,
}

impl Desk<'_, '_> {
    /// PREDICTED.
    pub(super) fn decide(&mut self) -> anyhow::Result<Vec<Stop>> {
        if self.known.decided.is_none() {
            let decided = match self.decided_before()? {
                Some(decided) => decided,
                None => self.tell_decision()?,
            };
            self.write(Entry::Decided(decided))?;
        }
        Ok(Vec::new())
    }

    /// What a run that was ended right after its decision told the fleet: a decision is made once.
    fn decided_before(&self) -> anyhow::Result<Option<Decided>> {
        let begun = self.begun()?;
        let memory = self.memory.as_deref().context("this step needs a fleet: --store")?;
        let known = memory.store.decisions(Some(repository(&begun.name)))?;
        let found = known.into_iter().find(|row| row.id == key(&begun));
        Ok(found.map(|row| Decided { id: row.id, digest: row.digest, record: row.document }))
    }

    fn tell_decision(&mut self) -> anyhow::Result<Decided> {
        let document = self.document()?;
        let record = serde_json::to_value(&document)?;
        let bytes = canonical(&record)?;
        let digest = Digest::of(Algorithm::Sha256, &bytes);
        let seal = self.tools.key.map(|key| Envelope::sign(DECISION_TYPE, &bytes, &[key]).to_json()).transpose()?;
        let seal: Option<Value> = seal.map(|seal| serde_json::from_slice(&seal)).transpose()?;
        let facts = DecisionFacts {
            id: document.id.clone(),
            service: document.service,
            requested: document.requested,
            chosen: document.chosen,
            digest: digest.clone(),
            document: record.clone(),
            seal,
        };
        let told = format!("decision/{}", document.id);
        let memory = self.memory.as_deref_mut().context("this step needs a fleet: --store")?;
        memory.append(&Fact::Decision(facts), Some(&told))?;
        Ok(Decided { id: document.id, digest: digest.to_string(), record })
    }

    /// What is expected of every base: the forecast of the fleet's history where it is to be trusted, else the prior.
    ///
    /// # Errors
    /// A history that cannot be learnt from.
    pub(super) fn forecast(&self) -> anyhow::Result<PredictReport> {
        let standard = self.tools.standard;
        let schema = schema(standard)?;
        let mut rows = self.tools.history.to_vec();
        if let Some(memory) = self.memory.as_deref() {
            // What this cycle built is what is to be forecast, and no history.
            let own: Vec<&String> = self.known.built.values().map(|built| &built.digest).collect();
            let is_other = |digest: &Digest| !own.contains(&&digest.to_string());
            rows.extend(builds_of(standard, &schema, &memory.store, &is_other)?.rows);
        }
        let model = train(standard, &schema, &History::new(&schema, rows)?, self.tools.threads)?;
        let mut service = self.service()?;
        let failed = self.known.failed.values().map(|failed| (failed.base.clone(), failed.log.clone()));
        service.reasons.failed_trials.extend(failed);
        predict(standard, &model, &service)
    }

    fn document(&self) -> anyhow::Result<Document> {
        let begun = self.begun()?;
        let standard = self.tools.standard;
        let forecast = self.forecast()?;
        let dimensions = self.common();
        let contenders = self.contenders(&dimensions);
        let choice = self.choose(&begun, &contenders, &dimensions);
        let requested = begun.incumbent.clone().or_else(|| self.wish.class.base.first().cloned());
        let service = self.service()?;
        let requested = requested.context("neither the Dockerfile nor the class names a base")?;
        let id = key(&begun);
        let record = self.record(&id, &requested, &forecast, &contenders);
        let is_done = |base: &&String| {
            let same = |known: &String| is_same_base(standard, known, base);
            self.known.built.keys().any(same) || self.known.failed.keys().any(same)
        };
        let mut waiting = self.trials(&begun, &forecast);
        waiting.extend(begun.incumbent.clone());
        waiting.retain(|base| !is_done(&base) && !self.is_out(base));
        waiting.sort();
        waiting.dedup();
        Ok(Document {
            schema: "mvi-decision/1",
            id,
            service: repository(&begun.name).to_owned(),
            class: begun.class.clone(),
            standard: standard.digest().to_owned(),
            requested,
            incumbent: begun.incumbent.is_some(),
            chosen: choice.chosen,
            gain: choice.gain,
            interval: choice.interval,
            confidence: choice.confidence,
            reason: choice.reason,
            dimensions,
            waiting,
            terms: self.terms()?,
            features: service.service,
            bases: service.candidate,
            not_running: self.known.failed.values().filter(|one| one.ran).map(|one| one.base.clone()).collect(),
            record,
            forecast: Some(forecast),
        })
    }

    /// Bases that have to be built before anything is sealed: the two that are expected to be the best of those that are
    /// asked for, and the best of the alpine family, whether it is asked for or not.
    pub(super) fn trials(&self, begun: &Begun, forecast: &PredictReport) -> Vec<String> {
        let standard = self.tools.standard;
        let asked = self.asked(begun);
        let same = |left: &str, right: &str| left == right || is_same_base(standard, left, right);
        let is_asked = |base: &str| asked.iter().any(|one| same(one, base));
        let is_musl = |base: &str| {
            let known = self.known.candidates.iter().find(|one| same(&one.base, base));
            let read = known.and_then(|one| one.image.as_ref()?.libc.as_deref());
            let told = || standard.rom_bases.iter().find(|rom| same(&rom.reference, base)).map(|rom| rom.libc.as_str());
            read == Some(MUSL) || told() == Some(MUSL)
        };
        let open = || forecast.decision.candidates.iter().filter(|one| one.cost.is_some()).map(|one| one.base.as_str());
        let mut trials: Vec<&str> = open().filter(|base| is_asked(base)).take(2).collect();
        let musl = || open().filter(|base| is_musl(base));
        let best = musl().find(|base| is_asked(base)).or_else(|| musl().next());
        trials.extend(best.filter(|best| !trials.contains(best)));
        trials.into_iter().map(str::to_owned).collect()
    }

    /// True where a hard rule takes a base out.
    fn is_out(&self, base: &str) -> bool {
        let same = |known: &str| is_same_base(self.tools.standard, known, base);
        let mut known = self.known.candidates.iter().filter(|one| same(&one.base));
        known.any(|one| matches!(one.standing, Standing::Infeasible { .. }))
    }

    /// Dimensions that were measured of all that were built: only by these can they be compared.
    fn common(&self) -> Vec<String> {
        let mut all = self.known.built.keys().map(|base| self.known.measured(base));
        let Some(first) = all.next() else { return Vec::new() };
        let common = all.fold(first, |common, other| common.common(&other));
        common.iter().map(|(id, _)| id.to_owned()).collect()
    }

    fn contenders(&self, dimensions: &[String]) -> Vec<Contender> {
        let standard = self.tools.standard;
        let one = |base: &String| {
            let measured = self.known.measured(base);
            let reference = Reference::normalise(base, &standard.mirrors).ok();
            Some(Contender {
                base: base.clone(),
                pressure: pressure(standard, &only(&measured, dimensions))?.value,
                size_mb: measured.get("size_mb").unwrap_or_default(),
                is_registered: reference.is_some_and(|reference| registered(standard, &reference).is_some()),
            })
        };
        let mut all: Vec<Contender> = self.known.built.keys().filter_map(one).collect();
        let rounded = |one: &Contender| (one.pressure * 1e9).round();
        all.sort_by(|left, right| {
            rounded(left)
                .total_cmp(&rounded(right))
                .then(right.is_registered.cmp(&left.is_registered))
                .then_with(|| left.base.cmp(&right.base))
        });
        all
    }

    /// The least measured pressure; what is in use stays unless the gain is real. Image Standard V13, decision.
    fn choose(&self, begun: &Begun, contenders: &[Contender], dimensions: &[String]) -> Choice {
        let Some(best) = contenders.first() else {
            return Choice { reason: "nothing that was built runs".to_owned(), ..Choice::default() };
        };
        let take = |reason: String| Choice { chosen: Some(best.base.clone()), reason, ..Choice::default() };
        let Some(incumbent) = &begun.incumbent else {
            return take("the least measured pressure, and no base is in use".to_owned());
        };
        if let Some(failed) = self.known.failed.get(incumbent) {
            return take(format!("`{incumbent}` cannot stay: {}", failed.why.lines().next().unwrap_or_default()));
        }
        let standing = self.known.candidate(incumbent).map(|candidate| &candidate.standing);
        if let Some(Standing::Infeasible { proof, .. }) = standing {
            return take(format!("`{incumbent}` cannot stay: {proof}"));
        }
        let keep = |reason: String| Choice { chosen: Some(incumbent.clone()), reason, ..Choice::default() };
        let Some(own) = contenders.iter().find(|one| one.base == *incumbent) else {
            return keep(format!("`{incumbent}` was not measured, so no gain over it is known"));
        };
        if own.base == best.base {
            return keep("it has the least measured pressure of all".to_owned());
        }
        let gain = own.pressure - best.pressure;
        let (interval, confidence) = self.interval(&own.base, &best.base, dimensions, gain);
        let (least, [low, high]) = (self.tools.standard.gbm.gain_min, interval);
        let choice = if gain < least - 1e-9 {
            keep(format!("`{}` takes away {gain:.4}, and {least} is the least that counts", best.base))
        } else if confidence < CONFIDENT {
            keep(format!("`{}` takes away {gain:.4}, in too few runs to be sure of it: --runs {FEWEST}", best.base))
        } else if low <= 0.0 {
            keep(format!(
                "`{}` takes away {gain:.4}, which could be {low:.4} to {high:.4}: more runs will tell",
                best.base
            ))
        } else {
            take(format!("it takes away {gain:.4}, and surely {low:.4} to {high:.4}"))
        };
        Choice { gain: Some(gain), interval: Some(interval), confidence: Some(confidence), ..choice }
    }

    /// What the difference of two pressures could be, by the pairs of their runs: Wilcoxon's interval, and for fewer than
    /// six pairs all that was seen, which holds the median with a chance of 1 − 2^(1−n).
    fn interval(&self, from: &str, to: &str, dimensions: &[String], gain: f64) -> ([f64; 2], f64) {
        let rows = [from, to].map(|base| self.pressures(base, dimensions));
        let [own, best] = rows.each_ref().map(Vec::as_slice);
        let differences: Vec<f64> = own.iter().zip(best).map(|(own, best)| own - best).collect();
        if differences.is_empty() {
            // Nothing that was compared varies.
            return ([gain, gain], 1.0);
        }
        if let Some(interval) = compare(best, own).and_then(|difference| difference.interval) {
            return ([interval.low, interval.high], 0.95);
        }
        let low = differences.iter().copied().fold(f64::INFINITY, f64::min);
        let high = differences.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let pairs = i32::try_from(differences.len()).unwrap_or(i32::MAX);
        ([low, high], 1.0 - 0.5_f64.powi(pairs - 1))
    }

    /// Pressure run by run.
    fn pressures(&self, base: &str, dimensions: &[String]) -> Vec<f64> {
        let Some(ran) = self.known.ran.as_ref().and_then(|ran| ran.get(base)) else { return Vec::new() };
        let measured = self.known.measured(base);
        let one = |(startup, memory): (&f64, &f64)| {
            let mut of_run = measured.clone();
            of_run.set("startup_ms", *startup);
            of_run.set("mem_mb", *memory);
            Some(pressure(self.tools.standard, &only(&of_run, dimensions))?.value)
        };
        ran.startup_ms.iter().zip(&ran.mem_mb).filter_map(one).collect()
    }

    /// Every base with what was found out, as change requests are answered by it.
    fn record(&self, id: &str, requested: &str, forecast: &PredictReport, contenders: &[Contender]) -> DecisionRecord {
        let standard = self.tools.standard;
        let same = |left: &str, right: &str| left == right || is_same_base(standard, left, right);
        let mut facts = self.service().map(|service| service.reasons).unwrap_or_default();
        facts.runtime = Some(self.wish.class.runtime.clone());
        // Heavy images are compared with every base: the widest of all questions.
        let mut all = candidates(standard, CrqKind::Heavy, requested, &facts);
        for known in &self.known.candidates {
            if !same(&known.base, requested) && !all.iter().any(|one| same(&one.base, &known.base)) {
                all.push(Weighed { base: known.base.clone(), outcome: Outcome::Open });
            }
        }
        for one in &mut all {
            let known = self.known.candidates.iter().find(|known| same(&known.base, &one.base));
            let predicted = forecast.decision.candidates.iter().find(|known| same(&known.base, &one.base));
            let contender = contenders.iter().find(|known| same(&known.base, &one.base));
            let failed = self.known.failed.values().find(|known| same(&known.base, &one.base));
            if let Some(Standing::Infeasible { rule, proof }) = known.map(|known| &known.standing) {
                one.outcome = Outcome::Infeasible { rule: *rule, proof: proof.clone() };
            } else if let Some(failed) = failed {
                one.outcome = Outcome::TrialFailed { log: failed.log.clone() };
            } else if let Some(contender) = contender {
                one.outcome = Outcome::Measured { pressure: contender.pressure, size_mb: contender.size_mb };
            } else if let (Outcome::Open, Some(predicted)) = (&one.outcome, predicted.filter(|one| one.cost.is_some()))
            {
                one.outcome = Outcome::Predicted { pressure: predicted.forecast.pressure };
            }
        }
        let own = contenders.iter().find(|one| same(&one.base, requested));
        DecisionRecord {
            id: id.to_owned(),
            requested: requested.to_owned(),
            requested_pressure: own.map(|own| own.pressure),
            candidates: all,
        }
    }
}

/// The key of a cycle's decision.
fn key(begun: &Begun) -> String {
    format!("DEC-{}", begun.id)
}

/// Only some dimensions.
fn only(measured: &Measurements, dimensions: &[String]) -> Measurements {
    let mut kept = Measurements::default();
    measured.iter().filter(|(id, _)| dimensions.iter().any(|known| known == id)).for_each(|(id, value)| {
        kept.set(id, value);
    });
    kept
}
