//! FIRST's scores: how likely a vulnerability is exploited within thirty days, as CSV.

use std::io::BufRead;

use super::FeedKind;
use crate::import::Intake;

/// The feed's name.
pub(crate) const FEED: &str = "epss";
/// Longest line, bytes.
const LONGEST: u64 = 1024;

/// Takes in scores; what is counted are rows.
///
/// # Errors
/// A source that cannot be read on.
pub(crate) fn read(intake: &mut Intake<'_>, mut source: impl BufRead) -> Result<(), String> {
    intake.begin(FEED, FeedKind::Epss, true);
    let mut bytes = Vec::new();
    for number in 1u64.. {
        bytes.clear();
        let mut bounded = std::io::Read::take(&mut source, LONGEST);
        if bounded.read_until(b'\n', &mut bytes).map_err(|error| error.to_string())? == 0 {
            break;
        }
        if bytes.len() as u64 == LONGEST {
            return Err(format!("line {number} has more than {LONGEST} bytes"));
        }
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            let date = comment.split(',').find_map(|part| part.trim().strip_prefix("score_date:"));
            intake.dated(FEED, date);
            continue;
        }
        if line.is_empty() || line.starts_with("cve,") {
            continue;
        }
        match row(line) {
            Some((cve, score, percentile)) => intake.score(FEED, cve, score, percentile),
            None => intake
                .reject(&format!("line {number}"), "neither a CVE with score and percentile nor a comment".to_owned()),
        }
    }
    Ok(())
}

/// A CVE with two shares from 0 to 1.
fn row(line: &str) -> Option<(String, f32, f32)> {
    let mut cells = line.split(',').map(str::trim);
    let cve = cells.next().filter(|cve| cve.starts_with("CVE-"))?;
    let mut share = || cells.next()?.parse::<f32>().ok().filter(|share| (0.0..=1.0).contains(share));
    Some((cve.to_owned(), share()?, share()?))
}
