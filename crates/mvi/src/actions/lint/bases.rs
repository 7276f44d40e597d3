//! What a standard says of bases, as rules about `FROM` take it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use mvi_dockerfile::{AllowedBase, BannedBase, Group, Level, LintSettings, Names, RULES, Selection};
use mvi_standard::load::{Bases, KnownBase};
use mvi_standard::pattern::{Match, TagPattern, matches_ban, matches_registered};
use mvi_standard::reference::Reference;
use mvi_standard::standard::Mirror;

/// Whether any rule that runs is about bases, so that a standard has to be read.
#[must_use]
pub(crate) fn asks_for_bases(selection: &Selection) -> bool {
    let mut rules = RULES.iter().enumerate();
    rules.any(|(index, rule)| {
        let meta = rule.meta();
        let is_about_bases = meta.group == Group::Sovereignty || matches!(meta.code, "W-BUILDER-BASE" | "W-ROM-DRIFT");
        is_about_bases && selection.rule(index).level(Level::Error).is_some()
    })
}

/// Adds the bases that a standard registers, leaves to builders, and bans.
pub(crate) fn add_bases(bases: Bases, settings: &mut LintSettings) {
    let Bases { mirrors, roms, builders, banned } = bases;
    let registered = |base: &KnownBase| Meaning::Registered {
        repository: base.repository.clone(),
        accept: base.accept.clone().into_boxed_slice(),
    };
    let known = roms.iter().chain(&builders).map(registered);
    let meanings = known.chain(banned.iter().map(|ban| Meaning::Banned(ban.pattern.clone()))).collect();
    let answers = Arc::new(Answers { mirrors, meanings, known: RwLock::default() });
    let mut names = (0..).map(|place| {
        let names: Arc<dyn Names> = Arc::new(Entry { answers: Arc::clone(&answers), place });
        Some(names)
    });
    let mut names = || names.next().flatten();
    let mut base = |base: KnownBase| AllowedBase { names: names(), ..AllowedBase::new(base.reference) };
    settings.allowed_bases.extend(roms.into_iter().map(&mut base));
    settings.builder_bases.extend(builders.into_iter().map(&mut base));
    settings.bans.extend(banned.into_iter().map(|ban| BannedBase {
        pattern: ban.pattern,
        reason: ban.note,
        use_instead: Some(ban.use_instead).filter(|instead| !instead.is_empty()),
        may_be_excepted: ban.overridable,
        names: names(),
    }));
}

/// Names of images whose answers are kept; beyond them each is worked out anew.
const KEPT: usize = 10_000;

/// Everything a standard means by its entries, with what was answered: rules ask for each entry and each `FROM`, and
/// files of a repository name the same few images.
#[derive(Debug)]
struct Answers {
    mirrors: Vec<Mirror>,
    meanings: Vec<Meaning>,
    known: RwLock<HashMap<String, Arc<[bool]>>>,
}

/// Which names an entry means.
#[derive(Debug)]
enum Meaning {
    Registered { repository: String, accept: Box<[TagPattern]> },
    Banned(String),
}

impl Answers {
    /// Whether an image is meant, by entry.
    fn about(&self, image: &str) -> Arc<[bool]> {
        let kept = self.known.read().ok().and_then(|known| known.get(image).cloned());
        kept.unwrap_or_else(|| {
            let reference = Reference::normalise(image, &self.mirrors).ok();
            let is_meant = |meaning: &Meaning| reference.as_ref().is_some_and(|reference| meaning.covers(reference));
            let answer: Arc<[bool]> = self.meanings.iter().map(is_meant).collect();
            if let Ok(mut known) = self.known.write()
                && known.len() < KEPT
            {
                known.insert(image.to_owned(), Arc::clone(&answer));
            }
            answer
        })
    }
}

impl Meaning {
    fn covers(&self, reference: &Reference) -> bool {
        let answer = match self {
            Self::Registered { repository, accept } => matches_registered(repository, accept, reference),
            Self::Banned(pattern) => matches_ban(pattern, reference),
        };
        answer == Match::Yes
    }
}

/// An entry of a standard, by its place.
#[derive(Debug)]
struct Entry {
    answers: Arc<Answers>,
    place: usize,
}

/// What was asked last on a thread: rules ask for all entries about one image, then about the next.
struct Last {
    of: Arc<Answers>,
    image: String,
    answer: Arc<[bool]>,
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

impl Names for Entry {
    fn mean(&self, image: &str) -> bool {
        LAST.with_borrow_mut(|last| {
            let known = last.as_ref().filter(|last| last.image == image && Arc::ptr_eq(&last.of, &self.answers));
            if let Some(known) = known {
                return known.answer.get(self.place).copied().unwrap_or(false);
            }
            let answer = self.answers.about(image);
            let is_meant = answer.get(self.place).copied().unwrap_or(false);
            *last = Some(Last { of: Arc::clone(&self.answers), image: image.to_owned(), answer });
            is_meant
        })
    }
}
