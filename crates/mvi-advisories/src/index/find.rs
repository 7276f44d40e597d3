//! What advisories say of a package, out of the bytes of its name: one search in its versions, then numbers only.

use std::cmp::Ordering;

use super::blob::{FIXED, INTRODUCED, LAST_AFFECTED, LIMIT, UNREADABLE};
use super::bytes::{Reader, Texts};
use crate::advisory::State;
use crate::ecosystem::Release;
use crate::order::{Order as _, Scheme};
use crate::package::Coordinates;

/// Whether a package is affected, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is.
    Affected,
    /// Nobody can tell: a version has no place in its order, a module has no label, or the source is still looking.
    Undecided,
}

/// One thing that concerns a package, under all its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its advisories, as numbers in the index; see [`super::Index::finding`].
    pub records: Vec<u32>,
    /// Whether the package is affected.
    pub verdict: Verdict,
    /// What the source means to do about it.
    pub state: State,
    /// The smallest version above the package's that is fixed; nothing where none is known.
    pub fixed_in: Option<String>,
    /// What one must have beside to get that fix, as `Pro` of Ubuntu.
    pub channel: Option<String>,
    /// The source's word on how bad it is for this package.
    pub word: Option<String>,
}

/// Where a version lies in a table of versions.
enum Standing<'a> {
    /// Above so many versions, and whether it is the next one.
    Place(usize, bool),
    /// To be compared with each, as their order goes in circles.
    Each(Scheme, &'a str, Texts<'a>),
    /// It is no version.
    None,
}

impl<'a> Standing<'a> {
    /// Nothing where the table is damaged.
    fn of(scheme: Scheme, versions: Texts<'a>, version: &'a str) -> Option<Self> {
        if scheme.compare(version, version).is_none() {
            return Some(Self::None);
        }
        if !scheme.is_total() {
            return Some(Self::Each(scheme, version, versions));
        }
        let (mut low, mut high) = (0, versions.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match scheme.compare(versions.get(middle)?, version)? {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(Self::Place(middle, true)),
                Ordering::Greater => high = middle,
            }
        }
        Some(Self::Place(low, false))
    }

    /// How the version stands to the one at a place.
    fn to(&self, place: usize) -> Option<Ordering> {
        match self {
            Self::Place(above, true) => Some(above.cmp(&place)),
            Self::Place(above, false) => Some(if place < *above { Ordering::Greater } else { Ordering::Less }),
            Self::Each(scheme, version, versions) => scheme.compare(version, versions.get(place)?),
            Self::None => None,
        }
    }
}

/// What one entry says.
struct Said<'a> {
    cluster: u64,
    record: u32,
    outcome: Outcome,
    state: State,
    channel: Option<&'a str>,
    word: Option<&'a str>,
}

enum Outcome {
    No,
    /// Affected, and the place of the fix above in a table.
    Hit(Option<(usize, usize)>),
    Unknown,
}

struct Blob<'a> {
    tables: Vec<(Scheme, Texts<'a>, Standing<'a>)>,
    exact: Texts<'a>,
    texts: Texts<'a>,
    package: &'a Coordinates,
}

/// Reads what follows the key; nothing where it is damaged.
pub(super) fn find(mut reader: Reader<'_>, package: &Coordinates) -> Option<Vec<Match>> {
    let mut tables = Vec::new();
    for _ in 0..reader.count()? {
        let scheme = *Scheme::ALL.get(reader.size()?)?;
        let versions = reader.texts()?;
        tables.push((scheme, versions, Standing::of(scheme, versions, &package.version)?));
    }
    let exact = reader.texts()?;
    let blob = Blob { tables, exact, texts: reader.texts()?, package };
    let mut said = Vec::new();
    for _ in 0..reader.count()? {
        let release = reader.text()?;
        let size = reader.size()?;
        let mut group = Reader::new(reader.take(size)?);
        let elsewhere = package.release.as_deref().is_some_and(|own| own != release);
        if elsewhere && !release.is_empty() && package.ecosystem.release != Release::None {
            continue;
        }
        for _ in 0..group.count()? {
            said.extend(blob.claim(&mut group)?);
        }
    }
    blob.merge(said)
}

