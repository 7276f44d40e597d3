//! STD-BANOVERLAP: a registered base that is banned, or made of a banned operating system without saying why.

use jiff::civil::Date;

use super::LintFinding;
use crate::base::DEBIAN_RELEASES;
use crate::pattern::{Match, matches_ban};
use crate::reference::Reference;
use crate::standard::{Banned, RomBase, RomStatus, Standard};
use crate::verdict::Severity;

pub(super) fn check(standard: &Standard, _: Date) -> Vec<LintFinding> {
    standard.rom_bases.iter().filter_map(|rom| overlap(standard, rom)).collect()
}

fn overlap(standard: &Standard, rom: &RomBase) -> Option<LintFinding> {
    let reference = Reference::normalise(&rom.reference, &standard.mirrors).ok()?;
    let banned_as = |name: &Reference| -> Option<&Banned> {
        standard.banned.iter().find(|ban| matches_ban(&ban.pattern, name) == Match::Yes)
    };
    let finding = |severity, text, advice: &str| {
        let subject = format!("rom_base:{}", rom.reference);
        Some(LintFinding { code: "STD-BANOVERLAP", severity, subject, text, advice: advice.to_owned() })
    };
    if let Some(ban) = banned_as(&reference) {
        let text = format!("`{}` is registered and matches the ban `{}`, which wins", rom.reference, ban.pattern);
        return finding(Severity::High, text, "take back the ban or the registration");
    }
    if rom.ban_overlap.is_some() {
        return None;
    }
    let system = operating_system(&reference)?;
    let ban = banned_as(&Reference { repository: system.to_owned(), tag: Some("latest".to_owned()), digest: None })?;
    let text = format!("`{}` is made of {system}, and `{}` is banned", rom.reference, ban.pattern);
    match rom.status {
        RomStatus::Justified => {
            finding(Severity::Low, text, "bans look at the direct base, so it stands; it needs its justifications")
        }
        RomStatus::Floor => finding(Severity::Info, text, "bans look at the direct base, so it stands"),
    }
}

/// The distribution a base is made of, where its name tells.
fn operating_system(base: &Reference) -> Option<&'static str> {
    let tag = base.tag.as_deref().unwrap_or_default();
    let words: Vec<&str> = tag.split('-').collect();
    if words.iter().any(|word| word.starts_with("alpine")) {
        return None;
    }
    let known =
        WITHOUT_A_SIGN.iter().find(|(prefix, _)| base.repository.starts_with(prefix)).map(|(_, system)| *system);
    let debian = words.iter().any(|word| *word == "slim" || DEBIAN_RELEASES.contains(word));
    let ubuntu = words.iter().any(|word| ["focal", "jammy", "noble"].contains(word));
    known.or(debian.then_some("debian")).or(ubuntu.then_some("ubuntu"))
}

/// Repositories whose images carry Debian's os-release without saying so in the tag.
const WITHOUT_A_SIGN: &[(&str, &str)] = &[("gcr.io/distroless/", "debian"), ("coredns/coredns", "debian")];
