//! Takes in measured images: what their layers hold once, and the image; alone, or many in one transaction.

use std::thread;

use mvi_image::Digest;

use crate::bytes::sha256;
use crate::error::{FleetError, Result};
use crate::event::Stamp;
use crate::fact::{Contents, Fact, ImageFacts, check};
use crate::project::{images, layers};
use crate::store::Store;
use crate::store::append::{Appended, BATCH, Writer};

/// What became of an image that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Ingested {
    /// The event that keeps the image.
    pub seq: u64,
    /// Whether the event is new; not so where the image was known with exactly these facts.
    pub new: bool,
    /// Layers whose contents were news.
    pub new_layers: usize,
    /// Whether time went back since the event before.
    pub clock_went_back: bool,
}

impl Store {
    /// Takes in one image; it is on the disk when this returns. The same facts again change nothing.
    ///
    /// # Errors
    /// [`FleetError::Refused`] where the digest is known with other layers, or the facts cannot be kept.
    pub fn ingest(&mut self, stamp: &mut Stamp, image: &ImageFacts) -> Result<Ingested, FleetError> {
        let ready = Ready::of(image.clone()).map_err(|fault| fault.at(&self.path))?;
        self.write(|writer| one(writer, stamp, ready))
    }

    /// Takes in many images, some thousand a transaction. `kept` is called after each transaction with what became of
    /// its images, in order: those are on the disk. Gives the number of all.
    ///
    /// # Errors
    /// As [`Store::ingest`]; what `kept` was told stays, the transaction that failed leaves nothing.
    pub fn ingest_many(
        &mut self,
        stamp: &mut Stamp,
        images: impl IntoIterator<Item = ImageFacts>,
        mut kept: impl FnMut(&[Ingested]),
    ) -> Result<usize, FleetError> {
        let (mut images, mut total) = (images.into_iter(), 0);
        let mut draw = move || images.by_ref().take(BATCH).collect::<Vec<_>>();
        let mut ready = prepare(draw()).map_err(|fault| fault.at(&self.path))?;
        self.in_bulk(|store| {
            while !ready.is_empty() {
                // While one batch is written the next is put into bytes.
                let (coming, batch) = (draw(), std::mem::take(&mut ready));
                let (done, prepared) = thread::scope(|scope| {
                    let prepared = scope.spawn(|| prepare(coming));
                    let write =
                        |writer: &mut Writer<'_>| batch.into_iter().map(|image| one(writer, stamp, image)).collect();
                    let done: Result<Vec<Ingested>, FleetError> = store.write(write);
                    (done, prepared.join())
                });
                let done = done?;
                total += done.len();
                kept(&done);
                let prepared = prepared.unwrap_or_else(|cause| std::panic::resume_unwind(cause));
                ready = prepared.map_err(|fault| fault.at(&store.path))?;
            }
            Ok(total)
        })
    }
}

/// An image that was checked and is in bytes, with the layers that were looked into.
struct Ready {
    image: Payload,
    layers: Vec<(Digest, Payload)>,
}

/// A fact and the bytes of its event.
struct Payload {
    fact: Fact,
    text: String,
    sha256: [u8; 32],
}

impl Payload {
    fn of(fact: Fact) -> Result<Self> {
        fact.check()?;
        let text = fact.encode()?;
        Ok(Self { sha256: sha256(text.as_bytes()), fact, text })
    }
}

impl Ready {
    fn of(mut image: ImageFacts) -> Result<Self> {
        check::contents(&image)?;
        let examined = image.layers.iter_mut().filter_map(|layer| layer.contents.take());
        let ready = |contents: Contents| Ok((contents.diff_id.clone(), Payload::of(Fact::Layer(contents))?));
        let layers = examined.map(ready).collect::<Result<_>>()?;
        Ok(Self { image: Payload::of(Fact::Image(image))?, layers })
    }
}

fn prepare(images: Vec<ImageFacts>) -> Result<Vec<Ready>> {
    images.into_iter().map(Ready::of).collect()
}

fn one(writer: &mut Writer<'_>, stamp: &mut Stamp, ready: Ready) -> Result<Ingested> {
    let mut new_layers = 0;
    for (diff_id, layer) in ready.layers {
        // What a layer holds is an event once, however many images have it.
        if !layers::known_as(&mut writer.target, &diff_id, &layer.sha256)? {
            writer.append_encoded(stamp, &layer.fact, None, (layer.text, layer.sha256))?;
            new_layers += 1;
        }
    }
    let Payload { fact, text, sha256 } = ready.image;
    if let Some(seq) = images::known_as(writer.target.db, &fact, &sha256)? {
        return Ok(Ingested { seq, new: false, new_layers, clock_went_back: false });
    }
    let Appended { seq, new, clock_went_back } = writer.append_encoded(stamp, &fact, None, (text, sha256))?;
    Ok(Ingested { seq, new, new_layers, clock_went_back })
}
