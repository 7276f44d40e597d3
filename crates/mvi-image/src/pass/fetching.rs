//! One layer that is fetched when it is read: streamed through the pass and checked on the way, or not fetched at all
//! when it is remembered.

use std::io::{BufRead as _, Read};
use std::sync::Arc;

use super::reading::{Unpacking, drain, trailing};
use super::{Pass, ScannedLayer, TransferBytes, declared, scanned, too_large};
use crate::cache::BlobNote;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{ImageError, Object};
use crate::image::Layer;
use crate::layer::{Compression, Density, GzipSampler, Hashed, LayerFacts, sniff};
use crate::source::members::{Form, RemoteLayer};
use crate::source::unverified;

/// One layer being fetched.
pub(super) struct Fetching<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) index: usize,
    pub(super) layer: &'a Layer,
    pub(super) remote: &'a RemoteLayer,
}

/// What was read and found right.
struct Fetched {
    facts: LayerFacts,
    blob: Option<Digest>,
    compression: Compression,
    bytes: u64,
}

impl Fetching<'_> {
    pub(super) fn layer(&self) -> Result<ScannedLayer, ImageError> {
        let options = self.pass.options;
        if let Some(remembered) = self.remembered()? {
            return Ok(remembered);
        }
        // Another image may be bringing the same layer just now; what is not checked is not remembered for others.
        let _claim = options.cache.filter(|_| options.verify).map(|cache| cache.claim(&self.remote.id));
        if let Some(remembered) = self.remembered()? {
            return Ok(remembered);
        }
        options.progress.start(self.index, self.remote.length);
        let fetched = self.fetch()?;
        let facts = Arc::new(fetched.facts);
        if let (Some(cache), true, true) = (options.cache, options.verify, facts.diff_id().is_some()) {
            let blob = fetched.blob.as_ref().map(|blob| (blob, fetched.compression, fetched.bytes));
            cache.remember(&facts, options.collector.version(), blob, None);
        }
        options.progress.finish(self.index, false);
        Ok(self.scanned(fetched.compression, facts, false))
    }

    /// The layer, if it need not be fetched.
    fn remembered(&self) -> Result<Option<ScannedLayer>, ImageError> {
        let Some((facts, compression)) = self.recall()? else { return Ok(None) };
        self.pass.check_limits(self.index, &facts)?;
        self.pass.options.progress.finish(self.index, true);
        Ok(Some(self.scanned(compression, facts, true)))
    }

    /// Facts of a blob that was seen before, digest and diff id checked together: its digest is all that is needed to
    /// know it again. Without checks, the image's word for the diff id is enough.
    fn recall(&self) -> Result<Option<(Arc<LayerFacts>, Compression)>, ImageError> {
        let options = self.pass.options;
        let (Some(cache), Some(diff_id)) = (options.cache, &self.layer.diff_id) else { return Ok(None) };
        let recall = || cache.recall(diff_id, options.collector.version()).map(Arc::new);
        let note = (self.remote.form == Form::Blob).then(|| cache.blob(&self.remote.id)).flatten();
        match note {
            Some(BlobNote { diff_id: found, compression, bytes }) if found == *diff_id => {
                self.check_size(bytes)?;
                Ok(recall().map(|facts| (facts, compression)))
            }
            _ if options.verify => Ok(None),
            _ => {
                let compression = match self.remote.form {
                    Form::Blob => declared(&self.layer.media_type).unwrap_or(Compression::Gzip),
                    Form::Tar { .. } => Compression::None,
                };
                Ok(recall().map(|facts| (facts, compression)))
            }
        }
    }

    fn fetch(&self) -> Result<Fetched, ImageError> {
        let missing = || ImageError::Missing { object: Object::Blob, what: self.remote.id.to_string() };
        let stream = self.remote.store.layer(&self.remote.id, self.remote.length)?.ok_or_else(missing)?;
        match &self.remote.form {
            Form::Blob => self.blob(stream),
            Form::Tar { unverifiable } => self.tar(stream, unverifiable.is_none()),
        }
    }

    fn blob(&self, stream: Box<dyn Read + Send>) -> Result<Fetched, ImageError> {
        let verify = self.pass.options.verify;
        let expected = self.remote.length;
        let progress = |bytes| self.pass.options.progress.advance(self.index, bytes);
        // One byte more shows that there is more.
        let bounded = stream.take(expected.saturating_add(1));
        let mut stored = Hashed::new(bounded, verify.then(|| self.remote.id.algorithm().hasher()), &progress);
        let compression = sniff(stored.fill_buf().map_err(|source| self.broken(source))?);
        let plain = compression == Compression::None;
        if plain && expected > self.pass.options.limits.layer_bytes {
            return Err(too_large(self.index, self.pass.options.limits));
        }
        stored = stored.sampled(plain.then(|| GzipSampler::new(expected, Density::Full)));
        // Stored plain, the blob is the layer, and one digest does for both if they are of one kind.
        let algorithm = self.layer.diff_id.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
        let one_digest = plain && algorithm == self.remote.id.algorithm();
        let diff = (verify && !one_digest).then(|| algorithm.hasher());
        let unpacking = Unpacking { pass: self.pass, index: self.index, compression };
        let facts = unpacking.facts(&mut stored, expected, diff);
        let left = match (&facts, drain(&mut stored, u64::MAX)) {
            (_, Ok(left)) => left,
            (Ok(_), Err(source)) => return Err(self.broken(source)),
            (Err(_), Err(_)) => 0,
        };
        let (bytes, estimate) = (stored.count(), stored.estimate());
        let blob = stored.digest();
        // What came is not what was asked for: that says more than what is wrong with its content.
        match &facts {
            Err(ImageError::Store(_) | ImageError::Limit { .. }) => {}
            _ => {
                self.check_size(bytes)?;
                self.pass.check(self.index, self.layer, blob.as_ref(), None)?;
            }
        }
        let mut facts = facts?;
        if one_digest {
            facts.diff_id = blob.clone();
        }
        facts.gzip_estimate = estimate;
        if left > 0 {
            facts.gaps.push(trailing(left));
        }
        self.pass.check(self.index, self.layer, None, facts.diff_id())?;
        Ok(Fetched { facts, blob, compression, bytes })
    }

    /// A tar that was made again from its pieces: only its diff id can be checked.
    fn tar(&self, stream: Box<dyn Read + Send>, verifiable: bool) -> Result<Fetched, ImageError> {
        let progress = |bytes| self.pass.options.progress.advance(self.index, bytes);
        let length = self.remote.length;
        let mut stored = Hashed::new(stream, None, &progress).sampled(Some(GzipSampler::new(length, Density::Full)));
        let diff: Option<Hasher> =
            (self.pass.options.verify && verifiable).then(|| self.remote.id.algorithm().hasher());
        let unpacking = Unpacking { pass: self.pass, index: self.index, compression: Compression::None };
        let mut facts = unpacking.facts(&mut stored, length, diff)?;
        self.pass.check(self.index, self.layer, None, facts.diff_id())?;
        // Samples lie where the stated length puts them; another length makes them worthless.
        facts.gzip_estimate = stored.estimate().filter(|_| stored.count() == length);
        let bytes = stored.count();
        Ok(Fetched { facts, blob: None, compression: Compression::None, bytes })
    }

    fn check_size(&self, found: u64) -> Result<(), ImageError> {
        let expected = self.remote.length;
        if found == expected {
            return Ok(());
        }
        let what = format!("{} ({})", self.index, self.remote.id);
        Err(ImageError::Size { object: Object::Blob, what, expected, found })
    }

    fn broken(&self, source: std::io::Error) -> ImageError {
        let what = || format!("{} of {}", self.remote.id, self.remote.store.label());
        ImageError::of_stream(source, |source| ImageError::Read { what: what(), source })
    }

    fn scanned(&self, compression: Compression, facts: Arc<LayerFacts>, remembered: bool) -> ScannedLayer {
        match &self.remote.form {
            Form::Blob => scanned(self.layer, compression, self.remote.length, facts, remembered),
            Form::Tar { unverifiable } => {
                let stated = self.layer.stated_size.map(|bytes| TransferBytes { bytes, estimated: false });
                let estimated = || facts.gzip_estimate().map(|bytes| TransferBytes { bytes, estimated: true });
                let transfer_bytes = stated.or_else(estimated);
                let gaps = unverifiable.iter().map(|reason| unverified(reason)).collect();
                ScannedLayer { facts, compression, transfer_bytes, remembered, gaps }
            }
        }
    }
}
