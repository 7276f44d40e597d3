//! What advisories say of one package, as bytes: its versions in their order once, and everything else as places in it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use super::bytes::{put, put_text, put_texts};
use crate::advisory::{Entry, State};
use crate::ecosystem::Ecosystem;
use crate::order::{Order as _, Scheme, sort};
use crate::osv::{Range, RangeKind};

/// What one advisory says of the package.
pub(super) struct Claim<'a> {
    pub(super) record: u32,
    pub(super) cluster: u32,
    pub(super) entry: &'a Entry,
    pub(super) ecosystem: &'static Ecosystem,
}

/// Turns of a range; at one version they happen in this order.
pub(super) const INTRODUCED: u64 = 0;
pub(super) const FIXED: u64 = 1;
pub(super) const LIMIT: u64 = 2;
pub(super) const LAST_AFFECTED: u64 = 3;
/// In place of the number of a table: a version in the range has no place in the order.
pub(super) const UNREADABLE: u8 = 0xff;

/// The scheme that the versions of a range are ordered by.
fn scheme_of(range: &Range, ecosystem: &Ecosystem) -> Scheme {
    if range.kind == RangeKind::Semver { Scheme::Semantic } else { ecosystem.scheme }
}

/// Versions in their order; equal ones have one place.
struct Table<'a> {
    scheme: Scheme,
    sorted: Vec<&'a str>,
    places: HashMap<&'a str, u32>,
}

impl<'a> Table<'a> {
    fn of(scheme: Scheme, mut versions: Vec<&'a str>) -> Self {
        versions.sort_unstable();
        versions.dedup();
        versions.retain(|version| scheme.compare(version, version).is_some());
        let versions = sort(versions, &|left, right| scheme.compare(left, right).unwrap_or(Ordering::Equal));
        let mut table = Self { scheme, sorted: Vec::new(), places: HashMap::new() };
        for version in versions {
            let is_same = |last: &&str| scheme.compare(last, version) == Some(Ordering::Equal);
            // Versions of one place are told by one of them, where their order is one.
            if !scheme.is_total() || !table.sorted.last().is_some_and(is_same) {
                table.sorted.push(version);
            }
            table.places.insert(version, u32::try_from(table.sorted.len() - 1).unwrap_or(u32::MAX));
        }
        table
    }
}

/// The bytes of a package.
pub(super) fn encode(key: &str, claims: &[Claim<'_>]) -> Vec<u8> {
    let mut versions: BTreeMap<Scheme, Vec<&str>> = BTreeMap::new();
    for claim in claims {
        let listed = claim.entry.versions.iter().map(String::as_str);
        versions.entry(claim.ecosystem.scheme).or_default().extend(listed);
        for range in &claim.entry.ranges {
            let events = range.events.iter().flat_map(|event| {
                [&event.introduced, &event.fixed, &event.limit, &event.last_affected].into_iter().flatten()
            });
            versions.entry(scheme_of(range, claim.ecosystem)).or_default().extend(events.map(String::as_str));
        }
    }
    let own = claims.first().map(|claim| claim.ecosystem.scheme);
    // The ecosystem's own table comes first.
    let mut schemes: Vec<Scheme> = own.into_iter().collect();
    schemes.extend(versions.keys().filter(|scheme| Some(**scheme) != own));
    let tables: Vec<Table<'_>> =
        schemes.iter().map(|scheme| Table::of(*scheme, versions.remove(scheme).unwrap_or_default())).collect();
    let unordered = |version: &&String| !tables.first().is_some_and(|own| own.places.contains_key(version.as_str()));
    let mut exact: Vec<&str> =
        claims.iter().flat_map(|claim| claim.entry.versions.iter().filter(unordered)).map(String::as_str).collect();
    exact.sort_unstable();
    exact.dedup();

    let mut out = Vec::new();
    put_text(&mut out, key);
    put(&mut out, tables.len() as u64);
    for table in &tables {
        let scheme = Scheme::ALL.iter().position(|scheme| *scheme == table.scheme).unwrap_or_default();
        put(&mut out, scheme as u64);
        put_texts(&mut out, table.sorted.iter().copied());
    }
    put_texts(&mut out, exact.iter().copied());
    let mut packer = Packer { tables: &tables, exact: &exact, texts: Vec::new(), numbers: HashMap::new() };
    let mut groups: BTreeMap<Option<&str>, Vec<&Claim<'_>>> = BTreeMap::new();
    for claim in claims {
        groups.entry(claim.entry.release.as_deref()).or_default().push(claim);
    }
    let mut packed = Vec::new();
    put(&mut packed, groups.len() as u64);
    for (release, claims) in groups {
        let mut group = Vec::new();
        put(&mut group, claims.len() as u64);
        claims.iter().for_each(|claim| packer.claim(&mut group, claim));
        put_text(&mut packed, release.unwrap_or_default());
        put(&mut packed, group.len() as u64);
        packed.extend_from_slice(&group);
    }
    put_texts(&mut out, packer.texts.iter().copied());
    out.extend_from_slice(&packed);
    out
}

/// Writes claims, and collects the words that they share.
struct Packer<'t, 'a> {
    tables: &'t [Table<'a>],
    exact: &'t [&'a str],
    texts: Vec<&'a str>,
    numbers: HashMap<&'a str, u64>,
}

