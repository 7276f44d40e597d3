//! Digests and rows of numbers as the database keeps them: raw bytes.

use mvi_image::Digest;
use sha2::{Digest as _, Sha256};

use crate::error::{Fault, Result};

/// The largest whole number that every JSON reader keeps exact, 2^53 − 1: RFC 8785, section 3.2.2.3.
pub(crate) const EXACT: u64 = (1 << 53) - 1;

/// sha256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The raw bytes of a digest: 32 for sha256, 64 for sha512.
pub(crate) fn of_digest(digest: &Digest) -> Vec<u8> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        other => other.wrapping_sub(b'a').wrapping_add(10),
    };
    digest
        .hex()
        .as_bytes()
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | value(*digit)))
        .collect()
}

/// The digest whose raw bytes these are.
pub(crate) fn to_digest(bytes: &[u8]) -> Result<Digest> {
    let name = if bytes.len() == 64 { "sha512" } else { "sha256" };
    let text = format!("{name}:{}", hex(bytes));
    text.parse().map_err(|_| Fault::projection(format!("`{text}` stands where a digest should")))
}

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Numbers in a row, seven bits a byte, low bits first (LEB128), so that small ones take little room.
pub(crate) fn pack(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut packed = Vec::new();
    for mut number in numbers {
        while number >= 0x80 {
            packed.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        packed.push(number as u8);
    }
    packed
}

/// The numbers that were packed; bytes nobody packed give numbers nobody meant, and never more than there are bytes.
pub(crate) fn unpack(packed: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let mut bytes = packed.iter();
    std::iter::from_fn(move || {
        let (mut number, mut shift) = (0_u64, 0);
        for byte in bytes.by_ref() {
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use mvi_image::Algorithm;

    use super::*;

    fn check(digest: &Digest) {
        assert_eq!(&to_digest(&of_digest(digest)).unwrap(), digest);
    }

    proptest::proptest! {
        #[test]
        fn packed_numbers_come_back(numbers: Vec<u64>) {
            proptest::prop_assert_eq!(unpack(&pack(numbers.clone())).collect::<Vec<_>>(), numbers);
        }
    }

    #[test]
    fn a_digest_comes_back_from_its_bytes() {
        check(&Digest::of(Algorithm::Sha256, b"abc"));
        check(&Digest::of(Algorithm::Sha512, b"abc"));
    }
}
