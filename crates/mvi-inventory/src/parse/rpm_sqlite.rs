//! Where headers lie in rpm's SQLite database: the rows of the table `Packages`. Nothing of its SQL is looked at.

use std::borrow::Cow;

use super::pages::Visited;
use super::problem::{ProblemKind, Problems};

/// What every SQLite database starts with: "Database File Format", 1.3.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// Gives every header of the database to `take`, with where its page starts. No page is read twice, so a circle of pages
/// ends and the work is bounded by the size of the file.
pub(super) fn headers(bytes: &[u8], problems: &mut Problems, take: &mut dyn FnMut(usize, &[u8], &mut Problems)) {
    let Some(mut file) = Sqlite::new(bytes) else {
        problems.push(0, ProblemKind::Damaged { what: "a page size that SQLite does not have".to_owned() });
        return;
    };
    let mut root = None;
    file.rows(1, problems, &mut |_, row, _| {
        let columns = [column(row, 0), column(row, 1), column(row, 3)];
        if let [Some(b"table"), Some(b"Packages"), Some(page)] = columns {
            root = Some(page.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)));
        }
    });
    match root {
        Some(root) => file.rows(root, problems, &mut |at, row, problems| match column(row, 1) {
            Some(blob) => take(at, blob, problems),
            None => problems.push(at, ProblemKind::Damaged { what: "a row without a header".to_owned() }),
        }),
        None => problems.push(0, ProblemKind::Damaged { what: "no table `Packages`".to_owned() }),
    }
}

struct Sqlite<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of a page that SQLite uses.
    usable: usize,
    visited: Visited,
}

impl<'a> Sqlite<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let page_size = match u16::from_be_bytes([*bytes.get(16)?, *bytes.get(17)?]) {
            1 => 65_536,
            size => usize::from(size),
        };
        let usable = page_size.checked_sub(usize::from(*bytes.get(20)?))?;
        if !page_size.is_power_of_two() || page_size < 512 || usable < 480 {
            return None;
        }
        Some(Self { bytes, page_size, usable, visited: Visited::new(bytes, page_size) })
    }

    /// A page that was not read before, by its number from 1.
    fn page(&mut self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.page_size)?;
        let page = self.bytes.get(start..start.checked_add(self.page_size)?)?;
        self.visited.first(number - 1).then_some(page)
    }

    /// The rows of the table whose tree starts at page `root`, in order.
    fn rows(&mut self, root: usize, problems: &mut Problems, take: &mut dyn FnMut(usize, &[u8], &mut Problems)) {
        let mut pending = vec![root];
        while let Some(number) = pending.pop() {
            let at = number.saturating_sub(1).saturating_mul(self.page_size).min(self.bytes.len());
            let damaged = |what: String| ProblemKind::Damaged { what };
            let Some(page) = self.page(number) else {
                problems.push(at, damaged(format!("page {number} is missing or used twice")));
                continue;
            };
            let head = if number == 1 { 100 } else { 0 };
            match page[head] {
                INTERIOR => {
                    pending.extend(children(page, head));
                    let pages = self.bytes.len() / self.page_size;
                    if pending.len() > pages {
                        pending.truncate(pages);
                        problems.push(at, damaged("more pages are named than there are".to_owned()));
                    }
                }
                LEAF => {
                    for cell in cells(page, head, 8) {
                        match self.payload(page, cell) {
                            Some(row) => take(at, &row, problems),
                            None => problems.push(at, damaged(format!("a row of page {number} is not whole"))),
                        }
                    }
                }
                kind => problems.push(at, damaged(format!("page {number} of kind {kind} in a table"))),
            }
        }
    }

    /// The bytes of a row, those on overflow pages included.
    fn payload(&mut self, page: &'a [u8], cell: usize) -> Option<Cow<'a, [u8]>> {
        let (length, rest) = varint(page.get(cell..)?)?;
        let (_row_id, rest) = varint(rest)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= self.bytes.len())?;
        let local = self.local(length);
        let first = rest.get(..local).filter(|first| self.visited.spend(first.len()))?;
        if local == length {
            return Some(Cow::Borrowed(first));
        }
        let mut whole = first.to_vec();
        let mut next = big_endian(rest.get(local..local + 4)?);
        while whole.len() < length {
            let overflow = self.page(next)?;
            next = big_endian(&overflow[..4]);
            let piece = (length - whole.len()).min(self.usable - 4);
            whole.extend_from_slice(&overflow[4..4 + piece]);
        }
        Some(Cow::Owned(whole))
    }

    /// How much of a row of `length` bytes lies on its leaf: "Database File Format", 1.6.
    fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        let least = (self.usable - 12) * 32 / 255 - 23;
        if length <= most {
            return length;
        }
        let wanted = least + (length - least) % (self.usable - 4);
        if wanted <= most { wanted } else { least }
    }
}

/// The pages below an inner page, last first.
fn children(page: &[u8], head: usize) -> Vec<usize> {
    let right = page.get(head + 8..head + 12).map(big_endian);
    let left: Vec<usize> =
        cells(page, head, 12).filter_map(|cell| Some(big_endian(page.get(cell..cell.checked_add(4)?)?))).collect();
    right.into_iter().chain(left.into_iter().rev()).collect()
}

/// Where the cells of a page start.
fn cells(page: &[u8], head: usize, head_length: usize) -> impl Iterator<Item = usize> {
    let count = page.get(head + 3..head + 5).map_or(0, big_endian);
    let pointers = page.get(head + head_length..).unwrap_or_default();
    pointers.chunks_exact(2).take(count).map(big_endian)
}

/// The bytes of a column of a record: "Database File Format", 2.1. None for NULL and numbers that are part of the type.
fn column(record: &[u8], wanted: usize) -> Option<&[u8]> {
    let (header_length, mut types) = varint(record)?;
    let header_length = usize::try_from(header_length).ok()?;
    let mut body = record.get(header_length..)?;
    let mut left = header_length.checked_sub(record.len() - types.len())?;
    for index in 0.. {
        let before = types.len();
        let (kind, rest) = varint(types)?;
        left = left.checked_sub(before - rest.len())?;
        types = rest;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            kind => (kind - 12) / 2,
        };
        let (value, rest) = body.split_at_checked(usize::try_from(length).ok()?)?;
        if index == wanted {
            return (kind != 0).then_some(value);
        }
        body = rest;
    }
    None
}

/// A number of one to nine bytes, and what follows it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some(((number << 8) | u64::from(*byte), &bytes[9..]));
        }
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

fn big_endian(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
}
