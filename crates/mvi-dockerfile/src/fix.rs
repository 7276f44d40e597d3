//! Repairs: edits that are applied until none is left, and taken back where they would do harm.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::lint::lint;
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::Dockerfile;

/// Rounds of repairs of one file. Each lowers the number of findings, so that this is only reached by huge files.
const ROUNDS: usize = 200;
/// Repairs that are tried one by one when several at once did harm.
const SINGLE: usize = 100;

/// A file after its repairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// What the file should hold.
    pub bytes: Vec<u8>,
    /// Codes and titles of the repairs that were made, in order.
    pub made: Vec<Repair>,
    /// Repairs that were tried and taken back, as they would have done harm.
    pub refused: Vec<Repair>,
}

/// One repair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repair {
    /// Code of the rule that offered it.
    pub code: String,
    /// What it does.
    pub title: String,
}

/// Repairs a file as far as it can be: edits, a parse and a lint of the result, again and again until nothing changes.
///
/// Repairs up to `safety` are made. One is taken back when after it: its own finding is still there; there are more
/// findings of any rule on a level equal to its own or worse; there are more syntax problems; or an instruction it did
/// not mean to change reads differently. So every round leaves fewer findings on the levels it works on, and it ends.
#[must_use]
pub fn repair(bytes: &[u8], settings: &LintSettings, safety: Safety) -> Repaired {
    let mut state = State::read(bytes.to_vec(), settings);
    let mut repaired = Repaired { bytes: Vec::new(), made: Vec::new(), refused: Vec::new() };
    let (mut refused, mut progress) = (HashSet::new(), false);
    for _ in 0..ROUNDS {
        let wanted = state.wanted(safety, &refused);
        let tried = match state.after(&wanted, settings) {
            Some(after) => Some((wanted, after)),
            None => one_by_one(&state, &wanted, settings, &mut refused, &mut repaired.refused),
        };
        let Some((done, after)) = tried else {
            // What did harm before may do none after what was made since.
            if std::mem::take(&mut progress) && !refused.is_empty() {
                refused.clear();
                repaired.refused.clear();
                continue;
            }
            break;
        };
        progress = true;
        repaired.made.extend(done.iter().map(|index| name_of(&state.findings[*index])));
        state = after;
    }
    repaired.bytes = state.bytes;
    repaired
}

/// The first repair that does no harm; the others before it are refused from now on.
fn one_by_one(
    state: &State,
    wanted: &[usize],
    settings: &LintSettings,
    refused: &mut HashSet<Place>,
    told: &mut Vec<Repair>,
) -> Option<(Vec<usize>, State)> {
    for index in wanted.iter().take(SINGLE) {
        if let Some(after) = state.after(&[*index], settings) {
            return Some((vec![*index], after));
        }
        refused.insert(state.places[*index].clone());
        told.push(name_of(&state.findings[*index]));
    }
    None
}

