//! One layer read from a file: plain, skipped through, or unpacked on a thread of its own.

use std::io::{self, BufRead, Read};

use super::{INLINE, Pass, too_large, too_many};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::ImageError;
use crate::gap::{Gap, GapCode};
use crate::image::Layer;
use crate::layer::{
    Compression, Density, GzipSampler, Hashed, LayerFacts, Piped, Scan, ScanOutcome, Skipping, Span, decoder, pipe,
    pump,
};
use crate::source::members::FileRange;
use crate::tar::TarError;

/// One layer being read from a file.
pub(super) struct Reading<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) index: usize,
    pub(super) range: &'a FileRange,
    pub(super) compression: Compression,
}

impl Reading<'_> {
    pub(super) fn facts(&self, layer: &Layer) -> Result<(LayerFacts, Option<Digest>), ImageError> {
        match self.compression {
            Compression::None if self.pass.options.verify => self.plain(layer),
            Compression::None => self.skipping(),
            Compression::Gzip | Compression::Zstd => self.packed(layer),
        }
    }

    fn span(&self) -> Span<'_> {
        Span::new(&self.range.file, self.range.start, self.range.length)
    }

    fn scan(&self) -> Scan<'_> {
        let options = self.pass.options;
        Scan {
            collector: options.collector,
            limits: options.limits,
            files: self.pass.files,
            about: self.range.length,
            spool: self.pass.spool(),
            sink: self.pass.sink,
        }
    }

    fn skipping(&self) -> Result<(LayerFacts, Option<Digest>), ImageError> {
        let mut source = Skipping::new(self.span());
        let mut facts = self.scan().walk(&mut source).map_err(|outcome| self.unsound(outcome))?;
        facts.tar_bytes = self.range.length;
        if self.pass.options.estimate {
            facts.gzip_estimate = Some(self.estimate(Density::Sparse)?);
        }
        self.pass.options.progress.advance(self.index, self.range.length);
        Ok((facts, None))
    }

    fn plain(&self, layer: &Layer) -> Result<(LayerFacts, Option<Digest>), ImageError> {
        let progress = |bytes| self.pass.options.progress.advance(self.index, bytes);
        let algorithm = layer.diff_id.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
        let mut source = Hashed::new(self.span(), Some(algorithm.hasher()), &progress).within(self.span());
        let mut facts = self.scan().walk(&mut source).map_err(|outcome| self.unsound(outcome))?;
        facts.diff_id = source.digest();
        facts.tar_bytes = self.range.length;
        facts.gzip_estimate = Some(self.estimate(Density::Full)?);
        // Stored plain, the blob is the layer; only a digest of another algorithm has to be made anew.
        let blob = match &layer.blob {
            Some(blob) if blob.algorithm() != algorithm => {
                let digest = self.pass.digest_of(self.range, blob.algorithm());
                Some(digest.map_err(|source| self.pass.unreadable(self.range, source))?)
            }
            _ => facts.diff_id.clone(),
        };
        Ok((facts, blob))
    }

    fn estimate(&self, density: Density) -> Result<u64, ImageError> {
        let mut sampler = GzipSampler::new(self.range.length, density);
        let mut buffer = vec![0; 64 << 10];
        for (start, length) in sampler.regions().to_vec() {
            let mut span = Span::new(&self.range.file, self.range.start + start, length);
            let mut at = start;
            loop {
                let count = span.read(&mut buffer).map_err(|source| self.pass.unreadable(self.range, source))?;
                if count == 0 {
                    break;
                }
                sampler.observe(at, &buffer[..count]);
                at += count as u64;
            }
        }
        Ok(sampler.estimate())
    }

    fn packed(&self, layer: &Layer) -> Result<(LayerFacts, Option<Digest>), ImageError> {
        let verify = self.pass.options.verify;
        let progress = |bytes| self.pass.options.progress.advance(self.index, bytes);
        let algorithm = layer.blob.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
        let blob = verify.then(|| algorithm.hasher());
        let diff = verify.then(|| layer.diff_id.as_ref().map_or(Algorithm::Sha256, Digest::algorithm).hasher());
        let mut stored = Hashed::new(self.span(), blob, &progress);
        let unpacking = Unpacking { pass: self.pass, index: self.index, compression: self.compression };
        let mut facts = unpacking.facts(&mut stored, self.range.length, diff)?;
        // Bytes behind the last member belong to the blob all the same.
        let left = drain(&mut stored, u64::MAX).map_err(|source| self.pass.unreadable(self.range, source))?;
        if left > 0 {
            facts.gaps.push(trailing(left));
        }
        Ok((facts, stored.digest()))
    }

    fn unsound(&self, outcome: ScanOutcome) -> ImageError {
        Unpacking { pass: self.pass, index: self.index, compression: self.compression }.unsound(outcome)
    }
}

