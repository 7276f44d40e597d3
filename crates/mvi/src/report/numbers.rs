//! Megabytes and shares as the standard writes them: 1 MB = 10⁶ bytes, two decimals, half to even.

use std::fmt;

use serde::{Serialize, Serializer};

/// A number of bytes, shown in decimal megabytes; JSON carries every byte, as megabytes with six decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Megabytes(pub u64);

impl Megabytes {
    /// The number as a fraction of megabytes.
    #[must_use]
    pub(crate) fn value(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Megabytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            0 => "0 B".to_owned(),
            bytes @ 1..10_000 => format!("{bytes} B"),
            bytes @ 10_000..100_000 => format!("{:.1} kB", bytes as f64 / 1e3),
            bytes => format!("{:.2} MB", bytes as f64 / 1e6),
        };
        out.pad(&text)
    }
}

impl Serialize for Megabytes {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_f64(self.value())
    }
}

/// `part` of `whole` in percent; 0 of nothing.
#[must_use]
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: u64, shown: &str, json: &str) {
        assert_eq!(Megabytes(bytes).to_string(), shown);
        assert_eq!(serde_json::to_string(&Megabytes(bytes)).unwrap(), json);
    }

    #[test]
    fn sizes_are_shown_short_and_written_exactly() {
        check(0, "0 B", "0.0");
        check(1_512, "1512 B", "0.001512");
        check(20_480, "20.5 kB", "0.02048");
        check(368_661_058, "368.66 MB", "368.661058");
    }
}
