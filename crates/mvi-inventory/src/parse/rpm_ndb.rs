//! Where headers lie in rpm's own database format, ndb: slots that point at blobs. Layout: rpm, `lib/backend/ndb/rpmpkg.c`.

use super::pages::Visited;
use super::problem::{ProblemKind, Problems};

/// What the database starts with.
pub(super) const MAGIC: &[u8] = b"RpmP";

const SLOT: usize = 16;
const PAGE: usize = 4096;
/// Blobs lie on multiples of this many bytes.
const BLOCK: usize = 16;
const HEAD: usize = 16;

/// Gives every header of the database to `take`, with where its blob starts. No blob is read twice.
pub(super) fn headers(bytes: &[u8], problems: &mut Problems, take: &mut dyn FnMut(usize, &[u8], &mut Problems)) {
    let pages = word(bytes, 12).unwrap_or(0);
    let slots_end = pages.saturating_mul(PAGE).min(bytes.len());
    if pages == 0 || pages.saturating_mul(PAGE) > bytes.len() {
        problems.push(0, ProblemKind::Damaged { what: format!("{pages} pages of slots in {} bytes", bytes.len()) });
    }
    let mut visited = Visited::new(bytes, BLOCK);
    // The first two slots are the head of the database.
    for at in (2 * SLOT..slots_end).step_by(SLOT) {
        let Some(slot) = bytes.get(at..at + SLOT) else { break };
        let (Some(number), Some(block)) = (word(slot, 4), word(slot, 8)) else { break };
        if !slot.starts_with(b"Slot") {
            problems.push(at, ProblemKind::Damaged { what: "a slot without its mark".to_owned() });
            break;
        }
        if block == 0 {
            continue; // free
        }
        match blob(bytes, block, number).filter(|blob| visited.first(block) && visited.spend(blob.len())) {
            Some(blob) => take(block * BLOCK, blob, problems),
            None => problems.push(at, ProblemKind::Damaged { what: format!("header {number} is not whole") }),
        }
    }
}

/// The blob that starts at a block and says that it belongs to a package.
fn blob(bytes: &[u8], block: usize, number: usize) -> Option<&[u8]> {
    let start = block.checked_mul(BLOCK)?;
    let head = bytes.get(start..start.checked_add(HEAD)?)?;
    if !head.starts_with(b"BlbS") || word(head, 4) != Some(number) {
        return None;
    }
    let data = start + HEAD;
    bytes.get(data..data.checked_add(word(head, 12)?)?)
}

/// The little-endian number of four bytes at `at`.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let word: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(word)).ok()
}