/// Reads what is left of `stored`, at most `limit` bytes; returns how many there were.
pub(super) fn drain(stored: &mut dyn Read, limit: u64) -> io::Result<u64> {
    io::copy(&mut stored.take(limit), &mut io::sink())
}

/// Says that bytes of a blob were not part of the layer.
pub(super) fn trailing(count: u64) -> Gap {
    Gap::whole(GapCode::Trailing, format!("{count} bytes follow the compressed layer and were ignored"))
}

/// One layer being unpacked from a stream, wherever that comes from.
#[derive(Clone, Copy)]
pub(super) struct Unpacking<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) index: usize,
    pub(super) compression: Compression,
}

impl Unpacking<'_> {
    /// The facts of a layer of `length` stored bytes, unpacked on a thread of its own unless it is small. What follows
    /// the compressed stream is left in `stored`.
    pub(super) fn facts(
        self,
        stored: &mut (impl BufRead + Send),
        length: u64,
        diff: Option<Hasher>,
    ) -> Result<LayerFacts, ImageError> {
        let limit = self.pass.options.limits.layer_bytes;
        if length < INLINE {
            let mut reader = decoder(stored, self.compression).map_err(|source| self.unpackable(source))?;
            return self.walk(Piped::inline(&mut reader, diff, limit));
        }
        std::thread::scope(|threads| {
            let ends = pipe();
            threads.spawn(move || match decoder(stored, self.compression) {
                Ok(mut reader) => pump(&mut reader, &ends.input),
                Err(error) => ends.input.fail(error),
            });
            self.walk(Piped::from_channel(ends.output, diff, limit))
        })
    }

    fn walk(&self, mut source: Piped<'_>) -> Result<LayerFacts, ImageError> {
        let options = self.pass.options;
        let scan = Scan {
            collector: options.collector,
            limits: options.limits,
            files: self.pass.files,
            about: 0,
            spool: self.pass.spool(),
            sink: self.pass.sink,
        };
        let facts = scan.walk(&mut source).map_err(|outcome| self.unsound(outcome))?;
        Ok(LayerFacts { tar_bytes: source.total(), diff_id: source.digest(), ..facts })
    }

    /// An error of the stream: the store's own where it is one.
    fn unpackable(&self, source: io::Error) -> ImageError {
        ImageError::of_stream(source, |source| ImageError::Unpack { layer: self.index, source })
    }

    pub(super) fn unsound(&self, outcome: ScanOutcome) -> ImageError {
        let limits = self.pass.options.limits;
        match outcome {
            ScanOutcome::Tar(TarError::Read { source, .. }) if source.kind() == io::ErrorKind::FileTooLarge => {
                too_large(self.index, limits)
            }
            ScanOutcome::Tar(TarError::Read { source, .. }) if self.compression != Compression::None => {
                self.unpackable(source)
            }
            ScanOutcome::Tar(TarError::Read { offset, source }) => ImageError::of_stream(source, |source| {
                ImageError::Tar { layer: self.index, source: TarError::Read { offset, source } }
            }),
            ScanOutcome::Tar(source) => ImageError::Tar { layer: self.index, source },
            ScanOutcome::TooManyFiles => too_many(limits),
            ScanOutcome::TableFull => {
                let what = format!("the names of layer {}", self.index);
                ImageError::Limit { what, limit: u64::from(u32::MAX), option: "nothing" }
            }
        }
    }
}
