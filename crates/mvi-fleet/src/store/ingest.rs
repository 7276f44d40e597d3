//! Takes in measured images: what their layers hold once, and the image; alone, or many in one transaction.

use crate::bytes::sha256;
use crate::error::{FleetError, Result};
use crate::event::Stamp;
use crate::fact::{Contents, Fact, ImageFacts};
use crate::project::layers;
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
        let fact = Fact::Image(image.clone());
        self.write(|writer| one(writer, stamp, &fact))
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
        let (mut images, mut total) = (images.into_iter().peekable(), 0);
        while images.peek().is_some() {
            let batch: Vec<Fact> = images.by_ref().take(BATCH).map(Fact::Image).collect();
            let done =
                self.write(|writer| batch.iter().map(|fact| one(writer, stamp, fact)).collect::<Result<Vec<_>>>())?;
            total += done.len();
            kept(&done);
        }
        Ok(total)
    }
}

fn one(writer: &mut Writer<'_>, stamp: &mut Stamp, fact: &Fact) -> Result<Ingested> {
    fact.check()?;
    let Fact::Image(image) = fact else {
        return Err(crate::error::Fault::refused(fact.subject(), "it is no image"));
    };
    let mut new_layers = 0;
    for contents in image.layers.iter().filter_map(|layer| layer.contents.as_ref()) {
        new_layers += usize::from(layer(writer, stamp, contents)?);
    }
    let payload = fact.encode()?;
    if let Some(seq) = crate::project::images::known_as(writer.target.db, &image.digest, &sha256(payload.as_bytes()))? {
        return Ok(Ingested { seq, new: false, new_layers, clock_went_back: false });
    }
    let Appended { seq, new, clock_went_back } = writer.append_encoded(stamp, fact, None, payload)?;
    Ok(Ingested { seq, new, new_layers, clock_went_back })
}

/// Keeps what a layer holds unless that is known already; says whether it was news.
fn layer(writer: &mut Writer<'_>, stamp: &mut Stamp, contents: &Contents) -> Result<bool> {
    let payload = contents.encode()?;
    if layers::known_as(&mut writer.target, &contents.diff_id, &sha256(payload.as_bytes()))? {
        return Ok(false);
    }
    let fact = Fact::Layer(contents.clone());
    fact.check()?;
    writer.append_encoded(stamp, &fact, None, payload)?;
    Ok(true)
}
