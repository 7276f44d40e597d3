//! How those who watch a container tell that it is ready: the moment, and a byte in a pipe that others wait on.

use std::io::{PipeReader, PipeWriter, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::error::ProbeError;

/// Rung once by whoever sees the sign first.
#[derive(Clone)]
pub(super) struct Bell {
    moment: Arc<Mutex<Option<Instant>>>,
    pipe: Arc<PipeWriter>,
}

impl Bell {
    /// A bell, and what can be read once it was rung.
    pub(super) fn new() -> Result<(Self, PipeReader), ProbeError> {
        let (reader, writer) = std::io::pipe().map_err(ProbeError::system("make a pipe"))?;
        Ok((Self { moment: Arc::default(), pipe: Arc::new(writer) }, reader))
    }

    /// Now is the moment, unless it was before.
    pub(super) fn ring(&self) {
        let mut moment = self.moment.lock().unwrap_or_else(PoisonError::into_inner);
        if moment.is_none() {
            *moment = Some(Instant::now());
            // Nobody may be waiting any more.
            let _ = (&*self.pipe).write_all(b".");
        }
    }

    /// When it was rung.
    pub(super) fn moment(&self) -> Option<Instant> {
        *self.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
