//! The pass over all layers of an image: in parallel, each at most once, remembered ones not at all.

mod fetching;
mod pouring;
mod reading;

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fetching::Fetching;
pub use pouring::{Unrepeatable, pour};
use reading::Reading;

use crate::cache::{LayerCache, RangeIdentity};
use crate::digest::{Algorithm, Digest};
use crate::error::{ImageError, Object};
use crate::gap::{Gap, GapCode};
use crate::image::{Image, Layer};
use crate::layer::{BodySink, Collector, Compression, LayerFacts, Span, sniff};
use crate::limits::Limits;
use crate::source::members::{FileRange, LayerSource};

/// Compressed layers smaller than this are unpacked on the walking thread: a thread costs more than it saves.
const INLINE: u64 = 1 << 20;

/// Bytes of a body that one thread puts by in memory for a study; what is larger goes to a temporary file.
const SPOOL_OF_ONE: usize = 16 << 20;
/// Bytes of bodies that all threads together put by in memory.
const SPOOL_OF_ALL: usize = 32 << 20;

/// Watches the pass, for progress bars. Called from several threads.
pub trait Progress: Sync {
    /// A layer of `bytes` stored bytes is about to be read.
    fn start(&self, layer: usize, bytes: u64);
    /// More of its stored bytes were read.
    fn advance(&self, layer: usize, bytes: u64);
    /// It is done; `remembered` when it did not have to be read.
    fn finish(&self, layer: usize, remembered: bool);
}

/// Watches nothing.
pub struct Quiet;

impl Progress for Quiet {
    fn start(&self, _: usize, _: u64) {}
    fn advance(&self, _: usize, _: u64) {}
    fn finish(&self, _: usize, _: bool) {}
}

/// What the pass needs to know.
pub struct ScanOptions<'a> {
    /// Asks for bodies.
    pub collector: &'a dyn Collector,
    /// Ceilings.
    pub limits: &'a Limits,
    /// True when digests are checked; false trusts the image's word for them.
    pub verify: bool,
    /// True when the transfer size of plain layers is wanted even where their bodies are skipped: it takes samples.
    pub estimate: bool,
    /// Layers read at the same time, at least 1.
    pub jobs: usize,
    /// The layer memory.
    pub cache: Option<&'a LayerCache>,
    /// Watches.
    pub progress: &'a dyn Progress,
}

/// A layer after the pass.
#[derive(Debug, Clone)]
pub struct ScannedLayer {
    /// What is in it.
    pub facts: Arc<LayerFacts>,
    /// How it is stored.
    pub compression: Compression,
    /// Bytes to transfer, compressed; estimated for layers that are stored plain. `None` for absent layers.
    pub transfer_bytes: Option<TransferBytes>,
    /// True when the facts came from the layer memory.
    pub remembered: bool,
    /// What was odd about the way it is stored.
    pub gaps: Vec<Gap>,
}

/// Compressed size of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferBytes {
    /// Bytes.
    pub bytes: u64,
    /// True when it is what gzip would probably make of it.
    pub estimated: bool,
}

/// Reads every layer of `image`; the result is base first.
///
/// # Errors
/// Damaged, altered or missing layers, and layers beyond a limit. The first by layer number, whatever the threads did.
pub fn scan(image: &Image, options: &ScanOptions<'_>) -> Result<Vec<ScannedLayer>, ImageError> {
    let files = AtomicU64::new(0);
    let pass = Pass { image, options, files: &files, sink: None };
    let (order, same_as) = plan(image);
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Result<ScannedLayer, ImageError>>>> =
        image.layers.iter().map(|_| Mutex::new(None)).collect();
    let failed = AtomicUsize::new(usize::MAX);
    let work = || {
        while let Some(layer) = order.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
            // A later layer's outcome does not matter once an earlier one has failed.
            if layer > failed.load(Ordering::Relaxed) {
                continue;
            }
            let result = pass.layer(layer);
            if result.is_err() {
                failed.fetch_min(layer, Ordering::Relaxed);
            }
            *results[layer].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    };
    std::thread::scope(|threads| {
        for _ in 1..options.jobs.clamp(1, order.len().max(1)) {
            threads.spawn(work);
        }
        work();
    });
    let mut scanned: Vec<Option<ScannedLayer>> = Vec::new();
    for result in results {
        scanned.push(result.into_inner().unwrap_or_else(PoisonError::into_inner).transpose()?);
    }
    let layers = scanned.clone();
    let pick = |(index, own): (usize, Option<ScannedLayer>)| own.or_else(|| layers[same_as[index]].clone());
    Ok(scanned.into_iter().enumerate().filter_map(pick).collect())
}

