//! The fleet's memory at work: facts in, and every judgement that they change, in the order bases first.

use std::collections::HashMap;

use jiff::Timestamp;
use mvi_fleet::{Fact, ImageFacts, Ingested, Stamp, Store};
use mvi_image::Digest;
use mvi_standard::crq::{Calendar, Crq};
use mvi_standard::{Standard, Verdict};

use super::dossier::Dossier;
use super::lineage::{KnownBase, known_bases};
use super::{FleetFailure, Judged, Law, judged};

/// A store, the law that is applied to what is in it, and who speaks.
pub(crate) struct Memory<'a> {
    /// The store.
    pub store: Store,
    /// The law.
    pub law: Law<'a>,
    clock: &'a (dyn Fn() -> Timestamp + Sync),
    stamp: Stamp,
}

/// Times that images are judged over while others write; whoever writes after that judges what it changes.
const ROUNDS: usize = 8;

impl<'a> Memory<'a> {
    /// A memory that judges by a standard and change requests.
    pub(crate) fn new(
        store: Store,
        (standard, crqs): (&'a Standard, Vec<Crq>),
        mut stamp: Stamp,
        clock: &'a (dyn Fn() -> Timestamp + Sync),
    ) -> Self {
        if let Ok(digest) = standard.digest().parse() {
            stamp = stamp.under(digest);
        }
        let law = Law { standard, crqs, calendar: Calendar::of(standard, &[]), now: stamp.at };
        Self { store, law, clock, stamp }
    }

    /// Takes in images and judges them again, with all that stands on them. Gives what became of each.
    ///
    /// # Errors
    /// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
    pub(crate) fn tell(&mut self, images: &[ImageFacts]) -> Result<Vec<Ingested>, FleetFailure> {
        let mut done = Vec::with_capacity(images.len());
        let stamp = now(&mut self.stamp, self.clock);
        self.store.ingest_many(stamp, images.iter().cloned(), |kept| done.extend_from_slice(kept))?;
        let mut reached: Vec<Digest> = Vec::new();
        for image in images {
            reached.push(image.digest.clone());
            let below = self.store.descendants(&image.digest.to_string(), usize::MAX)?;
            reached.extend(below.into_iter().map(|named| named.digest));
        }
        self.judge(&reached)?;
        Ok(done)
    }

    /// Keeps one fact.
    ///
    /// # Errors
    /// [`FleetFailure::Store`].
    pub(crate) fn append(&mut self, fact: &Fact, key: Option<&str>) -> Result<mvi_fleet::Appended, FleetFailure> {
        Ok(self.store.append(now(&mut self.stamp, self.clock), fact, key)?)
    }

    /// Keeps many facts.
    ///
    /// # Errors
    /// [`FleetFailure::Store`].
    pub(crate) fn append_many(&mut self, facts: Vec<Fact>) -> Result<usize, FleetFailure> {
        Ok(self.store.append_many(now(&mut self.stamp, self.clock), facts, |_| {})?)
    }

    /// The stamp of the next event, for orders that need more than a fact.
    pub(crate) fn stamped(&mut self) -> (&mut Store, &mut Stamp) {
        now(&mut self.stamp, self.clock);
        (&mut self.store, &mut self.stamp)
    }

    /// Judges some images, bases first, and keeps what changed. Gives how many judgements are new.
    ///
    /// # Errors
    /// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
    pub(crate) fn judge(&mut self, images: &[Digest]) -> Result<usize, FleetFailure> {
        let mut facts = Vec::with_capacity(images.len());
        for digest in images {
            facts.push(self.store.facts(&digest.to_string())?);
        }
        self.judge_facts(facts)
    }

    /// Judges every image of the fleet. Gives how many judgements are new.
    ///
    /// # Errors
    /// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
    pub(crate) fn judge_all(&mut self) -> Result<usize, FleetFailure> {
        let mut facts = Vec::new();
        self.store.all_facts(|image| {
            facts.push(image);
            true
        })?;
        self.judge_facts(facts)
    }

    /// Judges until nobody else wrote in between: a base that another process tells of while this one judges must not
    /// be forgotten. Whoever writes last looks once more.
    fn judge_facts(&mut self, mut facts: Vec<ImageFacts>) -> Result<usize, FleetFailure> {
        // A base has fewer layers than what stands on it.
        facts.sort_by(|left, right| (left.layers.len(), &left.digest).cmp(&(right.layers.len(), &right.digest)));
        facts.dedup_by(|left, right| left.digest == right.digest);
        let mut count = 0;
        for _ in 0..ROUNDS {
            let before = self.store.last_seq()?;
            let news = self.news(&facts)?;
            let told = news.len();
            self.append_many(news)?;
            count = count.max(told);
            if self.store.last_seq()? == before + told as u64 {
                break;
            }
        }
        Ok(count)
    }

    /// Judgements of images that are not what the store has.
    fn news(&self, facts: &[ImageFacts]) -> Result<Vec<Fact>, FleetFailure> {
        let by = self.law.standard.digest();
        let mut fresh: HashMap<Digest, Verdict> = HashMap::new();
        let mut news = Vec::new();
        for image in facts {
            let mut bases = self.bases(image)?;
            for base in &mut bases {
                base.verdict = fresh.get(&base.digest).copied().or(base.verdict);
            }
            let judgement = judged(&self.law, image, &Dossier::of(image)?, &bases).facts(image);
            fresh.insert(image.digest.clone(), judgement.effective);
            let known = self.store.judgement(&image.digest)?;
            let same = known.is_some_and(|(before, standard)| before == judgement && standard.as_deref() == Some(by));
            if !same {
                news.push(Fact::Judgement(judgement));
            }
        }
        Ok(news)
    }

    /// What the law says about an image as it stands now.
    ///
    /// # Errors
    /// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
    pub(crate) fn judged(&self, image: &ImageFacts) -> Result<Judged, FleetFailure> {
        Ok(judged(&self.law, image, &Dossier::of(image)?, &self.bases(image)?))
    }

    /// The images below one, nearest first, with what counts as their verdict.
    ///
    /// # Errors
    /// [`FleetFailure::Store`].
    pub(crate) fn bases(&self, image: &ImageFacts) -> Result<Vec<KnownBase>, FleetFailure> {
        let layers: Vec<Digest> = image.layers.iter().map(|layer| layer.diff_id.clone()).collect();
        Ok(known_bases(&self.store, &layers)?)
    }
}

/// The stamp with the time it is now.
fn now<'s>(stamp: &'s mut Stamp, clock: &dyn Fn() -> Timestamp) -> &'s mut Stamp {
    stamp.at = clock();
    stamp
}
