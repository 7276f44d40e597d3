//! Decompression of layers: gzip with several members, zstd with several frames, and the bytes as a digested stream.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use serde::{Deserialize, Serialize};

use super::bytes::{BUFFER, LayerBytes};
use crate::digest::{Digest, Hasher};

/// How the bytes of a layer blob are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// A tar archive as it is.
    None,
    /// RFC 1952, several members allowed.
    Gzip,
    /// RFC 8878, several and skippable frames allowed.
    Zstd,
}

impl Compression {
    /// The compression of a name, as it is displayed.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Zstd].into_iter().find(|compression| compression.to_string() == name)
    }
}

impl std::fmt::Display for Compression {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::None => "tar",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// zstd frames that ask for more memory than 2^27 bytes are refused, as the `zstd` program does by default.
const ZSTD_WINDOW_LOG: u32 = 27;

/// The compression that the first bytes of a blob show.
pub(crate) fn sniff(head: &[u8]) -> Compression {
    match head {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        // RFC 8878 skippable frame: zstd:chunked may start with one.
        [first, 0x2a, 0x4d, 0x18, ..] if first & 0xf0 == 0x50 => Compression::Zstd,
        _ => Compression::None,
    }
}

/// A reader of the unpacked bytes of `blob`.
pub(crate) fn decoder<'b, R: BufRead + 'b>(blob: R, compression: Compression) -> io::Result<Box<dyn Read + 'b>> {
    Ok(match compression {
        Compression::None => Box::new(blob),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(blob)),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(blob)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    })
}

/// Buffers in flight between the inflating and the walking thread.
const IN_FLIGHT: usize = 4;

/// The two ends that [`pump`] and [`Piped::from_channel`] need.
pub(crate) struct Pipe {
    pub(crate) input: PipeInput,
    pub(crate) output: PipeOutput,
}

/// The end that inflates.
pub(crate) struct PipeInput {
    full: SyncSender<io::Result<Vec<u8>>>,
    empty: Receiver<Vec<u8>>,
}

impl PipeInput {
    /// Reports an error to the other end and ends.
    pub(crate) fn fail(&self, error: io::Error) {
        // The other end may have stopped listening; then nobody needs the error.
        let _ = self.full.send(Err(error));
    }
}

/// The end that walks.
pub(crate) struct PipeOutput {
    full: Receiver<io::Result<Vec<u8>>>,
    empty: SyncSender<Vec<u8>>,
}

/// A bounded pipe of a few recycled buffers.
pub(crate) fn pipe() -> Pipe {
    let (full_in, full_out) = sync_channel(IN_FLIGHT);
    let (empty_in, empty_out) = sync_channel(IN_FLIGHT + 2);
    Pipe {
        input: PipeInput { full: full_in, empty: empty_out },
        output: PipeOutput { full: full_out, empty: empty_in },
    }
}

/// Reads `reader` to its end into the pipe; stops early when the other end is gone.
pub(crate) fn pump(reader: &mut dyn Read, pipe: &PipeInput) {
    loop {
        let mut buffer = pipe.empty.try_recv().unwrap_or_default();
        let filled = fill(reader, &mut buffer);
        let last = !matches!(&filled, Ok(count) if *count > 0);
        let message = filled.map(|count| {
            buffer.truncate(count);
            buffer
        });
        if pipe.full.send(message).is_err() || last {
            return;
        }
    }
}

fn fill(reader: &mut dyn Read, buffer: &mut Vec<u8>) -> io::Result<usize> {
    buffer.resize(BUFFER, 0);
    let mut filled = 0;
    while filled < BUFFER {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

enum Supply<'r> {
    Channel(PipeOutput),
    Inline(&'r mut dyn Read),
}

/// Unpacked layer bytes that arrive in buffers and are digested once each.
pub(crate) struct Piped<'r> {
    supply: Supply<'r>,
    buffer: Vec<u8>,
    at: usize,
    hasher: Option<Hasher>,
    total: u64,
    limit: u64,
    ended: bool,
}

impl<'r> Piped<'r> {
    /// Bytes another thread pumps.
    pub(crate) fn from_channel(output: PipeOutput, hasher: Option<Hasher>, limit: u64) -> Self {
        Self::new(Supply::Channel(output), hasher, limit)
    }

    /// Bytes read here and now.
    pub(crate) fn inline(reader: &'r mut dyn Read, hasher: Option<Hasher>, limit: u64) -> Self {
        Self::new(Supply::Inline(reader), hasher, limit)
    }

    fn new(supply: Supply<'r>, hasher: Option<Hasher>, limit: u64) -> Self {
        Self { supply, buffer: Vec::new(), at: 0, hasher, total: 0, limit, ended: false }
    }

    /// Uncompressed bytes seen so far.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The digest of everything seen.
    pub(crate) fn digest(self) -> Option<Digest> {
        self.hasher.map(Hasher::finish)
    }

    fn next_buffer(&mut self) -> io::Result<()> {
        match &mut self.supply {
            Supply::Channel(pipe) => {
                let used = std::mem::take(&mut self.buffer);
                // A full return line only means that the buffer is not needed again.
                let _ = pipe.empty.try_send(used);
                let gone = || io::Error::other("the decompressing thread ended early");
                self.buffer = pipe.full.recv().map_err(|_| gone())??;
            }
            Supply::Inline(reader) => {
                let count = fill(*reader, &mut self.buffer)?;
                self.buffer.truncate(count);
            }
        }
        self.at = 0;
        self.ended = self.buffer.is_empty();
        self.total += self.buffer.len() as u64;
        if self.total > self.limit {
            let text = format!("unpacks to more than {} bytes (--max-layer-bytes)", self.limit);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&self.buffer);
        }
        Ok(())
    }
}

impl LayerBytes for Piped<'_> {
    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() && !self.ended {
            self.next_buffer()?;
        }
        Ok(&self.buffer[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}