/// The text of a file with these edits made.
///
/// `None` when two of them overlap, insert at the same place, or lie outside; their order does not matter.
#[must_use]
pub fn apply(bytes: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut result = Vec::with_capacity(bytes.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    let mut last: Option<Span> = None;
    for edit in edits {
        if last.is_some_and(|last| collides(last, edit.span)) || edit.span.start > edit.span.end {
            return None;
        }
        result.extend_from_slice(bytes.get(at..edit.span.start as usize)?);
        result.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end as usize;
        last = Some(edit.span);
    }
    result.extend_from_slice(bytes.get(at..)?);
    Some(result)
}

/// Whether two edits cannot both be made; `first` does not begin after `second`.
fn collides(first: Span, second: Span) -> bool {
    second.start < first.end || first.start == second.start
}

fn name_of(finding: &Finding) -> Repair {
    let title = finding.fix.as_ref().map(|fix| fix.title.clone()).unwrap_or_default();
    Repair { code: finding.code.to_string(), title }
}

/// What tells a finding from others though lines above it come and go: its rule, a hash of the text it is about, and
/// how many there are before it with both the same.
type Place = (String, u64, usize);

/// A file with its findings.
struct State {
    bytes: Vec<u8>,
    file: Dockerfile,
    findings: Vec<Finding>,
    /// Of each finding.
    places: Vec<Place>,
}

impl State {
    fn read(bytes: Vec<u8>, settings: &LintSettings) -> Self {
        let file = Dockerfile::parse(&bytes);
        let findings = lint(&file, settings);
        let mut seen: HashMap<(&str, u64), usize> = HashMap::new();
        let mut places = Vec::with_capacity(findings.len());
        for finding in &findings {
            let mut hasher = DefaultHasher::new();
            finding.span.of(file.text()).hash(&mut hasher);
            let number = seen.entry((&finding.code, hasher.finish())).or_insert(0);
            places.push((finding.code.to_string(), hasher.finish(), *number));
            *number += 1;
        }
        Self { bytes, file, findings, places }
    }

    /// Findings whose repairs can be made together: the first of those that collide.
    fn wanted(&self, safety: Safety, refused: &HashSet<Place>) -> Vec<usize> {
        let mut taken: BTreeMap<u32, Span> = BTreeMap::new();
        let mut wanted = Vec::new();
        for (index, finding) in self.findings.iter().enumerate() {
            let fix = finding.fix.as_ref().filter(|fix| fix.safety <= safety && !fix.edits.is_empty());
            let Some(fix) = fix.filter(|fix| is_free(fix, &taken)) else { continue };
            if refused.is_empty() || !refused.contains(&self.places[index]) {
                taken.extend(fix.edits.iter().map(|edit| (edit.span.start, edit.span)));
                wanted.push(index);
            }
        }
        wanted
    }

    /// The file after the repairs of these findings; `None` when they would do harm, or nothing.
    fn after(&self, repaired: &[usize], settings: &LintSettings) -> Option<Self> {
        let repaired: Vec<&Finding> = repaired.iter().filter_map(|index| self.findings.get(*index)).collect();
        let fixes = repaired.iter().filter_map(|finding| finding.fix.as_ref());
        let edits: Vec<Edit> = fixes.flat_map(|fix| fix.edits.iter().cloned()).collect();
        let bytes = apply(&self.bytes, &edits)?;
        if bytes == self.bytes {
            return None;
        }
        let after = Self::read(bytes, settings);
        let harmless = after.file.problems().len() <= self.file.problems().len()
            && keeps_others(&self.file, &after.file, &edits)
            && is_better(&self.findings, &after.findings, &repaired);
        harmless.then_some(after)
    }
}

fn is_free(fix: &Fix, taken: &BTreeMap<u32, Span>) -> bool {
    fix.edits.iter().all(|edit| {
        let before = taken.range(..=edit.span.start).next_back();
        let after = taken.range(edit.span.start..).next();
        !before.is_some_and(|(_, before)| collides(*before, edit.span))
            && !after.is_some_and(|(_, after)| collides(edit.span, *after))
    })
}

/// Whether every rule has fewer findings by as many as were repaired, and none on their level or above has more.
fn is_better(before: &[Finding], after: &[Finding], repaired: &[&Finding]) -> bool {
    let lowest = repaired.iter().map(|finding| finding.level).min().unwrap_or(Level::Style);
    let (before, after) = (counts(before), counts(after));
    let repaired = counts(repaired.iter().copied());
    let fewer = repaired.iter().all(|(key, number)| count(&after, *key) + number <= count(&before, *key));
    fewer && after.iter().all(|(key, number)| key.1 < lowest || *number <= count(&before, *key))
}

/// Findings by rule and level.
type Counts<'a> = BTreeMap<(&'a str, Level), usize>;

fn count(counts: &Counts<'_>, key: (&str, Level)) -> usize {
    counts.get(&key).copied().unwrap_or(0)
}

fn counts<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Counts<'a> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry((&*finding.code, finding.level)).or_insert(0) += 1;
    }
    counts
}

/// Whether every instruction that no edit touches is still one, with the same bytes.
fn keeps_others(before: &Dockerfile, after: &Dockerfile, edits: &[Edit]) -> bool {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut moved = 0_i64;
    let mut next = 0;
    let mut found = after.instructions().iter().peekable();
    for instruction in before.instructions() {
        let span = instruction.span;
        while let Some(edit) = edits.get(next).filter(|edit| edit.span.end <= span.start) {
            moved += edit.text.len() as i64 - i64::from(edit.span.len());
            next += 1;
        }
        let touched = edits.get(next).is_some_and(|edit| edit.span.start <= span.end);
        if touched {
            continue;
        }
        let start = i64::from(span.start) + moved;
        while found.peek().is_some_and(|found| i64::from(found.span.start) < start) {
            found.next();
        }
        let same = found.peek().is_some_and(|found| {
            i64::from(found.span.start) == start
                && found.keyword == instruction.keyword
                && found.span.of(after.text()) == span.of(before.text())
        });
        if !same {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, edits: &[(u32, u32, &str)], expected: Option<&str>) {
        let edit = |(start, end, text): &(u32, u32, &str)| Edit { span: Span::new(*start, *end), text: (*text).into() };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        let applied = apply(text.as_bytes(), &edits).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(applied.as_deref(), expected);
    }

    #[test]
    fn edits_are_made_in_any_order_and_never_over_each_other() {
        check("ADD a b", &[(0, 3, "COPY")], Some("COPY a b"));
        check("0123456", &[(5, 6, "x"), (0, 1, ""), (3, 3, "-")], Some("12-34x6"));
        check("0123456", &[(0, 2, "x"), (1, 3, "y")], None);
        check("0123456", &[(3, 3, "x"), (3, 3, "y")], None);
        check("0123456", &[(3, 3, "x"), (3, 4, "y")], None);
        check("0123456", &[(0, 2, "x"), (2, 3, "y")], Some("xy3456"));
        check("0123456", &[(5, 9, "x")], None);
        check("0123456", &[(5, 4, "x")], None);
    }
}