/// Layers to read, largest first, and for every layer the first one that is the same.
fn plan(image: &Image) -> (Vec<usize>, Vec<usize>) {
    let mut first: HashMap<(&Option<Digest>, &Option<Digest>), usize> = HashMap::new();
    let mut same_as = Vec::new();
    let mut order = Vec::new();
    for (index, layer) in image.layers.iter().enumerate() {
        let same = match (&layer.diff_id, &layer.source) {
            (Some(_), LayerSource::File(_) | LayerSource::Remote(_)) => {
                *first.entry((&layer.diff_id, &layer.blob)).or_insert(index)
            }
            _ => index,
        };
        same_as.push(same);
        if same == index {
            order.push(index);
        }
    }
    order.sort_by_key(|index| std::cmp::Reverse(image.layers[*index].source.length()));
    (order, same_as)
}

struct Pass<'a> {
    image: &'a Image,
    options: &'a ScanOptions<'a>,
    files: &'a AtomicU64,
    /// Takes whole bodies in place of the collector.
    sink: Option<&'a dyn BodySink>,
}

impl Pass<'_> {
    /// Bytes of a body that each thread may put by in memory.
    fn spool(&self) -> usize {
        (SPOOL_OF_ALL / self.options.jobs.max(1)).clamp(1 << 20, SPOOL_OF_ONE)
    }

    fn layer(&self, index: usize) -> Result<ScannedLayer, ImageError> {
        let layer = &self.image.layers[index];
        Ok(match &layer.source {
            LayerSource::Absent => absent(layer),
            LayerSource::Streamed(streamed) => {
                self.check(index, layer, streamed.blob.as_ref(), streamed.facts.diff_id())?;
                scanned(layer, streamed.compression, streamed.length, streamed.facts.clone(), false)
            }
            LayerSource::File(range) => self.file(index, layer, range)?,
            LayerSource::Remote(remote) => Fetching { pass: self, index, layer, remote }.layer()?,
        })
    }

    fn file(&self, index: usize, layer: &Layer, range: &FileRange) -> Result<ScannedLayer, ImageError> {
        let compression = self.compression(index, range)?;
        let identity = self.options.cache.and_then(|cache| cache.identify(&range.file, range.start, range.length));
        if let Some(facts) = self.recall(layer, identity.as_ref(), index, range)? {
            self.check_limits(index, &facts)?;
            self.options.progress.finish(index, true);
            return Ok(scanned(layer, compression, range.length, facts, true));
        }
        self.options.progress.start(index, range.length);
        let read = Reading { pass: self, index, range, compression };
        let before = stamp(&range.file);
        let (facts, blob) = read.facts(layer)?;
        // Bodies are looked into beside the stream that is digested: both must have seen the same bytes.
        let is_settled = before.is_some() && before == stamp(&range.file);
        self.check(index, layer, blob.as_ref(), facts.diff_id())?;
        let facts = Arc::new(facts);
        if let (Some(cache), true) = (self.options.cache, self.options.verify && is_settled) {
            let blob = blob.as_ref().map(|blob| (blob, compression, range.length));
            cache.remember(&facts, self.options.collector.version(), blob, identity.as_ref());
        }
        self.options.progress.finish(index, false);
        Ok(scanned(layer, compression, range.length, facts, false))
    }

    /// Facts from the layer memory, for bytes that are known to be the ones the image means.
    fn recall(
        &self,
        layer: &Layer,
        identity: Option<&RangeIdentity>,
        index: usize,
        range: &FileRange,
    ) -> Result<Option<Arc<LayerFacts>>, ImageError> {
        let (Some(cache), Some(diff_id)) = (self.options.cache, &layer.diff_id) else { return Ok(None) };
        let version = self.options.collector.version();
        let seen = identity.and_then(|identity| cache.seen(identity));
        if seen.as_ref() == Some(diff_id) || !self.options.verify {
            return Ok(cache.recall(diff_id, version).map(Arc::new));
        }
        // Unknown bytes: hashing them is cheaper than unpacking them, if somebody unpacked the same before.
        let Some(blob) = &layer.blob else { return Ok(None) };
        if blob == diff_id
            || cache.blob(blob).map(|note| note.diff_id).as_ref() != Some(diff_id)
            || !cache.has(diff_id, version)
        {
            return Ok(None);
        }
        let found = self.digest_of(range, blob.algorithm()).map_err(|source| self.unreadable(range, source))?;
        self.check(index, layer, Some(&found), None)?;
        if let Some(identity) = identity {
            cache.saw(identity, diff_id);
        }
        Ok(cache.recall(diff_id, version).map(Arc::new))
    }

    /// What is remembered has to fit the limits as if it were read.
    fn check_limits(&self, index: usize, facts: &LayerFacts) -> Result<(), ImageError> {
        let limits = self.options.limits;
        if facts.tar_bytes() > limits.layer_bytes {
            return Err(too_large(index, limits));
        }
        let entries = facts.table().entries().len() as u64;
        let before = self.files.fetch_add(entries, Ordering::Relaxed);
        if before + entries > limits.files { Err(too_many(limits)) } else { Ok(()) }
    }

    fn digest_of(&self, range: &FileRange, algorithm: Algorithm) -> io::Result<Digest> {
        let mut hasher = algorithm.hasher();
        let mut span = Span::new(&range.file, range.start, range.length);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let count = span.read(&mut buffer)?;
            if count == 0 {
                return Ok(hasher.finish());
            }
            hasher.update(&buffer[..count]);
        }
    }

    fn compression(&self, index: usize, range: &FileRange) -> Result<Compression, ImageError> {
        let mut head = [0; 8];
        let read = Span::new(&range.file, range.start, range.length).read(&mut head);
        let count = read.map_err(|source| self.unreadable(range, source))?;
        let compression = sniff(&head[..count]);
        if compression == Compression::None && range.length > self.options.limits.layer_bytes {
            return Err(too_large(index, self.options.limits));
        }
        Ok(compression)
    }

    fn unreadable(&self, range: &FileRange, source: io::Error) -> ImageError {
        ImageError::Read { what: range.path.display().to_string(), source }
    }

    /// Compares digests that were made with those the image states.
    fn check(
        &self,
        index: usize,
        layer: &Layer,
        blob: Option<&Digest>,
        diff_id: Option<&Digest>,
    ) -> Result<(), ImageError> {
        let pairs = [(Object::Blob, &layer.blob, blob), (Object::DiffId, &layer.diff_id, diff_id)];
        for (object, expected, found) in pairs {
            let (Some(expected), Some(found)) = (expected, found) else { continue };
            if self.options.verify && expected != found && expected.algorithm() == found.algorithm() {
                let (expected, found) = (Box::new(expected.clone()), Box::new(found.clone()));
                return Err(ImageError::Mismatch { object, what: index.to_string(), expected, found });
            }
        }
        Ok(())
    }
}

