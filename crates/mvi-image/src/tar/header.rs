//! One 512-byte tar header block: POSIX.1-1988 ustar, GNU and V7. Extended headers are in `pax`.

/// Bytes of a tar block.
pub(crate) const BLOCK: usize = 512;

/// Bytes of mode, owner and group, which stand together.
pub(super) const RIGHTS: usize = 24;

/// A header block whose checksum was found right.
pub(crate) struct Header<'a>(&'a [u8; BLOCK]);

/// Why a block is no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadHeader {
    /// The checksum field does not fit the block.
    Checksum,
    /// The size field is no number, negative, or beyond 2^63.
    Size,
}

impl<'a> Header<'a> {
    /// Reads `block` as a header.
    pub(crate) fn parse(block: &'a [u8; BLOCK]) -> Result<Self, BadHeader> {
        let stated = number(&block[148..156]).ok_or(BadHeader::Checksum)?;
        // The checksum field itself counts as eight spaces: POSIX.1-1988 ustar.
        let field: u32 = block[148..156].iter().map(|byte| u32::from(*byte)).sum();
        if stated != i64::from(sum(block)) - i64::from(field) + 8 * 32 {
            // Some old writers summed signed bytes: tar(5).
            let parts = [&block[..148], &block[156..]];
            let signed: i64 = parts.iter().flat_map(|part| part.iter()).map(|byte| i64::from(byte.cast_signed())).sum();
            if stated != signed + 8 * 32 {
                return Err(BadHeader::Checksum);
            }
        }
        Ok(Self(block))
    }

    pub(crate) fn kind(&self) -> u8 {
        self.0[156]
    }

    pub(crate) fn size(&self) -> Result<u64, BadHeader> {
        number(&self.0[124..136]).and_then(|size| u64::try_from(size).ok()).ok_or(BadHeader::Size)
    }

    /// The fields of mode, owner and group as written: [`RIGHTS`] bytes.
    pub(super) fn rights(&self) -> &'a [u8] {
        &self.0[100..100 + RIGHTS]
    }

    /// Permission bits, 12 of them; `None` when the field is no number.
    pub(crate) fn mode(&self) -> Option<u32> {
        number(&self.0[100..108]).map(|mode| (mode & 0o7777) as u32)
    }

    pub(crate) fn owner(&self) -> Option<(u32, u32)> {
        let clamp = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        Some((clamp(number(&self.0[108..116])?), clamp(number(&self.0[116..124])?)))
    }

    pub(crate) fn mtime(&self) -> Option<i64> {
        number(&self.0[136..148])
    }

    pub(crate) fn device(&self) -> (u32, u32) {
        let part = |field: &[u8]| number(field).and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
        (part(&self.0[329..337]), part(&self.0[337..345]))
    }

    pub(crate) fn link(&self) -> &'a [u8] {
        until_nul(&self.0[157..257])
    }

    /// The path, with the ustar prefix in front where there is one. In GNU headers that area holds times.
    pub(crate) fn write_path(&self, path: &mut Vec<u8>) {
        path.clear();
        if &self.0[257..263] == b"ustar\0" {
            let prefix = until_nul(&self.0[345..500]);
            if !prefix.is_empty() {
                path.extend_from_slice(prefix);
                path.push(b'/');
            }
        }
        path.extend_from_slice(until_nul(&self.0[..100]));
    }

    /// Old GNU sparse header: real size, and whether extension blocks follow (GNU tar manual, "Storing Sparse Files").
    pub(crate) fn sparse(&self) -> (Option<u64>, bool) {
        let real = number(&self.0[483..495]).and_then(|size| u64::try_from(size).ok());
        (real, self.0[482] != 0)
    }
}

/// True for a block of zeros, two of which end an archive.
pub(crate) fn is_zero(block: &[u8]) -> bool {
    // Names come first: most blocks are told by their first byte.
    block.first().is_none_or(|byte| *byte == 0) && block.iter().all(|byte| *byte == 0)
}

/// The sum of a block's bytes. 64 at a time is the form that compilers sum sixteen bytes an instruction in.
fn sum(block: &[u8; BLOCK]) -> u32 {
    let (parts, _) = block.as_chunks::<64>();
    parts.iter().map(|part| part.iter().map(|byte| u32::from(*byte)).sum::<u32>()).sum()
}

