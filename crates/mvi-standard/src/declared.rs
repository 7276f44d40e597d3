//! What people declared about an image beside what was computed: who wins, and what to say about the difference.

use std::cmp::Ordering;

use serde::Serialize;

use crate::judge::{Finding, Judgement};
use crate::numbers::{mb, short};
use crate::reference::Reference;
use crate::standard::Standard;
use crate::verdict::{Severity, Verdict};

/// What is declared about an image; what is missing was not declared.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Declaration {
    /// The declared verdict.
    pub verdict: Option<Verdict>,
    /// The declared parent.
    pub parent: Option<String>,
    /// The declared size, MB.
    pub size_mb: Option<f64>,
}

/// The verdict that counts, with what the two it is made of say about each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// The declared verdict.
    pub declared: Option<Verdict>,
    /// The computed verdict.
    pub computed: Verdict,
    /// The more severe of the two; JUSTIFIED where an exception in force covers the image.
    pub effective: Verdict,
}

impl Effective {
    /// The verdict that counts. AUDIT refines REVIEW, so of these two the computed one stands without a word.
    pub fn of(declared: Option<Verdict>, computed: Verdict) -> Self {
        let effective = match declared.and_then(Verdict::severity).zip(computed.severity()) {
            // Nothing was computed or nothing declared: what there is counts.
            None => declared.filter(|_| computed == Verdict::Unmeasured).unwrap_or(computed),
            Some(_) if computed == Verdict::Justified => computed,
            Some((said, found)) if said > found => declared.unwrap_or(computed),
            Some(_) => computed,
        };
        Self { declared, computed, effective }
    }

    /// D-STALE or D-LENIENT, where the two really differ.
    pub fn finding(&self) -> Option<Finding> {
        let declared = self.declared?;
        let (said, found) = (coarse(declared)?, coarse(self.computed)?);
        match found.cmp(&said) {
            Ordering::Equal => None,
            Ordering::Less => {
                let text = format!(
                    "declared {declared}, and {} is computed; accept it to update the declaration",
                    self.computed
                );
                Some(Finding { code: "D-STALE", severity: Severity::Info, text })
            }
            Ordering::Greater => {
                let text =
                    format!("declared {declared}, and {} is computed and counts; file a change request", self.computed);
                Some(Finding { code: "D-LENIENT", severity: Severity::High, text })
            }
        }
    }
}

/// Everything that a declaration and a judgement contradict each other in, in the order verdict, lineage, size.
///
/// `ancestors` are the bases that evidence shows, the nearest first.
pub fn findings(standard: &Standard, declared: &Declaration, judged: &Judgement, ancestors: &[String]) -> Vec<Finding> {
    let verdict = Effective::of(declared.verdict, judged.verdict).finding();
    let lineage = declared.parent.as_deref().and_then(|parent| lineage(standard, parent, ancestors));
    let size = declared.size_mb.zip(judged.size).and_then(|(said, found)| size(standard, said, found.mb));
    verdict.into_iter().chain(lineage).chain(size).collect()
}

/// D-GROWTH: a newer tag of a repository that is larger than the one before it by more than the standard allows.
///
/// `before` and `after` are tag and size in MB, oldest first.
pub fn growth(standard: &Standard, before: (&str, f64), after: (&str, f64)) -> Option<Finding> {
    let limit = standard.policy.size_regression_pct;
    let percent = 100.0 * (after.1 - before.1) / before.1;
    (before.1 > 0.0 && percent > limit).then(|| Finding {
        code: "D-GROWTH",
        severity: Severity::Medium,
        text: format!(
            "{} has {} and {} had {}: {} % more, and {} % are allowed",
            after.0,
            mb(after.1),
            before.0,
            mb(before.1),
            short(percent),
            short(limit)
        ),
    })
}

