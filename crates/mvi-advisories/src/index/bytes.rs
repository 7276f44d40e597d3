//! Numbers and texts as bytes: written whole, read with every bound checked.

/// A number of four bytes, the lowest first.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// A number of eight bytes, the lowest first.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// Writes a number in as few bytes as it needs: seven bits each, the lowest first.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Writes a text with its length.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Writes texts that can be reached by their number.
pub(super) fn put_texts<'t>(out: &mut Vec<u8>, texts: impl ExactSizeIterator<Item = &'t str> + Clone) {
    put(out, texts.len() as u64);
    let mut end = 0u32;
    for text in texts.clone() {
        end = end.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
        out.extend_from_slice(&end.to_le_bytes());
    }
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Reads on and on; nothing where the bytes end or are no text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A number of things that follow, of which each takes a byte at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = self.size()?;
        (count <= self.bytes.len().checked_sub(self.at)?).then_some(count)
    }

    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub(super) fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(size)?;
        let found = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(found)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let size = self.size()?;
        std::str::from_utf8(self.take(size)?).ok()
    }

    pub(super) fn texts(&mut self) -> Option<Texts<'a>> {
        let count = self.count()?;
        let ends = self.take(count.checked_mul(4)?)?;
        let size = if count == 0 { 0 } else { usize::try_from(u32_at(ends, (count - 1) * 4)?).ok()? };
        Some(Texts { ends, bytes: self.take(size)? })
    }

    pub(super) fn f32(&mut self) -> Option<f32> {
        Some(f32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}

/// Texts by their number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts<'a> {
    ends: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Texts<'a> {
    pub(super) fn len(&self) -> usize {
        self.ends.len() / 4
    }

    pub(super) fn get(&self, number: usize) -> Option<&'a str> {
        let end = |number: usize| usize::try_from(u32_at(self.ends, number.checked_mul(4)?)?).ok();
        let start = if number == 0 { 0 } else { end(number - 1)? };
        std::str::from_utf8(self.bytes.get(start..end(number)?)?).ok()
    }
}