fn until_nul(field: &[u8]) -> &[u8] {
    // Most fields are empty.
    if field.first() == Some(&0) {
        return &[];
    }
    memchr::memchr(0, field).map_or(field, |end| &field[..end])
}

/// A numeric field: octal text, or base-256 two's complement when the first bit is set (GNU and star).
#[inline]
fn number(field: &[u8]) -> Option<i64> {
    plain_number(field).or_else(|| any_number(field))
}

/// What nearly every field is: 7 or 11 octal digits and the end, or a checksum's 6 digits, NUL and space; `None` for
/// all others.
#[inline]
fn plain_number(field: &[u8]) -> Option<i64> {
    let (head, tail) = field.split_last_chunk::<8>()?;
    let tail = u64::from_le_bytes(*tail);
    let more = match head {
        [] => 0,
        &[a, b, c, d] => octal(u64::from_le_bytes([b'0', b'0', b'0', b'0', a, b, c, d]))?,
        _ => return None,
    };
    match (tail >> 48).to_le_bytes() {
        [b'0'..=b'7', 0 | b' ', ..] => Some(more << 21 | octal(tail << 8 | u64::from(b'0'))?),
        [0, b' ', ..] => Some(more << 18 | octal(tail << 16 | u64::from_le_bytes(*b"00\0\0\0\0\0\0"))?),
        _ => None,
    }
}

/// Eight octal digits, the most significant in the lowest byte, without a branch for each: neighbours are joined thrice.
fn octal(digits: u64) -> Option<i64> {
    let digits = digits ^ 0x3030_3030_3030_3030;
    if digits & 0xf8f8_f8f8_f8f8_f8f8 != 0 {
        return None;
    }
    let pairs = (digits << 3 | digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs << 6 | pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some(((fours << 12 | fours >> 32) & 0xffff_ffff) as i64)
}

#[cold]
fn any_number(field: &[u8]) -> Option<i64> {
    let first = *field.first()?;
    if first & 0x80 != 0 {
        let negative = first & 0x40 != 0;
        let mut value = if negative { -1_i128 } else { 0 };
        for (index, byte) in field.iter().enumerate() {
            let byte = if index == 0 && !negative { byte & 0x7f } else { *byte };
            value = value.checked_mul(256)? + i128::from(byte);
        }
        return i64::try_from(value).ok();
    }
    // The longest field has 12 digits of three bits: nothing can overflow.
    let mut value = 0;
    for digit in field.trim_ascii_start() {
        match digit {
            b'0'..=b'7' => value = value << 3 | i64::from(digit - b'0'),
            0 | b' ' => break,
            _ => return None,
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(field: &[u8], expected: Option<i64>) {
        assert_eq!(number(field), expected, "{field:?}");
    }

    #[test]
    fn a_block_is_summed_byte_by_byte() {
        assert_eq!(sum(&[0xff; BLOCK]), 0xff * 512_u32);
        let block: [u8; BLOCK] = std::array::from_fn(|index| (index * 7 % 251) as u8);
        let expected: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        assert_eq!(sum(&block), expected);
    }

    proptest! {
        #[test]
        fn the_short_way_to_a_number_is_the_long_one(field in proptest::collection::vec(prop_oneof![8 => b'0'..=b'8', 1 => Just(b' '), 1 => Just(0)], 0..16)) {
            let short = plain_number(&field);
            prop_assert!(short.is_none() || short == any_number(&field));
        }

        #[test]
        fn what_was_written_is_read(value in 0..1_i64 << 33) {
            let field = format!("{value:011o}\0");
            prop_assert_eq!(plain_number(field.as_bytes()), Some(value));
            let small = value & 0o777_7777;
            prop_assert_eq!(plain_number(format!("{small:07o} ").as_bytes()), Some(small));
            let checksum = value & 0o77_7777;
            prop_assert_eq!(plain_number(format!("{checksum:06o}\0 ").as_bytes()), Some(checksum));
        }
    }

    #[test]
    fn numbers_are_octal_or_base_256_and_nothing_else() {
        check(b"0000644\0", Some(0o644));
        check(b"   644 \0", Some(0o644));
        check(b"014525252400", Some(0o14_525_252_400));
        check(b"\0\0\0\0\0\0\0\0", Some(0));
        check(&[0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], Some(0x7fff_ffff));
        check(&[0xff; 12], Some(-1));
        check(b"99zz%%~~!!!\0", None);
        check(&[0x80, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], None);
    }
}
