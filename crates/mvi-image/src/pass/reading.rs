//! One layer read from a file: plain, skipped through, or unpacked on a thread of its own.

use std::io::{self, Read as _};

use super::{INLINE, Pass, too_large, too_many};
use crate::digest::{Algorithm, Digest};
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
        Scan { collector: options.collector, limits: options.limits, files: self.pass.files }
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
        let mut source = Hashed::new(self.span(), Some(algorithm.hasher()), &progress);
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
        let limit = self.pass.options.limits.layer_bytes;
        let mut stored = Hashed::new(self.span(), blob, &progress);
        let mut facts = if self.range.length < INLINE {
            let mut reader = decoder(&mut stored, self.compression).map_err(|source| self.unpackable(source))?;
            let mut source = Piped::inline(&mut reader, diff, limit);
            self.walk_packed(&mut source).map(|facts| (facts, source.total(), source.digest()))
        } else {
            let stored = &mut stored;
            std::thread::scope(|threads| {
                let ends = pipe();
                let compression = self.compression;
                threads.spawn(move || match decoder(stored, compression) {
                    Ok(mut reader) => pump(&mut reader, &ends.input),
                    Err(error) => ends.input.fail(error),
                });
                let mut source = Piped::from_channel(ends.output, diff, limit);
                self.walk_packed(&mut source).map(|facts| (facts, source.total(), source.digest()))
            })
        }
        .map(|(facts, total, diff_id)| LayerFacts { tar_bytes: total, diff_id, ..facts })?;
        // Bytes behind the last member belong to the blob all the same.
        let mut rest = [0; 4096];
        let mut left = 0;
        loop {
            match stored.read(&mut rest).map_err(|source| self.pass.unreadable(self.range, source))? {
                0 => break,
                count => left += count,
            }
        }
        if left > 0 {
            let text = format!("{left} bytes follow the compressed layer and were ignored");
            facts.gaps.push(Gap::whole(GapCode::Trailing, text));
        }
        Ok((facts, stored.digest()))
    }

    fn walk_packed(&self, source: &mut Piped<'_>) -> Result<LayerFacts, ImageError> {
        self.scan().walk(source).map_err(|outcome| self.unsound(outcome))
    }

    fn unpackable(&self, source: io::Error) -> ImageError {
        ImageError::Unpack { layer: self.index, source }
    }

    fn unsound(&self, outcome: ScanOutcome) -> ImageError {
        let limits = self.pass.options.limits;
        match outcome {
            ScanOutcome::Tar(TarError::Read { source, .. }) if source.kind() == io::ErrorKind::FileTooLarge => {
                too_large(self.index, limits)
            }
            ScanOutcome::Tar(TarError::Read { source, .. }) if self.compression != Compression::None => {
                self.unpackable(source)
            }
            ScanOutcome::Tar(source) => ImageError::Tar { layer: self.index, source },
            ScanOutcome::TooManyFiles => too_many(limits),
            ScanOutcome::TableFull => {
                let what = format!("the names of layer {}", self.index);
                ImageError::Limit { what, limit: u64::from(u32::MAX), option: "nothing" }
            }
        }
    }
}
