//! rpm's versions: `[epoch:]version[-release]`; rpm-version(7) and `rpmvercmp` of rpm 4.18.

use std::cmp::Ordering;

use super::Order;
use super::text::by_value;

/// The order of rpm. Own code, as the crate for it fails on two of the vectors.
pub(super) struct Rpm;

impl Order for Rpm {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        let (left, right) = (parts(left)?, parts(right)?);
        let releases = || match (left.release, right.release) {
            (Some(left), Some(right)) => segments(left, right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        };
        Some(by_value(left.epoch, right.epoch).then_with(|| segments(left.version, right.version)).then_with(releases))
    }
}

struct Parts<'a> {
    epoch: &'a str,
    version: &'a [u8],
    release: Option<&'a [u8]>,
}

/// No epoch is epoch 0.
fn parts(text: &str) -> Option<Parts<'_>> {
    let text = text.trim();
    // Only digits are an epoch: `parseEVR`.
    let numbered = text.split_once(':').filter(|(epoch, _)| epoch.bytes().all(|byte| byte.is_ascii_digit()));
    let (epoch, rest) = numbered.unwrap_or(("", text));
    let (version, release) = rest.rsplit_once('-').map_or((rest, None), |(version, release)| (version, Some(release)));
    let sound = !version.is_empty() && !rest.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control());
    sound.then_some(Parts { epoch, version: version.as_bytes(), release: release.map(str::as_bytes) })
}

/// Runs of letters and of digits by turns, whatever lies between them; `~` is older than the end, `^` newer than the end
/// and older than all else.
fn segments(mut left: &[u8], mut right: &[u8]) -> Ordering {
    let begins = |text: &[u8], sign: u8| text.first() == Some(&sign);
    loop {
        left = after_separators(left);
        right = after_separators(right);
        for (sign, alone) in [(b'~', Ordering::Less), (b'^', Ordering::Less)] {
            match (begins(left, sign), begins(right, sign)) {
                (true, true) => {
                    left = &left[1..];
                    right = &right[1..];
                }
                (true, false) if sign == b'^' && right.is_empty() => return Ordering::Greater,
                (false, true) if sign == b'^' && left.is_empty() => return Ordering::Less,
                (true, false) => return alone,
                (false, true) => return alone.reverse(),
                (false, false) => continue,
            }
            // Both had the sign: what follows may begin with a sign again.
            return segments(left, right);
        }
        let (Some(first), Some(second)) = (left.first(), right.first()) else {
            return left.len().min(1).cmp(&right.len().min(1));
        };
        if first.is_ascii_digit() != second.is_ascii_digit() {
            // Numbers are newer than letters.
            return first.is_ascii_digit().cmp(&second.is_ascii_digit());
        }
        let (one, other) = (take(&mut left), take(&mut right));
        let found = if first.is_ascii_digit() { numbers(one, other) } else { one.cmp(other) };
        if found != Ordering::Equal {
            return found;
        }
    }
}

fn after_separators(text: &[u8]) -> &[u8] {
    let counts = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'~' || *byte == b'^';
    let start = text.iter().position(counts).unwrap_or(text.len());
    &text[start..]
}

/// Takes a run of digits or of letters off the front.
fn take<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let digits = text.first().is_some_and(u8::is_ascii_digit);
    let same = |byte: &u8| if digits { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
    let end = text.iter().position(|byte| !same(byte)).unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    run
}

fn numbers(left: &[u8], right: &[u8]) -> Ordering {
    let bare = |digits: &'_ [u8]| digits.iter().take_while(|digit| **digit == b'0').count();
    let (left, right) = (&left[bare(left)..], &right[bare(right)..]);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}
