//! An archive that goes by only once: compressed as a whole, or from a pipe. What its manifest will say is not known
//! yet, so every member that looks like a layer is read as one, and every small one is kept.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::archive::{Member, Names, clean_name, too_many};
use super::members::{LayerSource, Members, StreamedLayer};
use super::open::OpenOptions;
use crate::digest::{Algorithm, Hasher};
use crate::error::ImageError;
use crate::layer::{
    Compression, Density, FileKind, GzipSampler, LayerBytes, LayerFacts, Piped, Scan, ScanOutcome, decoder, pipe, pump,
    sniff,
};
use crate::tar::{BLOCK, Entry, Header, TarError, TarReader, is_zero};

/// Bytes of a file of the stream that are put by in memory to be looked into.
const SPOOL: usize = 32 << 20;

/// A piece of a streamed archive.
#[derive(Debug)]
pub(super) enum Kept {
    /// A small member, whole.
    Document(Vec<u8>),
    /// A member that was read as a layer.
    Layer(StreamedLayer),
}

/// What was kept of an archive that went by.
pub(super) struct Streamed {
    label: String,
    pub(super) names: Names<Kept>,
}

impl Streamed {
    /// Reads `input` to its end, unpacking it on a thread of its own when it is compressed.
    pub(super) fn read(input: impl BufRead + Send, label: &str, options: &OpenOptions<'_>) -> Result<Self, ImageError> {
        let mut input = input;
        let head = input.fill_buf().map_err(|source| ImageError::Read { what: label.into(), source })?;
        let compression = sniff(head);
        std::thread::scope(|threads| {
            let pipe = pipe();
            let ends = pipe.input;
            threads.spawn(move || match decoder(input, compression) {
                Ok(mut reader) => pump(&mut reader, &ends),
                Err(error) => ends.fail(error),
            });
            let mut source = Piped::from_channel(pipe.output, None, u64::MAX);
            let reader = StreamReader { options, label, files: AtomicU64::new(0), document_bytes: 0 };
            reader.members(&mut source)
        })
    }
}

struct StreamReader<'a> {
    options: &'a OpenOptions<'a>,
    label: &'a str,
    files: AtomicU64,
    document_bytes: u64,
}

impl StreamReader<'_> {
    fn members(mut self, source: &mut dyn LayerBytes) -> Result<Streamed, ImageError> {
        let limits = self.options.limits;
        let mut names = Names::new();
        let mut tar = TarReader::new(source, limits.header_bytes);
        let mut entry = Entry::default();
        let mut count = 0;
        while tar.next(&mut entry).map_err(|source| ImageError::Archive { what: self.label.into(), source })? {
            count += 1;
            if count > limits.files {
                return Err(too_many(self.label, limits));
            }
            match entry.kind {
                FileKind::File => {
                    let name = clean_name(&entry.path);
                    if let Some(kept) = self.member(&mut tar, &entry, &name)? {
                        names.insert(name, Member::Here(kept));
                    }
                }
                FileKind::Symlink | FileKind::HardLink => names.insert_link(&entry),
                FileKind::Directory | FileKind::CharDevice | FileKind::BlockDevice | FileKind::Fifo => {}
            }
        }
        // The last bytes carry the checksum of a gzip stream.
        let at = tar.position();
        while !source_end(source).map_err(|source| failed(self.label.into(), at, source))? {}
        Ok(Streamed { label: self.label.into(), names })
    }

    fn member(&mut self, tar: &mut TarReader<'_>, entry: &Entry, name: &str) -> Result<Option<Kept>, ImageError> {
        let at = tar.position();
        let failed = |source| failed(format!("{}:{name}", self.label), at, source);
        let mut body = Body::new(tar, entry.stored).map_err(failed)?;
        if looks_like_layer(&body.head, name) {
            return self.layer(body, name).map(|layer| Some(Kept::Layer(layer)));
        }
        let limit = self.options.limits.document_bytes;
        self.document_bytes += entry.stored.min(limit);
        if entry.stored > limit || self.document_bytes > 4 * limit {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        body.read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(Kept::Document(bytes)))
    }

    fn layer(&self, mut body: Body<'_, '_>, name: &str) -> Result<StreamedLayer, ImageError> {
        let limits = self.options.limits;
        let algorithm = if name.starts_with("blobs/sha512/") { Algorithm::Sha512 } else { Algorithm::Sha256 };
        let scan = Scan {
            collector: self.options.collector,
            limits,
            files: &self.files,
            about: body.length,
            spool: SPOOL,
            sink: None,
        };
        let hashers = |wanted: bool| (wanted && self.options.verify).then(|| algorithm.hasher());
        let (length, compression) = (body.length, sniff(&body.head));
        let unsound = |outcome| self.unsound(name, outcome);
        body.hasher = hashers(true);
        let (mut facts, blob): (LayerFacts, _) = if compression == Compression::None {
            if length > limits.layer_bytes {
                return Err(self.too_large());
            }
            body.sampler = Some(GzipSampler::new(length, Density::Full));
            let mut facts = scan.walk(&mut body).map_err(unsound)?;
            facts.gzip_estimate = body.sampler.as_ref().map(GzipSampler::estimate);
            facts.diff_id = body.hasher.take().map(Hasher::finish);
            let blob = facts.diff_id.clone();
            (facts, blob)
        } else {
            let failed = |source| ImageError::Read { what: format!("{}:{name}", self.label), source };
            let mut reader = decoder(&mut body, compression).map_err(failed)?;
            let diff = self.options.verify.then(|| Algorithm::Sha256.hasher());
            let mut source = Piped::inline(&mut reader, diff, limits.layer_bytes);
            let mut facts = scan.walk(&mut source).map_err(unsound)?;
            facts.tar_bytes = source.total();
            facts.diff_id = source.digest();
            drop(reader);
            (facts, body.hasher.take().map(Hasher::finish))
        };
        if compression == Compression::None {
            facts.tar_bytes = length;
        }
        Ok(StreamedLayer { facts: Arc::new(facts), blob, compression, length })
    }

    fn too_large(&self) -> ImageError {
        let limit = self.options.limits.layer_bytes;
        ImageError::Limit { what: format!("a layer of `{}`", self.label), limit, option: "--max-layer-bytes" }
    }

    fn unsound(&self, name: &str, outcome: ScanOutcome) -> ImageError {
        let what = format!("{}:{name}", self.label);
        match outcome {
            ScanOutcome::Tar(TarError::Read { source, .. }) if source.kind() == io::ErrorKind::FileTooLarge => {
                self.too_large()
            }
            ScanOutcome::Tar(source) => ImageError::Archive { what, source },
            ScanOutcome::TooManyFiles | ScanOutcome::TableFull => too_many(&what, self.options.limits),
        }
    }
}

