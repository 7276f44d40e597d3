//! Where headers lie in rpm's Berkeley DB database: the values of a hash table, small ones in its pages, others in chains
//! of their own. Layout: Berkeley DB 4 to 5.3, `dbinc/db_page.h`.

use super::pages::Visited;
use super::problem::{ProblemKind, Problems};

/// Identifies a hash table, in the byte order of the machine that wrote it.
const HASH_MAGIC: u32 = 0x0006_1561;
/// Where that stands.
const MAGIC_AT: usize = 12;
/// Bytes before what a page holds.
const PAGE_HEAD: usize = 26;
const UNSORTED_HASH: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;
/// A value in its page; a value in a chain of overflow pages.
const KEY_DATA: u8 = 1;
const OFF_PAGE: u8 = 3;

/// True for a hash table of either byte order.
pub(super) fn is_bdb(bytes: &[u8]) -> bool {
    byte_order(bytes).is_some()
}

/// Gives every header of the database to `take`, with where its page starts. Each page of a chain is read once.
pub(super) fn headers(bytes: &[u8], problems: &mut Problems, take: &mut dyn FnMut(usize, &[u8], &mut Problems)) {
    let Some(mut file) = Bdb::new(bytes) else {
        problems.push(0, ProblemKind::Damaged { what: "a page size that Berkeley DB does not have".to_owned() });
        return;
    };
    for (number, page) in bytes.chunks_exact(file.page_size).enumerate().skip(1) {
        let at = number * file.page_size;
        if !matches!(page[25], UNSORTED_HASH | HASH) {
            continue;
        }
        let count = file.number(&page[20..22]);
        for index in (0..count.saturating_sub(1)).step_by(2) {
            // Keys are numbers of headers; under 0 is the number that comes next.
            if file.item(page, index).is_some_and(|key| key.get(1..).is_some_and(|key| key.iter().all(|it| *it == 0))) {
                continue;
            }
            match file.item(page, index + 1).and_then(|item| file.value(item)) {
                Some(Value::Here(value)) => take(at, value, problems),
                Some(Value::Chained(value)) => take(at, &value, problems),
                None => {
                    let what = format!("a value of page {number} is not whole");
                    problems.push(at, ProblemKind::Damaged { what });
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

fn byte_order(bytes: &[u8]) -> Option<ByteOrder> {
    let magic = bytes.get(MAGIC_AT..MAGIC_AT + 4)?;
    if magic == HASH_MAGIC.to_le_bytes() {
        Some(ByteOrder::Little)
    } else if magic == HASH_MAGIC.to_be_bytes() {
        Some(ByteOrder::Big)
    } else {
        None
    }
}

enum Value<'a> {
    Here(&'a [u8]),
    Chained(Vec<u8>),
}

struct Bdb<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    page_size: usize,
    visited: Visited,
}

impl<'a> Bdb<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let mut file = Self { bytes, order: byte_order(bytes)?, page_size: 0, visited: Visited::new(b"", 1) };
        file.page_size = file.number(bytes.get(20..24)?);
        if !file.page_size.is_power_of_two() || !(512..=65_536).contains(&file.page_size) {
            return None;
        }
        file.visited = Visited::new(bytes, file.page_size);
        Some(file)
    }

    fn number(&self, bytes: &[u8]) -> usize {
        let add = |sum: usize, byte: &u8| (sum << 8) | usize::from(*byte);
        match self.order {
            ByteOrder::Little => bytes.iter().rev().fold(0, add),
            ByteOrder::Big => bytes.iter().fold(0, add),
        }
    }

    /// An item of a hash page, its kind first: items grow down from the end of the page, each up to the one before.
    fn item(&self, page: &'a [u8], index: usize) -> Option<&'a [u8]> {
        let start = |index: usize| {
            let at = PAGE_HEAD + 2 * index;
            Some(self.number(page.get(at..at + 2)?))
        };
        let end = match index.checked_sub(1) {
            Some(before) => start(before)?,
            None => page.len(),
        };
        page.get(start(index)?..end)
    }

    fn value(&mut self, item: &'a [u8]) -> Option<Value<'a>> {
        match *item.first()? {
            KEY_DATA => Some(Value::Here(&item[1..])).filter(|_| self.visited.spend(item.len())),
            OFF_PAGE => {
                let length = self.number(item.get(8..12)?);
                self.chain(self.number(item.get(4..8)?), length).map(Value::Chained)
            }
            _ => None,
        }
    }

    /// What a chain of overflow pages holds, which must come to `length` bytes.
    fn chain(&mut self, first: usize, length: usize) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        let mut next = first;
        while next != 0 && value.len() < length {
            let start = next.checked_mul(self.page_size)?;
            let page = self.bytes.get(start..start.checked_add(self.page_size)?)?;
            if page[25] != OVERFLOW || !self.visited.first(next) {
                return None;
            }
            let held = self.number(&page[22..24]);
            value.extend_from_slice(page.get(PAGE_HEAD..PAGE_HEAD + held)?);
            next = self.number(&page[16..20]);
        }
        (value.len() == length).then_some(value)
    }
}
