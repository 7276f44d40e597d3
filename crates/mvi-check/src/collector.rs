//! Asks the pass for what the checks read, beside everything that the inventory asks for.

use std::io;

use mvi_image::{Collector, EntryHeader, FileKind, OpenBody, PROBE_BYTES, Want};
use mvi_inventory::{InventoryCollector, Part, add_part};

use crate::accounts::is_account_file;
use crate::secrets::{looks_like_text, may_hold, most_bytes, secrets_in_file};

/// Bytes of a file of accounts that are read.
const ACCOUNT_BYTES: u64 = 1 << 20;
/// Changes with what this collector keeps.
const VERSION: u32 = 1;
/// More than the inventory's collector will ever count.
const STEP: u32 = 1 << 16;

/// What [`InventoryCollector`] asks for, files of accounts, and secrets of texts in likely places. Texts are searched
/// during the pass; no secret is kept, only what it looks like.
#[derive(Debug, Clone, Copy, Default)]
pub struct CheckCollector;

impl Collector for CheckCollector {
    fn wants(&self, entry: &EntryHeader<'_>) -> Want {
        match InventoryCollector.wants(entry) {
            Want::No if entry.kind == FileKind::File && is_account_file(entry.path) => {
                Want::Whole { max: ACCOUNT_BYTES }
            }
            Want::No if may_hold(entry) => Want::Study,
            wanted => wanted,
        }
    }

    fn is_worth_study(&self, entry: &EntryHeader<'_>, probe: &[u8]) -> bool {
        InventoryCollector.is_worth_study(entry, probe) || (looks_like_text(probe) && may_hold(entry))
    }

    fn study(&self, entry: &EntryHeader<'_>, body: &dyn OpenBody) -> io::Result<Vec<u8>> {
        let mut probe = [0; PROBE_BYTES];
        let length = fill(body, &mut probe)?;
        let probe = &probe[..length];
        let is_known = InventoryCollector.is_worth_study(entry, probe);
        let mut extract = if is_known { InventoryCollector.study(entry, body)? } else { Vec::new() };
        if looks_like_text(probe) && may_hold(entry) {
            let size = usize::try_from(body.size().min(most_bytes(entry.path))).unwrap_or(0);
            let mut text = vec![0; size];
            let length = fill(body, &mut text)?;
            text.truncate(length);
            let secrets = secrets_in_file(entry.path, &text);
            if !secrets.is_empty() {
                add_part(&mut extract, Part::Noted, &serde_json::to_vec(&secrets)?);
            }
        }
        Ok(extract)
    }

    fn version(&self) -> u32 {
        VERSION * STEP + InventoryCollector.version()
    }
}

/// Fills the front of a buffer; returns how much of it.
fn fill(body: &dyn OpenBody, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match body.read_at(filled as u64, &mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
