//! Waits between attempts: doubled each time, with a share of chance that a seed decides.

use std::time::Duration;

use jiff::fmt::rfc2822;

use crate::options::Patience;

/// The wait after attempt `attempt`, which counts from 1: between half and all of the doubled first wait, never more
/// than the longest.
pub(crate) fn backoff(patience: &Patience, url: &str, attempt: u32) -> Duration {
    let doubled = patience.first_wait.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
    let full = doubled.min(patience.longest_wait);
    let mut state = patience.seed ^ u64::from(attempt);
    for byte in url.bytes() {
        state = mix(state ^ u64::from(byte));
    }
    let share = (mix(state) >> 11) as f64 / (1_u64 << 53) as f64;
    full / 2 + (full / 2).mul_f64(share)
}

/// One step of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The wait a server asks for. `header` looks headers up. `Retry-After` (RFC 9110, 10.2.3) is seconds or a date, which
/// is compared with the server's own `Date`; `RateLimit-Reset` is seconds (IETF draft), `X-RateLimit-Reset` a time.
pub(crate) fn asked_wait<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Option<Duration> {
    let date = |text: &str| rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(|time| time.as_second());
    let now = header("date").and_then(date);
    let until = |time: i64| Some(Duration::from_secs(u64::try_from(time - now?).unwrap_or(0)));
    let seconds = |text: &str| text.trim().parse::<u64>().ok();
    if let Some(text) = header("retry-after") {
        return seconds(text).map(Duration::from_secs).or_else(|| until(date(text)?));
    }
    if let Some(wait) = header("ratelimit-reset").and_then(seconds) {
        return Some(Duration::from_secs(wait));
    }
    until(i64::try_from(header("x-ratelimit-reset").and_then(seconds)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &'static str)], expected: Option<u64>) {
        let found = asked_wait(|name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value));
        assert_eq!(found, expected.map(Duration::from_secs));
    }

    #[test]
    fn servers_ask_for_waits_in_seconds_or_by_date() {
        let now = ("date", "Sat, 21 Nov 2026 10:00:00 GMT");
        check(&[("retry-after", "7")], Some(7));
        check(&[now, ("retry-after", "Sat, 21 Nov 2026 10:01:30 GMT")], Some(90));
        check(&[now, ("retry-after", "Sat, 21 Nov 2026 09:00:00 GMT")], Some(0));
        check(&[("ratelimit-reset", "12")], Some(12));
        check(&[now, ("x-ratelimit-reset", "1795255203")], Some(3));
        check(&[("retry-after", "soon")], None);
        check(&[("x-ratelimit-reset", "1795255203")], None);
        check(&[], None);
    }

    #[test]
    fn waits_double_stay_under_the_longest_and_repeat_with_the_seed() {
        let patience = Patience { seed: 7, ..Patience::default() };
        let waits: Vec<_> = (1..=10).map(|attempt| backoff(&patience, "u", attempt)).collect();
        for (attempt, wait) in waits.iter().enumerate() {
            let full = Duration::from_millis(500 << attempt).min(Duration::from_secs(60));
            assert!(*wait >= full / 2 && *wait <= full, "{attempt}: {wait:?}");
        }
        assert_eq!(backoff(&patience, "u", 3), waits[2]);
        assert_ne!(backoff(&Patience { seed: 8, ..Patience::default() }, "u", 3), waits[2]);
    }
}
