//! The one time that all of a packed image has.

use super::error::PackError;

/// Seconds since 1970 that stand for every time in the image.
///
/// Without a word from outside it is 0, not the time of the newest file: a checkout gives files the time it was made, so
/// the same content would make another image on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Epoch(u64);

/// The last second that can be written with any offset in a year of four digits, 9999-12-30T22:00:00Z: RFC 3339 has no
/// longer ones.
const LAST: u64 = 253_402_207_200;

impl Epoch {
    /// Reads `SOURCE_DATE_EPOCH`: decimal digits and nothing else (reproducible-builds.org, "`SOURCE_DATE_EPOCH`
    /// specification", 1.1).
    ///
    /// # Errors
    /// [`PackError::Written`] for anything else, and for times after 9999-12-30T22:00:00Z.
    pub fn parse(text: &str) -> Result<Self, PackError> {
        let bad = |why: &str| PackError::written(text, "SOURCE_DATE_EPOCH", why);
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad("it is a number of seconds since 1970, in decimal digits"));
        }
        let seconds: u64 = text.parse().map_err(|_| bad("it has more digits than any time"))?;
        if seconds > LAST {
            return Err(bad("it is after the end of the year 9999, perhaps milliseconds"));
        }
        Ok(Self(seconds))
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// As documents write it, RFC 3339 in UTC.
    #[must_use]
    pub fn timestamp(self) -> String {
        let seconds = i64::try_from(self.0).unwrap_or_default();
        jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let epoch = Epoch::parse(text).ok().map(Epoch::timestamp);
        assert_eq!(epoch.as_deref(), expected, "{text}");
    }

    #[test]
    fn only_decimal_seconds_of_four_digit_years_are_an_epoch() {
        check("0", Some("1970-01-01T00:00:00Z"));
        check("1735689600", Some("2025-01-01T00:00:00Z"));
        check("253402207200", Some("9999-12-30T22:00:00Z"));
        for bad in ["", " 1", "-1", "+1", "1e9", "today", "0x10", "253402207201", "99999999999999999999999", "１"] {
            check(bad, None);
        }
    }
}
