//! Exposure levels: which a base permits, how fresh a scan has to be, and what the high ones ask for.

use jiff::Timestamp;

use crate::judge::Finding;
use crate::reference::Reference;
use crate::standard::Standard;
use crate::verdict::Severity;

/// The lowest and highest level that a base may serve, as its entry in the register says; nothing where it has none.
pub fn level_range(standard: &Standard, base: &str) -> Option<(u8, u8)> {
    let wanted = Reference::normalise(base, &standard.mirrors).ok()?;
    let rom = crate::base::registered(standard, &wanted).map(|rom| rom.reference.clone());
    let gid = standard.gids.iter().find(|gid| {
        let own = Reference::normalise(&gid.image, &standard.mirrors).ok();
        own.as_ref() == Some(&wanted) || (rom.is_some() && rom.as_ref() == Some(&gid.image))
    })?;
    Some((gid.sostle_min?, gid.sostle_max?))
}

/// SOSTLE-RANGE: a service at a level that its base is not meant for; above the range is worse than below.
pub fn level_finding(standard: &Standard, level: u8, base: &str) -> Option<Finding> {
    let (low, high) = level_range(standard, base)?;
    if (low..=high).contains(&level) {
        return None;
    }
    let severity = if level > high { Severity::High } else { Severity::Medium };
    let text = format!("it runs at level L{level}, and its base `{base}` is registered for L{low} to L{high}");
    Some(Finding { code: "SOSTLE-RANGE", severity, text })
}

/// A-SCAN: nobody looked for vulnerabilities within the days that a level allows; `last` is when somebody did.
pub fn scan_finding(standard: &Standard, level: u8, last: Option<Timestamp>, now: Timestamp) -> Option<Finding> {
    let allowed = standard.sostle_levels.iter().find(|row| row.level == level)?.min_scan_days;
    let days = last.map(|last| now.duration_since(last).as_hours() / 24);
    let text = match days {
        Some(days) if days <= i64::from(allowed) => return None,
        Some(days) => format!("the news about vulnerabilities are {days} days old, and L{level} allows {allowed}"),
        None => format!("nobody looked for vulnerabilities, and L{level} asks for it every {allowed} days"),
    };
    Some(Finding { code: "A-SCAN", severity: Severity::Medium, text })
}

/// A-PROOF: from L3 on an image needs a pinned digest, a signature and provenance, which a sealed record that names its
/// digest is.
pub fn proof_finding(level: u8, sealed: bool) -> Option<Finding> {
    (level >= FIRST_WITH_PROOF && !sealed).then(|| Finding {
        code: "A-PROOF",
        severity: Severity::High,
        text: format!(
            "L{level} asks for a pinned digest, a signature and provenance, and no sealed record names this image"
        ),
    })
}

/// Image Standard V13, SOSTLE: the lowest level that has to be proven.
const FIRST_WITH_PROOF: u8 = 3;
