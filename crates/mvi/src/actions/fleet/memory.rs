//! The fleet's memory at work: facts in, and every judgement that they change, in the order bases first.

use std::collections::HashMap;

use jiff::Timestamp;
use mvi_fleet::{Fact, FleetError, ImageFacts, Ingested, JudgementFacts, ListFilter, Stamp, Store};
use mvi_image::Digest;
use mvi_standard::crq::{Calendar, Crq};
use mvi_standard::{Standard, Verdict};

use super::advisories;
use super::dossier::Dossier;
use super::lineage::KnownBase;
use super::{FleetFailure, Judged, Law, judged};

/// A store, the law that is applied to what is in it, and who speaks.
pub(crate) struct Memory<'a> {
    /// The store.
    pub store: Store,
    /// The law.
    pub law: Law<'a>,
    clock: &'a (dyn Fn() -> Timestamp + Sync),
    stamp: Stamp,
    /// The latest judgement of every image and the standard it was made under; read when it is needed first.
    known: Option<HashMap<Digest, (JudgementFacts, Option<String>)>>,
    /// The store's count of foreign writes when `known` was read.
    foreign: u64,
}

/// Times that images are judged again because another process wrote while they were: what it took in may stand on them,
/// or they on it, and the last judgement that is kept has to know.
const ROUNDS: usize = 16;

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
        Self { store, law, clock, stamp, known: None, foreign: 0 }
    }

    /// Takes in images and judges them again, with all that stands on them. Gives what became of each.
    ///
    /// # Errors
    /// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
    pub(crate) fn tell(&mut self, images: &[ImageFacts]) -> Result<Vec<Ingested>, FleetFailure> {
        let mut done = Vec::with_capacity(images.len());
        let stamp = now(&mut self.stamp, self.clock);
        self.store.ingest_many(stamp, images.iter().cloned(), |kept| done.extend_from_slice(kept))?;
        advisories::look_again(self, images)?;
        for _ in 0..ROUNDS {
            let before = self.store.foreign_writes()?;
            let mut reached: Vec<Digest> = Vec::new();
            for image in images {
                reached.push(image.digest.clone());
                let below = self.store.descendants(&image.digest.to_string(), usize::MAX)?;
                reached.extend(below.into_iter().map(|named| named.digest));
            }
            self.judge(&reached)?;
            if self.store.foreign_writes()? == before {
                break;
            }
        }
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

    fn judge_facts(&mut self, mut facts: Vec<ImageFacts>) -> Result<usize, FleetFailure> {
        // A base has fewer layers than what stands on it.
        facts.sort_by(|left, right| (left.layers.len(), &left.digest).cmp(&(right.layers.len(), &right.digest)));
        facts.dedup_by(|left, right| left.digest == right.digest);
        let digest = self.law.standard.digest().to_owned();
        let mut news = Vec::new();
        for image in &facts {
            let judgement = self.judged(image)?.facts(image);
            let known = self.known()?;
            let same = known
                .get(&image.digest)
                .is_some_and(|(before, by)| *before == judgement && by.as_deref() == Some(digest.as_str()));
            if !same {
                known.insert(image.digest.clone(), (judgement.clone(), Some(digest.clone())));
                news.push(Fact::Judgement(judgement));
            }
        }
        let count = news.len();
        self.append_many(news)?;
        Ok(count)
    }

    /// What the law says about an image as it stands now.
    ///
    /// # Errors
    /// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
    pub(crate) fn judged(&mut self, image: &ImageFacts) -> Result<Judged, FleetFailure> {
        let dossier = Dossier::of(image)?;
        let bases = self.bases(image)?;
        Ok(judged(&self.law, image, &dossier, &bases))
    }

    /// The images below one, nearest first, with what counts as their verdict.
    ///
    /// # Errors
    /// [`FleetFailure::Store`].
    pub(crate) fn bases(&mut self, image: &ImageFacts) -> Result<Vec<KnownBase>, FleetFailure> {
        if image.layers.is_empty() {
            return Ok(Vec::new());
        }
        let lineage = match self.store.lineage(&image.digest.to_string()) {
            Ok(lineage) => lineage,
            Err(FleetError::Unknown { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut bases = Vec::with_capacity(lineage.bases.len());
        for base in lineage.bases {
            let verdict: Option<Verdict> =
                self.known()?.get(&base.image.digest).map(|(judgement, _)| judgement.effective);
            let (reference, digest) = (base.image.reference, base.image.digest);
            bases.push(KnownBase { reference, digest, layers: base.layers, verdict });
        }
        Ok(bases)
    }

    fn known(&mut self) -> Result<&mut HashMap<Digest, (JudgementFacts, Option<String>)>, FleetFailure> {
        let foreign = self.store.foreign_writes()?;
        if self.known.is_none() || self.foreign != foreign {
            self.foreign = foreign;
            let rows = self.store.list(&ListFilter::default())?;
            let judged = rows.into_iter().filter_map(|row| Some((row.image.digest, (row.judgement?, row.standard))));
            self.known = Some(judged.collect());
        }
        Ok(self.known.get_or_insert_default())
    }
}

/// The stamp with the time it is now.
fn now<'s>(stamp: &'s mut Stamp, clock: &dyn Fn() -> Timestamp) -> &'s mut Stamp {
    stamp.at = clock();
    stamp
}