/// Orders two tags by the numbers in them, `v9` before `v10`; nothing where they differ in anything but numbers.
pub fn tag_order(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (runs(left), runs(right));
    for (ours, theirs) in left.iter().zip(&right) {
        match (ours, theirs) {
            (Run::Number(ours), Run::Number(theirs)) => {
                match ours.len().cmp(&theirs.len()).then_with(|| ours.cmp(theirs)) {
                    Ordering::Equal => {}
                    order => return Some(order),
                }
            }
            (Run::Text(ours), Run::Text(theirs)) if ours == theirs => {}
            (Run::Text(_) | Run::Number(_), _) => return None,
        }
    }
    (left.len() == right.len()).then_some(Ordering::Equal)
}

/// What to sort tags by: first the words between the numbers, then the numbers, so that tags that can be compared
/// stand side by side in their order.
pub(crate) fn tag_line(tag: &str) -> (Vec<String>, Vec<(usize, String)>) {
    let (mut words, mut numbers) = (Vec::new(), Vec::new());
    for run in runs(tag) {
        match run {
            Run::Text(text) => words.push(text),
            Run::Number(digits) => {
                words.push(String::new());
                numbers.push((digits.len(), digits));
            }
        }
    }
    (words, numbers)
}

#[derive(PartialEq)]
enum Run {
    /// Digits without leading zeros.
    Number(String),
    Text(String),
}

fn runs(tag: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for letter in tag.chars() {
        match (runs.last_mut(), letter.is_ascii_digit()) {
            (Some(Run::Number(digits)), true) => digits.push(letter),
            (Some(Run::Text(text)), false) => text.push(letter),
            (_, true) => runs.push(Run::Number(letter.to_string())),
            (_, false) => runs.push(Run::Text(letter.to_string())),
        }
    }
    for run in &mut runs {
        if let Run::Number(digits) = run {
            *digits = digits.trim_start_matches('0').to_owned();
        }
    }
    runs
}

/// Severity with AUDIT counted as the REVIEW that it refines.
fn coarse(verdict: Verdict) -> Option<u8> {
    if verdict == Verdict::Audit { Verdict::Review.severity() } else { verdict.severity() }
}

fn lineage(standard: &Standard, parent: &str, ancestors: &[String]) -> Option<Finding> {
    let same =
        |other: &String| repository_and_tag(standard, other).is_some_and(|other| covers(standard, parent, &other));
    let nearest = ancestors.first()?;
    if same(nearest) {
        return None;
    }
    let (severity, rest) = if ancestors.iter().any(same) {
        (Severity::Info, "both are below it")
    } else {
        (Severity::High, "the declared one is not below it; what the layers show counts")
    };
    let text = format!("declared to stand on `{parent}`, and `{nearest}` is its nearest base: {rest}");
    Some(Finding { code: "D-LINEAGE", severity, text })
}

/// True when a declared parent means that reference; without a tag it means the repository.
fn covers(standard: &Standard, parent: &str, reference: &Reference) -> bool {
    let Some(parent_reference) = repository_and_tag(standard, parent) else { return false };
    let tagged = crate::reference::split_tag(parent).1.is_some() || parent_reference.digest.is_some();
    let registered =
        |reference: &Reference| crate::base::registered(standard, reference).map(|rom| rom.reference.clone());
    let same_rom = registered(&parent_reference).is_some() && registered(&parent_reference) == registered(reference);
    parent_reference.repository == reference.repository
        && (!tagged || parent_reference.tag == reference.tag || same_rom)
}

fn repository_and_tag(standard: &Standard, text: &str) -> Option<Reference> {
    Reference::normalise(text, &standard.mirrors).ok()
}

fn size(standard: &Standard, said: f64, found: f64) -> Option<Finding> {
    let limit = standard.policy.declared_size_pct;
    let percent = 100.0 * (found - said) / said;
    (said > 0.0 && percent.abs() > limit).then(|| Finding {
        code: "D-SIZE",
        severity: Severity::Medium,
        text: format!(
            "declared {}, and {} is measured and counts: {} % apart, and {} % are allowed",
            mb(said),
            mb(found),
            short(percent.abs()),
            short(limit)
        ),
    })
}

#[cfg(test)]
mod tests;
