//! What a layer would weigh gzipped, from samples: archives with plain layers do not say.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Bytes of one sample: two windows of deflate, so that the cold start weighs little.
const SAMPLE: u64 = 64 << 10;
/// One sample for this many bytes of layer.
const STRIDE: u64 = 32 << 20;
const FEWEST: u64 = 3;
const MOST: u64 = 64;

/// Collects evenly spread samples of a layer and compresses them at gzip's default level, 6.
///
/// The samples depend on the layer's length alone, so that the same layer gets the same estimate however it is read.
pub(crate) struct GzipSampler {
    length: u64,
    regions: Vec<(u64, u64)>,
    samples: Vec<Vec<u8>>,
}

impl GzipSampler {
    /// For a layer of `length` uncompressed bytes.
    pub(crate) fn new(length: u64) -> Self {
        let count = (length / STRIDE).clamp(FEWEST, MOST);
        let regions = if length <= SAMPLE * count {
            vec![(0, length)]
        } else {
            (0..count).map(|index| ((length - SAMPLE) / (count - 1) * index, SAMPLE)).collect()
        };
        let samples = vec![Vec::new(); regions.len()];
        Self { length, regions, samples }
    }

    /// Offset and length of every sample, ascending.
    pub(crate) fn regions(&self) -> &[(u64, u64)] {
        &self.regions
    }

    /// Takes what it needs of `bytes`, which stand at `offset` of the layer; pieces come in order.
    pub(crate) fn observe(&mut self, offset: u64, bytes: &[u8]) {
        let end = offset + bytes.len() as u64;
        for ((start, length), sample) in self.regions.iter().zip(&mut self.samples) {
            let from = offset.max(start + sample.len() as u64);
            let to = end.min(start + length);
            if from < to && from == start + sample.len() as u64 {
                sample.extend_from_slice(&bytes[(from - offset) as usize..(to - offset) as usize]);
            }
        }
    }

    /// Estimated bytes of the gzipped layer.
    pub(crate) fn estimate(&self) -> u64 {
        let (mut raw, mut packed) = (0_u64, 0_u64);
        for sample in &self.samples {
            let mut encoder = DeflateEncoder::new(Count(0), Compression::new(6));
            // Counting cannot fail.
            let _ = encoder.write_all(sample);
            raw += sample.len() as u64;
            packed += encoder.finish().map_or(0, |count| count.0);
        }
        const FRAME: u64 = 18;
        if raw == 0 { FRAME } else { (u128::from(self.length) * u128::from(packed) / u128::from(raw)) as u64 + FRAME }
    }
}

struct Count(u64);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(length: usize, piece: usize) -> u64 {
        let bytes: Vec<u8> = (0..length).map(|index| (index * index / 97 % 251) as u8).collect();
        let mut sampler = GzipSampler::new(length as u64);
        for (index, chunk) in bytes.chunks(piece).enumerate() {
            sampler.observe((index * piece) as u64, chunk);
        }
        sampler.estimate()
    }

    #[test]
    fn the_estimate_does_not_depend_on_how_the_bytes_arrive() {
        assert_eq!(check(3_000_000, 262_144), check(3_000_000, 7_001));
    }

    #[test]
    fn a_small_layer_is_compressed_whole() {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&vec![0; 5000]).unwrap();
        let mut sampler = GzipSampler::new(5000);
        sampler.observe(0, &[0; 5000]);
        assert_eq!(sampler.estimate(), encoder.finish().unwrap().len() as u64 + 18);
    }
}
