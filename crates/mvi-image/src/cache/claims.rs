//! Who is fetching what: of several threads that want the same layer, one fetches it and the others find it remembered.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::digest::Digest;

/// Blobs that are being fetched.
#[derive(Debug, Default)]
pub(super) struct Claims {
    taken: Mutex<HashSet<Digest>>,
    freed: Condvar,
}

/// A blob that nobody else fetches until this is dropped.
pub(crate) struct Claim<'c> {
    claims: &'c Claims,
    blob: &'c Digest,
}

impl Claims {
    /// Waits until nobody fetches the blob. Whoever holds a claim must not wait for another one.
    pub(super) fn take<'c>(&'c self, blob: &'c Digest) -> Claim<'c> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken =
            self.freed.wait_while(taken, |taken| taken.contains(blob)).unwrap_or_else(PoisonError::into_inner);
        taken.insert(blob.clone());
        Claim { claims: self, blob }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.claims.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(self.blob);
        self.claims.freed.notify_all();
    }
}
