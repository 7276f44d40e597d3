//! Exposure levels: which a base permits, how fresh a scan has to be, and what the high ones ask for.

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

/// Age in days up to which a scan of an image at that level counts.
pub fn scan_days(standard: &Standard, level: u8) -> Option<u32> {
    standard.sostle_levels.iter().find(|row| row.level == level).map(|row| row.min_scan_days)
}

/// True when a level asks for a pinned digest, a signature and provenance: from L3 on.
pub fn needs_signature(level: u8) -> bool {
    level >= 3
}
