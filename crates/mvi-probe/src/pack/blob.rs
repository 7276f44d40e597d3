//! One layer on its way to the disk: digested as a tar, packed, and digested again as a blob.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use flate2::write::GzEncoder;
use flate2::{Compression as Level, GzBuilder};
use mvi_image::{Algorithm, Digest, Hasher};

use super::error::PackError;

/// How layers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// A tar as it is.
    Plain,
    /// RFC 1952, with this level, 1 to 9; no name and no time in its header.
    Gzip(u32),
    /// RFC 8878, with this level, 1 to 19, on one thread: several would cut the frames elsewhere.
    Zstd(i32),
}

impl Packing {
    /// Reads `none`, `gzip[:LEVEL]` or `zstd[:LEVEL]`.
    ///
    /// # Errors
    /// [`PackError::Written`].
    pub fn parse(text: &str) -> Result<Self, PackError> {
        let bad = || PackError::written(text, "compression", "it is none, gzip[:1-9] or zstd[:1-19]");
        let (name, level) = text.split_once(':').map_or((text, None), |(name, level)| (name, Some(level)));
        let level = level.map(str::parse::<u8>).transpose().map_err(|_| bad())?;
        match (name, level) {
            ("none", None) => Ok(Self::Plain),
            ("gzip", level @ (None | Some(1..=9))) => Ok(Self::Gzip(level.unwrap_or(6).into())),
            ("zstd", level @ (None | Some(1..=19))) => Ok(Self::Zstd(level.unwrap_or(3).into())),
            _ => Err(bad()),
        }
    }

    /// The media type of a layer, OCI image-spec 1.1, `layer.md`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Plain => "application/vnd.oci.image.layer.v1.tar",
            Self::Gzip(_) => "application/vnd.oci.image.layer.v1.tar+gzip",
            Self::Zstd(_) => "application/vnd.oci.image.layer.v1.tar+zstd",
        }
    }
}

/// A blob that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blob {
    /// Digest of the stored bytes.
    pub(crate) digest: Digest,
    /// Stored bytes.
    pub(crate) bytes: u64,
    /// Digest of the bytes before they were packed.
    pub(crate) diff_id: Digest,
    /// Bytes before they were packed.
    pub(crate) tar_bytes: u64,
}

/// Counts and digests what is written.
pub(crate) struct Digesting<W> {
    inner: W,
    hasher: Hasher,
    bytes: u64,
}

impl<W: Write> Digesting<W> {
    pub(crate) fn new(inner: W, algorithm: Algorithm) -> Self {
        Self { inner, hasher: algorithm.hasher(), bytes: 0 }
    }

    pub(crate) fn finish(self) -> (W, Digest, u64) {
        (self.inner, self.hasher.finish(), self.bytes)
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

type Out = Digesting<BufWriter<File>>;

enum Packer {
    Plain(Out),
    Gzip(Box<GzEncoder<Out>>),
    Zstd(zstd::Encoder<'static, Out>),
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(out) => out.write(bytes),
            Self::Zstd(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Gzip(out) => out.flush(),
            Self::Zstd(out) => out.flush(),
        }
    }
}

/// Takes a tar and writes a blob.
pub(crate) struct BlobWriter(Digesting<Packer>);

impl BlobWriter {
    /// Diff ids are of algorithm `diff`, which is sha256 for all but layers of others.
    ///
    /// # Errors
    /// A compressor that cannot be set up.
    pub(crate) fn new(file: File, packing: Packing, diff: Algorithm) -> io::Result<Self> {
        let out = Digesting::new(BufWriter::with_capacity(256 << 10, file), Algorithm::Sha256);
        let packer = match packing {
            Packing::Plain => Packer::Plain(out),
            // 255: an unknown system, as RFC 1952 has it, so that every system writes the same.
            Packing::Gzip(level) => {
                let builder = GzBuilder::new().mtime(0).operating_system(255);
                Packer::Gzip(Box::new(builder.write(out, Level::new(level))))
            }
            Packing::Zstd(level) => Packer::Zstd(zstd::Encoder::new(out, level)?),
        };
        Ok(Self(Digesting::new(packer, diff)))
    }

    /// Ends the blob; its bytes are with the system, and not yet surely on the disk.
    ///
    /// # Errors
    /// A disk that is full, for example.
    pub(crate) fn finish(self) -> io::Result<Blob> {
        let (packer, diff_id, tar_bytes) = self.0.finish();
        let out = match packer {
            Packer::Plain(out) => out,
            Packer::Gzip(out) => out.finish()?,
            Packer::Zstd(out) => out.finish()?,
        };
        let (mut file, digest, bytes) = out.finish();
        file.flush()?;
        Ok(Blob { digest, bytes, diff_id, tar_bytes })
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
