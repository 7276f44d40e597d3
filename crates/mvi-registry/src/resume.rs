//! A blob as a stream that goes on where a broken connection left off (RFC 9110, section 14, range requests).

use std::io::{self, Read};
use std::sync::Arc;

use mvi_image::{Digest, ImageError, Object, StoreError};

use crate::error::RegistryError;
use crate::http::patience::backoff;
use crate::images::Shared;
use crate::registry::Stream;

/// Breaks of one blob that are mended in all, however far each attempt gets.
const BREAKS: u32 = 100;

/// A blob being read.
pub(crate) struct Resuming {
    shared: Arc<Shared>,
    digest: Digest,
    size: u64,
    offset: u64,
    stream: Stream,
    /// Attempts since bytes came last.
    fruitless: u32,
    breaks: u32,
}

impl Resuming {
    /// Begins to read; `None` when no place has it. A blob of another size than the stated one is refused at once.
    pub(crate) fn open(shared: &Arc<Shared>, digest: &Digest, size: u64) -> Result<Option<Self>, RegistryError> {
        let Some(stream) = request(shared, digest, size, 0)? else { return Ok(None) };
        let (shared, digest) = (shared.clone(), digest.clone());
        Ok(Some(Self { shared, digest, size, offset: 0, stream, fruitless: 0, breaks: 0 }))
    }

    /// After a break: waits, then asks for the rest.
    fn mend(&mut self, broken: io::Error) -> io::Result<()> {
        let patience = &self.shared.registry.session.client.options.patience;
        self.fruitless += 1;
        self.breaks += 1;
        if self.fruitless >= patience.attempts || self.breaks > BREAKS {
            let host = self.shared.registry_host();
            let error = RegistryError::Unreachable { host, attempts: self.breaks, source: broken };
            return Err(StoreError::from(error).into_io());
        }
        (patience.pause)(backoff(patience, &self.digest.to_string(), self.fruitless));
        match request(&self.shared, &self.digest, self.size, self.offset) {
            Ok(Some(stream)) => {
                self.stream = stream;
                Ok(())
            }
            Ok(None) => {
                let what = self.digest.to_string();
                let gone = RegistryError::Image(ImageError::Missing { object: Object::Blob, what });
                Err(StoreError::from(gone).into_io())
            }
            Err(error) => Err(StoreError::from(error).into_io()),
        }
    }
}

/// The blob from byte `from` on, of the first place that gives it. Where ranges are not known, what was seen already
/// is read again and dropped.
fn request(shared: &Shared, digest: &Digest, size: u64, from: u64) -> Result<Option<Stream>, RegistryError> {
    shared.first_of(|place| {
        let answer = shared.registry.blob(place, digest, from)?;
        let is_part = answer.status().as_u16() == 206;
        let begins = if is_part { range_start(answer.header("content-range")) } else { Some(0) };
        let what = || format!("blob {} of `{}`", digest.short(), place.name.name());
        let Some(begins) = begins.filter(|begins| *begins <= from) else {
            return Err(RegistryError::Answer { what: what(), why: "it is not the part that was asked for".into() });
        };
        if let Some(length) = answer.length().filter(|length| begins.saturating_add(*length) != size) {
            let found = begins.saturating_add(length);
            return Err(
                ImageError::Size { object: Object::Blob, what: digest.to_string(), expected: size, found }.into()
            );
        }
        let mut stream: Stream = Box::new(answer.stream());
        let host = || place.name.host.clone();
        let skipped = io::copy(&mut (&mut stream).take(from - begins), &mut io::sink());
        skipped.map_err(|source| RegistryError::Unreachable { host: host(), attempts: 1, source })?;
        Ok(stream)
    })
}

/// The first byte of `bytes FIRST-LAST/TOTAL`.
fn range_start(header: Option<&str>) -> Option<u64> {
    header?.trim().strip_prefix("bytes")?.trim_start().split_once('-')?.0.parse().ok()
}

impl Read for Resuming {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let broken = match self.stream.read(out) {
                Ok(0) if out.is_empty() || self.offset >= self.size => return Ok(0),
                Ok(0) => io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed early"),
                Ok(count) => {
                    self.offset += count as u64;
                    self.fruitless = 0;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // All bytes came; how the connection ended does not matter.
                Err(_) if self.offset >= self.size => return Ok(0),
                Err(error) => error,
            };
            self.mend(broken)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Option<u64>) {
        assert_eq!(range_start(Some(header)), expected, "{header}");
    }

    #[test]
    fn the_part_that_came_is_told_by_its_first_byte() {
        check("bytes 100-199/200", Some(100));
        check("bytes */200", None);
        check("lines 1-2", None);
    }
}