/// What reading on at `offset` failed by: bytes that are damaged or missing, or the machine.
fn failed(what: String, offset: u64, source: io::Error) -> ImageError {
    match source.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            ImageError::Archive { what, source: TarError::Read { offset, source } }
        }
        _ => ImageError::Read { what, source },
    }
}

fn source_end(source: &mut dyn LayerBytes) -> io::Result<bool> {
    let count = source.fill()?.len();
    source.consume(count);
    Ok(count == 0)
}

/// Only the first block is looked at; names help where it says nothing.
fn looks_like_layer(head: &[u8], name: &str) -> bool {
    if sniff(head) != Compression::None {
        return true;
    }
    match <&[u8; BLOCK]>::try_from(head) {
        Ok(block) if !is_zero(block) => Header::parse(block).is_ok(),
        Ok(_) => true,
        Err(_) => head.is_empty() && (name.ends_with(".tar") || name.starts_with("blobs/")),
    }
}

/// The body of a member, with the first block at hand to look at; digested and sampled as it is read.
struct Body<'t, 's> {
    tar: &'t mut TarReader<'s>,
    head: Vec<u8>,
    head_at: usize,
    /// Bytes of the piece at hand that were digested and not yet taken.
    seen: usize,
    offset: u64,
    length: u64,
    hasher: Option<Hasher>,
    sampler: Option<GzipSampler>,
}

impl<'t, 's> Body<'t, 's> {
    fn new(tar: &'t mut TarReader<'s>, length: u64) -> io::Result<Self> {
        let mut head = Vec::with_capacity(BLOCK);
        while head.len() < BLOCK {
            let piece = tar.fill_body()?;
            if piece.is_empty() {
                break;
            }
            let count = piece.len().min(BLOCK - head.len());
            head.extend_from_slice(&piece[..count]);
            tar.consume_body(count);
        }
        Ok(Self { tar, head, head_at: 0, seen: 0, offset: 0, length, hasher: None, sampler: None })
    }
}

impl LayerBytes for Body<'_, '_> {
    fn fill(&mut self) -> io::Result<&[u8]> {
        let piece = if self.head_at < self.head.len() { &self.head[self.head_at..] } else { self.tar.fill_body()? };
        if self.seen == 0 {
            if let Some(hasher) = &mut self.hasher {
                hasher.update(piece);
            }
            if let Some(sampler) = &mut self.sampler {
                sampler.observe(self.offset, piece);
            }
            self.offset += piece.len() as u64;
            self.seen = piece.len();
        }
        Ok(piece)
    }

    fn consume(&mut self, count: usize) {
        self.seen -= count;
        if self.head_at < self.head.len() {
            self.head_at += count;
        } else {
            self.tar.consume_body(count);
        }
    }
}

impl Read for Body<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill()?;
        let count = piece.len().min(out.len());
        out[..count].copy_from_slice(&piece[..count]);
        LayerBytes::consume(self, count);
        Ok(count)
    }
}

impl BufRead for Body<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()
    }

    fn consume(&mut self, count: usize) {
        LayerBytes::consume(self, count);
    }
}

impl Members for Streamed {
    fn document(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, ImageError> {
        match self.names.get(name) {
            Some(Kept::Document(bytes)) if bytes.len() as u64 <= limit => Ok(Some(bytes.clone())),
            _ => Ok(None),
        }
    }

    fn layer(&self, name: &str) -> Result<Option<LayerSource>, ImageError> {
        match self.names.get(name) {
            Some(Kept::Layer(layer)) => Ok(Some(LayerSource::Streamed(layer.clone()))),
            _ => Ok(None),
        }
    }

    fn label(&self) -> String {
        self.label.clone()
    }
}
