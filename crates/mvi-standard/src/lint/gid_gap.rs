//! STD-GIDGAP: a registered base or justified image that the register of images does not know.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::LintFinding;
use crate::reference::Reference;
use crate::standard::Standard;
use crate::verdict::Severity;

pub(super) fn check(standard: &Standard, _: Date) -> Vec<LintFinding> {
    let known: BTreeSet<String> = standard.gids.iter().map(|gid| normal(standard, &gid.image)).collect();
    let roms = standard.rom_bases.iter().map(|rom| ("rom_base", &rom.reference, Severity::Medium));
    let justified = standard.justified.iter().map(|entry| ("justified", &entry.image, Severity::Medium));
    let listed = standard.gid_gaps.iter().map(|gap| ("gid_gap", &gap.image, Severity::Low));
    let mut told = BTreeSet::new();
    roms.chain(justified)
        .chain(listed)
        .filter(|(_, image, _)| !known.contains(&normal(standard, image)))
        .filter(|(_, image, _)| told.insert(normal(standard, image)))
        .map(|(table, image, severity)| finding(standard, table, image, severity))
        .collect()
}

fn finding(standard: &Standard, table: &str, image: &str, severity: Severity) -> LintFinding {
    let gap = standard.gid_gaps.iter().find(|gap| normal(standard, &gap.image) == normal(standard, image));
    LintFinding {
        code: "STD-GIDGAP",
        severity,
        subject: format!("{table}:{image}"),
        text: match gap {
            Some(gap) => format!("`{image}` has no id: {}", gap.why),
            None => format!("`{image}` has no id"),
        },
        advice: match gap {
            Some(gap) => format!("register it, for example as {}", gap.suggested),
            None => "register it".to_owned(),
        },
    }
}

fn normal(standard: &Standard, image: &str) -> String {
    Reference::normalise(image, &standard.mirrors).map_or_else(|_| image.to_owned(), |image| image.to_string())
}
