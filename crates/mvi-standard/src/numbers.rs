//! Numbers as a reader sees them: two decimals, more only where two would hide which side of a limit a value is on.

/// A number with at most two decimals and no trailing zeros: `23.6`, `150`, `-3.53`.
pub(crate) fn short(value: f64) -> String {
    trimmed(value, 2)
}

/// A size in decimal megabytes: `23.6 MB`.
pub(crate) fn mb(value: f64) -> String {
    format!("{} MB", short(value))
}

/// A number written so that it never looks equal to a limit that it differs from: `149.9996` beside `150`.
pub(crate) fn beside(value: f64, limit: f64) -> String {
    let brief = short(value);
    if value == limit || brief != short(limit) {
        return brief;
    }
    (3..=9).map(|decimals| trimmed(value, decimals)).find(|text| *text != brief).unwrap_or_else(|| value.to_string())
}

fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, limit: f64, expected: &str) {
        assert_eq!(beside(value, limit), expected);
    }

    #[test]
    fn a_number_loses_its_trailing_zeros() {
        check(150.0, 1.0, "150");
        check(23.60, 1.0, "23.6");
        check(-0.001, 1.0, "0");
    }

    #[test]
    fn a_number_beside_its_limit_shows_the_difference() {
        check(149.9996, 150.0, "149.9996");
        check(150.0, 150.0, "150");
        check(0.0001, 0.0, "0.0001");
    }
}