/// What changes when the bytes of a file do: its size, and the time of its last change.
fn stamp(file: &std::fs::File) -> Option<(u64, i64, i64)> {
    let metadata = file.metadata().ok()?;
    Some((metadata.size(), metadata.ctime(), metadata.ctime_nsec()))
}

fn too_large(layer: usize, limits: &Limits) -> ImageError {
    let what = format!("layer {layer}");
    ImageError::Limit { what, limit: limits.layer_bytes, option: "--max-layer-bytes" }
}

fn too_many(limits: &Limits) -> ImageError {
    ImageError::Limit { what: "the number of files".into(), limit: limits.files, option: "--max-files" }
}

fn absent(layer: &Layer) -> ScannedLayer {
    let mut facts = LayerFacts::default();
    facts.table.dirs.push(crate::layer::DirRecord { parent: 0, name: crate::layer::Text::default() });
    facts
        .gaps
        .push(Gap::whole(GapCode::Foreign, "a foreign layer whose bytes are kept elsewhere; its content is unknown"));
    let transfer_bytes = layer.stated_size.map(|bytes| TransferBytes { bytes, estimated: false });
    ScannedLayer {
        facts: Arc::new(facts),
        compression: Compression::None,
        transfer_bytes,
        remembered: false,
        gaps: Vec::new(),
    }
}

fn scanned(
    layer: &Layer,
    compression: Compression,
    length: u64,
    facts: Arc<LayerFacts>,
    remembered: bool,
) -> ScannedLayer {
    let exact = TransferBytes { bytes: length, estimated: false };
    // A layout's blobs are transferred as they are; a docker archive's plain layers would be compressed first.
    let transfer_bytes = match compression {
        Compression::None if layer.stated_size.is_none() => {
            facts.gzip_estimate().map(|bytes| TransferBytes { bytes, estimated: true })
        }
        Compression::None | Compression::Gzip | Compression::Zstd => Some(exact),
    };
    let mut gaps = Vec::new();
    if declared(&layer.media_type).is_some_and(|declared| declared != compression) {
        let text = format!("declared as {}, stored as {compression}; read as stored", layer.media_type);
        gaps.push(Gap::whole(GapCode::MediaType, text));
    }
    ScannedLayer { facts, compression, transfer_bytes, remembered, gaps }
}

/// The compression a media type declares; `None` where it says nothing.
fn declared(media_type: &str) -> Option<Compression> {
    if media_type.is_empty() {
        None
    } else if media_type.ends_with("gzip") {
        Some(Compression::Gzip)
    } else if media_type.ends_with("zstd") {
        Some(Compression::Zstd)
    } else if media_type.ends_with("tar") {
        Some(Compression::None)
    } else {
        None
    }
}