impl<'a> Packer<'_, 'a> {
    /// The number of a word, from 1; 0 is none.
    fn text(&mut self, text: Option<&'a str>) -> u64 {
        let Some(text) = text else { return 0 };
        let next = self.texts.len() as u64 + 1;
        let number = *self.numbers.entry(text).or_insert(next);
        if number == next {
            self.texts.push(text);
        }
        number
    }

    fn claim(&mut self, out: &mut Vec<u8>, claim: &Claim<'a>) {
        let entry = claim.entry;
        put(out, u64::from(claim.record));
        put(out, u64::from(claim.cluster));
        let state = State::ALL.iter().position(|state| *state == entry.state).unwrap_or_default();
        put(out, state as u64);
        let (channel, word) = (self.text(entry.channel.as_deref()), self.text(entry.word.as_deref()));
        put(out, channel);
        put(out, word);
        put(out, entry.modules.len() as u64);
        for module in &entry.modules {
            let number = self.text(Some(module));
            put(out, number);
        }
        put(out, entry.ranges.len() as u64);
        entry.ranges.iter().for_each(|range| self.range(out, range, claim.ecosystem));
        self.versions(out, entry);
    }

    fn range(&self, out: &mut Vec<u8>, range: &Range, ecosystem: &Ecosystem) {
        let scheme = scheme_of(range, ecosystem);
        let number = self.tables.iter().position(|table| table.scheme == scheme);
        let turns = number.and_then(|number| Some((number, turns(range, &self.tables[number])?)));
        let Some((number, turns)) = turns else {
            out.push(UNREADABLE);
            return;
        };
        out.push(u8::try_from(number).unwrap_or(UNREADABLE));
        put(out, turns.len() as u64);
        turns.iter().for_each(|turn| put(out, *turn));
    }

    fn versions(&self, out: &mut Vec<u8>, entry: &Entry) {
        let own = self.tables.first();
        let place = |version: &String| own.and_then(|own| own.places.get(version.as_str())).copied();
        let mut places: Vec<u32> = entry.versions.iter().filter_map(place).collect();
        places.sort_unstable();
        places.dedup();
        put(out, places.len() as u64);
        let mut last = 0;
        for place in places {
            put(out, u64::from(place - last));
            last = place;
        }
        let exact = entry.versions.iter().filter_map(|version| self.exact.binary_search(&version.as_str()).ok());
        let exact: Vec<usize> = exact.collect();
        put(out, exact.len() as u64);
        exact.iter().for_each(|number| put(out, *number as u64));
    }
}

/// The turns of a range in their order, each as its place from 1 with its kind in the lowest two bits; place 0 is before
/// every version. Nothing where a version has no place.
fn turns(range: &Range, table: &Table<'_>) -> Option<Vec<u64>> {
    let mut turns = Vec::new();
    for event in &range.events {
        let of = [
            (&event.introduced, INTRODUCED),
            (&event.fixed, FIXED),
            (&event.limit, LIMIT),
            (&event.last_affected, LAST_AFFECTED),
        ];
        for (at, kind) in of {
            let Some(at) = at.as_deref() else { continue };
            match (at, kind) {
                ("0", INTRODUCED) => turns.push(kind),
                // Everything comes before this limit.
                ("*", LIMIT) => {}
                _ => turns.push((u64::from(*table.places.get(at)?) + 1) << 2 | kind),
            }
        }
    }
    turns.sort_unstable();
    Some(turns)
}
