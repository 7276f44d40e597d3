//! How bad something is: words of sources and CVSS vectors as one scale.

use std::str::FromStr as _;

use serde::{Deserialize, Serialize};

/// A place on the scale that sources share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nobody said. Never to be read as harmless.
    #[default]
    Unknown,
    /// Debian's `unimportant`, Ubuntu's `negligible`, a CVSS score of 0.
    Negligible,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 and above.
    Critical,
}

impl Level {
    /// The level of a source's word; [`Level::Unknown`] for words that say nothing.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        // Debian marks urgencies that were not set by hand with stars.
        match word.trim().trim_end_matches('*').to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" => Self::Low,
            "negligible" | "unimportant" | "none" => Self::Negligible,
            _ => Self::Unknown,
        }
    }

    /// The level of a CVSS base score: the qualitative scale of CVSS 3.1 section 5 and 4.0 section 6.
    #[must_use]
    pub fn of_score(score: f64) -> Self {
        match score {
            score if score >= 9.0 => Self::Critical,
            score if score >= 7.0 => Self::High,
            score if score >= 4.0 => Self::Medium,
            score if score > 0.0 => Self::Low,
            _ => Self::Negligible,
        }
    }

    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Negligible => "negligible",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// The base score of a CVSS vector of version 2, 3.0, 3.1 or 4.0, from 0 to 10; nothing where it is no vector.
#[must_use]
pub fn score(vector: &str) -> Option<f64> {
    let vector = vector.trim();
    let metrics: &[&str] = match vector.get(..6) {
        Some("CVSS:4") => &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
        Some("CVSS:3") => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
        _ => &["AV", "AC", "Au", "C", "I", "A"],
    };
    // A vector without a base metric has no score, and must not read as harmless.
    let has = |metric: &&str| vector.split('/').any(|part| part.split(':').next() == Some(metric));
    if !metrics.iter().all(has) {
        return None;
    }
    // Vectors of version 2 have no prefix.
    let score = if vector.starts_with("CVSS:") {
        cvss::Cvss::from_str(vector).ok()?.score()
    } else {
        cvss::v2::Vector::from_str(vector).ok()?.score().value()
    };
    (0.0..=10.0).contains(&score).then_some(score)
}

/// The vector that counts among several of one record: the newest version of CVSS, of one version the highest score.
#[must_use]
pub fn decisive(vectors: &[String]) -> Option<(&str, f64)> {
    let version = |vector: &str| match vector.get(..6) {
        Some("CVSS:4") => 4,
        Some("CVSS:3") => 3,
        _ => 2,
    };
    let scored = vectors.iter().filter_map(|vector| Some((vector.as_str(), score(vector)?)));
    scored.max_by(|(left, one), (right, other)| version(left).cmp(&version(right)).then(one.total_cmp(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(vector: &str, wanted: Option<f64>) {
        assert_eq!(score(vector), wanted, "{vector}");
    }

    #[test]
    fn vectors_have_the_scores_of_the_calculators_of_first() {
        // CVE-2021-44228, CVE-2014-0160 and examples of the specifications.
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", Some(10.0));
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", Some(7.5));
        check("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", Some(6.1));
        check("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", Some(5.5));
        check("AV:N/AC:L/Au:N/C:P/I:N/A:N", Some(5.0));
        check("AV:N/AC:L/Au:N/C:C/I:C/A:C", Some(10.0));
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Some(9.3));
        check("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", Some(10.0));
        check("CVSS:3.1/AV:N", None);
        check("7.5", None);
        check("", None);
    }

    #[test]
    fn the_newest_version_of_cvss_decides() {
        let vectors = ["AV:N/AC:L/Au:N/C:C/I:C/A:C", "nonsense", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"];
        let vectors = vectors.map(str::to_owned);
        assert_eq!(decisive(&vectors), Some((vectors[2].as_str(), 7.5)));
        assert_eq!(decisive(&vectors[1..2]), None);
    }

    #[test]
    fn words_of_sources_have_a_level() {
        let levels = ["high**", "Moderate", "Important", "unimportant", "not yet assigned"].map(Level::of_word);
        assert_eq!(levels, [Level::High, Level::Medium, Level::High, Level::Negligible, Level::Unknown]);
        assert_eq!(Level::of_score(6.9), Level::Medium);
        assert_eq!(Level::of_score(0.0), Level::Negligible);
    }
}