impl<'a> Blob<'a> {
    fn text(&self, number: u64) -> Option<Option<&'a str>> {
        match number {
            0 => Some(None),
            number => Some(Some(self.texts.get(usize::try_from(number - 1).ok()?)?)),
        }
    }

    /// An entry; nothing inside where it is about another build of the package.
    fn claim(&self, reader: &mut Reader<'a>) -> Option<Option<Said<'a>>> {
        let record = u32::try_from(reader.number()?).ok()?;
        let cluster = reader.number()?;
        let state = *State::ALL.get(reader.size()?)?;
        let (channel, word) = (self.text(reader.number()?)?, self.text(reader.number()?)?);
        let mut module = Modules::of(self.package);
        for _ in 0..reader.count()? {
            module.one_of(self.text(reader.number()?)??);
        }
        let (mut outcome, mut above) = (Outcome::No, Outcome::No);
        for _ in 0..reader.count()? {
            let (said, fix) = self.range(reader)?;
            outcome = closer(outcome, said, self);
            above = closer(above, fix.map_or(Outcome::No, |fix| Outcome::Hit(Some(fix))), self);
        }
        // A version that is listed has no range of its own: the nearest fix of all is told.
        let listed = || match &above {
            Outcome::Hit(fix) => Outcome::Hit(*fix),
            Outcome::No | Outcome::Unknown => Outcome::Hit(None),
        };
        let own = self.tables.first();
        let mut place = 0usize;
        for _ in 0..reader.count()? {
            place = place.checked_add(reader.size()?)?;
            if own.is_some_and(|(_, _, standing)| standing.to(place) == Some(Ordering::Equal)) {
                outcome = closer(outcome, listed(), self);
            }
        }
        for _ in 0..reader.count()? {
            if self.exact.get(reader.size()?)? == self.package.version {
                outcome = closer(outcome, listed(), self);
            }
        }
        let outcome = match module.verdict() {
            Some(false) => return Some(None),
            None if !matches!(outcome, Outcome::No) => Outcome::Unknown,
            _ => outcome,
        };
        Some(Some(Said { cluster, record, outcome, state, channel, word }))
    }

    /// What a range says, and the nearest fix in it above the version.
    fn range(&self, reader: &mut Reader<'_>) -> Option<(Outcome, Option<(usize, usize)>)> {
        let number = reader.byte()?;
        if number == UNREADABLE {
            return Some((Outcome::Unknown, None));
        }
        let (_, versions, standing) = self.tables.get(usize::from(number))?;
        let (mut hit, mut fix, mut unknown) = (false, None, false);
        for _ in 0..reader.count()? {
            let turn = reader.number()?;
            let (place, kind) = (usize::try_from(turn >> 2).ok()?, turn & 3);
            if place > versions.len() {
                return None;
            }
            let reached = match place {
                0 if matches!(standing, Standing::None) => None,
                0 => Some(Ordering::Greater),
                place => standing.to(place - 1),
            };
            let Some(reached) = reached else {
                unknown = true;
                continue;
            };
            match kind {
                INTRODUCED if reached.is_ge() => hit = true,
                FIXED | LIMIT if reached.is_ge() => hit = false,
                LAST_AFFECTED if reached.is_gt() => hit = false,
                // Turns are in their order: the first fix above is the nearest.
                FIXED => fix = fix.or(Some((usize::from(number), place - 1))),
                _ => {}
            }
        }
        Some(match (unknown, hit) {
            (true, _) => (Outcome::Unknown, None),
            (false, true) => (Outcome::Hit(fix), fix),
            (false, false) => (Outcome::No, fix),
        })
    }

    fn version(&self, (table, place): (usize, usize)) -> Option<&'a str> {
        self.tables.get(table)?.1.get(place)
    }

    /// One match for all that is the same thing.
    fn merge(&self, mut said: Vec<Said<'a>>) -> Option<Vec<Match>> {
        // What is sold beside is for those who have it; the others are judged by what everybody gets.
        let has_more = self.package.version.contains("esm") || self.package.version.contains("fips");
        said.sort_by_key(|said| (said.cluster, said.record));
        let mut matches = Vec::new();
        for group in said.chunk_by(|left, right| left.cluster == right.cluster) {
            let plain = group.iter().any(|said| said.channel.is_none());
            let counts = |said: &&Said<'a>| said.channel.is_none() || has_more || !plain;
            let group = || group.iter().filter(counts);
            if group().any(|said| said.state == State::NotAffected) {
                continue;
            }
            let Some(first) = group().find(|said| !matches!(said.outcome, Outcome::No)) else { continue };
            let is_hit = |said: &&Said<'a>| matches!(said.outcome, Outcome::Hit(_));
            let verdict = match group().find(is_hit) {
                Some(_) if group().filter(is_hit).all(|said| said.state == State::Undetermined) => Verdict::Undecided,
                Some(_) => Verdict::Affected,
                None => Verdict::Undecided,
            };
            let nearest = group().fold(None, |nearest: Option<(&Said<'a>, (usize, usize))>, said| {
                let Outcome::Hit(Some(fix)) = said.outcome else { return nearest };
                match nearest {
                    Some((_, known)) if !self.is_nearer(fix, known) => nearest,
                    _ => Some((said, fix)),
                }
            });
            let state = match nearest {
                Some((said, _)) if said.state == State::Affected => State::Affected,
                _ => group().filter(is_hit).map(|said| said.state).max().unwrap_or(first.state),
            };
            let mut records: Vec<u32> =
                group().filter(|said| !matches!(said.outcome, Outcome::No)).map(|said| said.record).collect();
            records.dedup();
            let channel = nearest.map_or(first, |(said, _)| said).channel;
            matches.push(Match {
                records,
                verdict,
                state,
                fixed_in: match nearest {
                    Some((_, fix)) => Some(self.version(fix)?.to_owned()),
                    None => None,
                },
                channel: channel.map(str::to_owned),
                word: group().find_map(|said| said.word).map(str::to_owned),
            });
        }
        Some(matches)
    }

    fn is_nearer(&self, fix: (usize, usize), known: (usize, usize)) -> bool {
        if fix.0 == known.0 && self.tables.get(fix.0).is_some_and(|(scheme, ..)| scheme.is_total()) {
            return fix.1 < known.1;
        }
        let scheme = self.package.ecosystem.scheme;
        let versions = self.version(fix).zip(self.version(known));
        versions.and_then(|(fix, known)| scheme.compare(fix, known)) == Some(Ordering::Less)
    }
}

