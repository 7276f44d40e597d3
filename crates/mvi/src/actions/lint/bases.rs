//! What a standard says of bases, as rules about `FROM` take it.

use std::sync::Arc;

use mvi_dockerfile::{AllowedBase, BannedBase, Group, Level, LintSettings, Names, RULES, Selection};
use mvi_standard::Standard;
use mvi_standard::pattern::{Match, TagPattern, matches_ban, matches_registered};
use mvi_standard::reference::Reference;
use mvi_standard::standard::Mirror;

/// Whether any rule that runs is about bases, so that a standard has to be read.
#[must_use]
pub(crate) fn asks_for_bases(selection: &Selection) -> bool {
    let mut rules = RULES.iter().enumerate();
    rules.any(|(index, rule)| {
        let meta = rule.meta();
        let is_about_bases = meta.group == Group::Sovereignty || meta.code == "W-BUILDER-BASE";
        is_about_bases && selection.rule(index).level(Level::Error).is_some()
    })
}

/// Adds the bases that a standard registers, leaves to builders, and bans.
pub(crate) fn add_bases(standard: &Standard, settings: &mut LintSettings) {
    let mirrors: Arc<[Mirror]> = standard.mirrors.clone().into();
    let base = |reference: &str, repository: &str, accept: &[TagPattern]| {
        let names = Registered { repository: repository.to_owned(), accept: accept.into(), mirrors: mirrors.clone() };
        AllowedBase { names: Some(Arc::new(names)), ..AllowedBase::new(reference) }
    };
    let roms = standard.rom_bases.iter().map(|rom| base(&rom.reference, &rom.repository, &rom.accept));
    settings.allowed_bases.extend(roms);
    let builders = standard.builder_bases.iter();
    settings.builder_bases.extend(builders.map(|known| base(&known.reference, &known.repository, &known.accept)));
    settings.bans.extend(standard.banned.iter().map(|ban| BannedBase {
        pattern: ban.pattern.clone(),
        reason: ban.note.clone(),
        use_instead: Some(ban.use_instead.clone()).filter(|instead| !instead.is_empty()),
        may_be_excepted: ban.overridable,
        names: Some(Arc::new(Banned { pattern: ban.pattern.clone(), mirrors: mirrors.clone() })),
    }));
}

#[derive(Debug)]
struct Registered {
    repository: String,
    accept: Box<[TagPattern]>,
    mirrors: Arc<[Mirror]>,
}

impl Names for Registered {
    fn mean(&self, image: &str) -> bool {
        let reference = Reference::normalise(image, &self.mirrors);
        reference.is_ok_and(|found| matches_registered(&self.repository, &self.accept, &found) == Match::Yes)
    }
}

#[derive(Debug)]
struct Banned {
    pattern: String,
    mirrors: Arc<[Mirror]>,
}

impl Names for Banned {
    fn mean(&self, image: &str) -> bool {
        let reference = Reference::normalise(image, &self.mirrors);
        reference.is_ok_and(|found| matches_ban(&self.pattern, &found) == Match::Yes)
    }
}
