//! Putting blobs into a repository: not at all when they are there, in one piece, or in pieces where that is refused.
//!
//! Distribution-spec 1.1, "Pushing a blob monolithically" and "Pushing a blob in chunks".

use mvi_image::Digest;
use ureq::http::Method;

use super::push;
use crate::error::RegistryError;
use crate::http::{Answer, Request, Url};
use crate::reference::Reference;
use crate::registry::Registry;

/// Bytes of one piece, where the registry does not ask for larger ones.
const CHUNK: usize = 8 << 20;
/// The largest piece a registry may ask for.
const LARGEST_CHUNK: usize = 256 << 20;
const OCTETS: &str = "application/octet-stream";

impl Registry {
    /// Puts a blob unless it is there.
    pub(super) fn put_blob(&self, repository: &Reference, digest: &Digest, bytes: &[u8]) -> Result<(), RegistryError> {
        let what = format!("putting a blob into `{}`", repository.name());
        let head = Request::new(Method::HEAD, self.url(repository, &format!("blobs/{digest}")), &what);
        if self.session.send(push(repository), head)?.status().is_success() {
            return Ok(());
        }
        let (place, _) = self.begin(repository, &what)?;
        let request = Request::new(Method::PUT, place.query("digest", &digest.to_string()), &what).body(bytes, OCTETS);
        let answer = self.session.send(push(repository), request)?;
        match answer.status().as_u16() {
            201 | 204 => Ok(()),
            // Too large in one piece for it or for what stands before it, or not known at all.
            400 | 404 | 405 | 411 | 413 | 416 | 501 => self.put_pieces(repository, digest, bytes, &what),
            _ => Err(answer.into_error(&what)),
        }
    }

    /// Begins an upload: where to put it, and the smallest piece the registry takes.
    fn begin(&self, repository: &Reference, what: &str) -> Result<(Url, usize), RegistryError> {
        let request = Request::new(Method::POST, self.url(repository, "blobs/uploads/"), what).body(b"", OCTETS);
        let answer = self.session.send(push(repository), request)?;
        if answer.status().as_u16() != 202 {
            return Err(if answer.status().is_success() { odd(what) } else { answer.into_error(what) });
        }
        let smallest = answer.header("oci-chunk-min-length").and_then(|text| text.trim().parse().ok());
        let smallest = smallest.filter(|smallest| *smallest <= LARGEST_CHUNK).unwrap_or(0);
        Ok((next_place(&answer, what)?, smallest))
    }

    fn put_pieces(
        &self,
        repository: &Reference,
        digest: &Digest,
        bytes: &[u8],
        what: &str,
    ) -> Result<(), RegistryError> {
        let (mut place, smallest) = self.begin(repository, what)?;
        let mut sent = 0;
        for piece in bytes.chunks(CHUNK.max(smallest)) {
            let range = format!("{sent}-{}", sent + piece.len() - 1);
            let request = Request::new(Method::PATCH, place, what).body(piece, OCTETS).header("content-range", range);
            let answer = self.session.send(push(repository), request)?;
            if answer.status().as_u16() != 202 {
                return Err(if answer.status().is_success() { odd(what) } else { answer.into_error(what) });
            }
            place = next_place(&answer, what)?;
            sent += piece.len();
        }
        let request = Request::new(Method::PUT, place.query("digest", &digest.to_string()), what).body(b"", OCTETS);
        let answer = self.session.send(push(repository), request)?;
        if answer.status().is_success() { Ok(()) } else { Err(answer.into_error(what)) }
    }
}

/// Where an upload goes on; only where the registry itself is, as credentials go along.
fn next_place(answer: &Answer, what: &str) -> Result<Url, RegistryError> {
    let place = answer.header("location").and_then(|place| answer.url.join(place));
    place.filter(|place| place.is_same_origin(&answer.url)).ok_or_else(|| RegistryError::Answer {
        what: what.to_owned(),
        why: "it does not say where the upload goes, or names another host".into(),
    })
}

fn odd(what: &str) -> RegistryError {
    RegistryError::Answer { what: what.to_owned(), why: "the upload was not accepted as one".into() }
}