/// The one that says more; of two hits that whose fix is nearer.
fn closer(left: Outcome, right: Outcome, blob: &Blob<'_>) -> Outcome {
    match (left, right) {
        (Outcome::Hit(Some(left)), Outcome::Hit(Some(right))) => {
            Outcome::Hit(Some(if blob.is_nearer(right, left) { right } else { left }))
        }
        (Outcome::Hit(left), Outcome::Hit(right)) => Outcome::Hit(left.or(right)),
        (hit @ Outcome::Hit(_), _) | (_, hit @ Outcome::Hit(_)) => hit,
        (Outcome::Unknown, _) | (_, Outcome::Unknown) => Outcome::Unknown,
        (Outcome::No, Outcome::No) => Outcome::No,
    }
}

/// Whether an entry is about the build that a package is: of no module, or of the same stream.
struct Modules<'p> {
    own: Option<&'p str>,
    is_modular: bool,
    named: bool,
    unnamed: bool,
    same: bool,
}

impl<'p> Modules<'p> {
    fn of(package: &'p Coordinates) -> Self {
        let own = package.module.as_deref();
        let is_modular = own.is_some() || package.version.contains(".module");
        Self { own, is_modular, named: false, unnamed: false, same: false }
    }

    fn one_of(&mut self, stream: &str) {
        self.unnamed |= stream == "*";
        self.named = true;
        self.same |= self.own == Some(stream);
    }

    /// Nothing where it cannot be told.
    fn verdict(&self) -> Option<bool> {
        match (self.named, self.is_modular) {
            (false, false) => Some(true),
            (false, true) | (true, false) => Some(false),
            (true, true) if self.same => Some(true),
            (true, true) if self.own.is_none() || self.unnamed => None,
            (true, true) => Some(false),
        }
    }
}
