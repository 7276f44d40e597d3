//! Times: `date-time` of RFC 3339, section 5.6.

use jiff::civil::{Date, Time};

/// Whether a text is a time: `2026-11-21T09:30:00Z`, `2026-11-21T09:30:00.5+01:00`.
pub(crate) fn is_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    let Some(rest) = rest.strip_prefix(['T', 't']) else { return false };
    let Some((time, rest)) = rest.split_at_checked(8) else { return false };
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|one: char| one.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
    };
    is_date(date) && is_clock(time) && is_zone(zone)
}

fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i16; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part =
            parts.next().filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn is_date(text: &str) -> bool {
    let Some([year, month, day]) = numbers(text, '-', [4, 2, 2]) else { return false };
    Date::new(year, month as i8, day as i8).is_ok()
}

fn is_clock(text: &str) -> bool {
    let Some([hour, minute, second]) = numbers(text, ':', [2, 2, 2]) else { return false };
    // 60 is a leap second.
    Time::new(hour as i8, minute as i8, second.min(59) as i8, 0).is_ok() && second <= 60
}

fn is_zone(text: &str) -> bool {
    let offset = text.strip_prefix(['+', '-']).and_then(|offset| numbers(offset, ':', [2, 2]));
    matches!(text, "Z" | "z") || offset.is_some_and(|[hours, minutes]| hours < 24 && minutes < 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        assert_eq!(is_time(text), expected, "{text}");
    }

    #[test]
    fn times_have_a_day_a_clock_and_a_zone() {
        check("2026-11-21T09:30:00Z", true);
        check("2026-11-21t09:30:00.123456z", true);
        check("2026-11-21T09:30:60+01:00", true);
        check("2024-02-29T00:00:00-08:00", true);
        for wrong in [
            "",
            "2026-11-21",
            "2026-11-21T09:30:00",
            "2026-11-21 09:30:00Z",
            "2026-02-29T09:30:00Z",
            "2026-11-21T24:30:00Z",
            "2026-11-21T09:30Z",
            "2026-11-21T09:30:00+0100",
            "2026-11-21T09:30:00.Z",
            "21-11-2026T09:30:00Z",
            "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}T09:30:00Z",
        ] {
            check(wrong, false);
        }
    }
}
