//! STD-FEAS: a row whose target is smaller than the base it has to stand on.

use jiff::civil::Date;
use serde::Serialize;

use super::LintFinding;
use crate::class::Ceiling;
use crate::numbers::{mb, short};
use crate::reference::Reference;
use crate::standard::{BaseFact, Row, SizeBasis, Standard};
use crate::verdict::Severity;

/// What a row leaves an application, on one measured base.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feasibility {
    /// Row.
    pub row: String,
    /// Measured reference.
    pub reference: String,
    /// How it relates to the row's base.
    pub measured: Measured,
    /// Size that was counted.
    pub basis: SizeBasis,
    /// The base alone, MB.
    pub base_mb: f64,
    /// Upper end of the row's target, MB.
    pub target_max_mb: f64,
    /// Target and grace together, MB.
    pub ceiling_mb: f64,
    /// What is left for the application, MB; below zero, nothing that stands on this base fits.
    pub headroom_mb: f64,
}

/// How a measured reference relates to a row's base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// The standard names it as the row's own base.
    Own,
    /// Another version of the same variant.
    SameVariant,
    /// Another variant of the same repository.
    OtherVariant,
}

/// Every measured base of every row, counted one way, in the standard's order.
pub fn feasibility(standard: &Standard, basis: SizeBasis) -> Vec<Feasibility> {
    standard.rows.iter().flat_map(|row| of_row(standard, row, basis)).collect()
}

pub(super) fn check(standard: &Standard, _: Date) -> Vec<LintFinding> {
    standard.rows.iter().filter_map(|row| finding(standard, row)).collect()
}

fn finding(standard: &Standard, row: &Row) -> Option<LintFinding> {
    let all = of_row(standard, row, row.size_basis.unwrap_or(standard.meta.size_basis));
    let of_kind = |kind| all.iter().filter(move |fact| fact.measured == kind);
    // Where the row's own base was not measured this way, other versions of it stand in.
    let stand_in = of_kind(Measured::Own).next().is_none();
    let counts_as_own =
        |fact: &&Feasibility| fact.measured == Measured::Own || (stand_in && fact.measured == Measured::SameVariant);
    let does_not_fit =
        |fact: &Feasibility| fact.headroom_mb < 0.0 || (row.target_max_exclusive && fact.headroom_mb == 0.0);
    let own: Vec<&Feasibility> = all.iter().filter(counts_as_own).collect();
    let (severity, what) = if own.iter().any(|fact| does_not_fit(fact)) {
        (Severity::High, "even with grace below its own base")
    } else if own.iter().any(|fact| fact.base_mb > fact.target_max_mb) {
        (Severity::Medium, "below its own base, and only grace leaves room")
    } else if of_kind(Measured::SameVariant).any(does_not_fit) {
        (Severity::Medium, "even with grace below another version of its base")
    } else {
        return None;
    };
    let versions = all.iter().filter(|fact| fact.measured != Measured::OtherVariant);
    let numbers: Vec<String> = versions.map(described).collect();
    let ceiling = short(Ceiling::of(&standard.policy, row).mb);
    let target = format!("the target of {} ({ceiling} with grace)", mb(row.target_max_mb));
    let text = format!("{target} is {what}: {}", numbers.join("; "));
    let smaller: Vec<String> =
        of_kind(Measured::OtherVariant).filter(|fact| !does_not_fit(fact)).map(described).collect();
    let advice = if smaller.is_empty() {
        "raise the target, or count another size".to_owned()
    } else {
        format!("use another variant: {}", smaller.join("; "))
    };
    Some(LintFinding { code: "STD-FEAS", severity, subject: format!("row:{}", row.id), text, advice })
}

fn described(fact: &Feasibility) -> String {
    format!(
        "`{}` has {} {}, which leaves {}",
        fact.reference,
        mb(fact.base_mb),
        fact.basis.as_str(),
        mb(fact.headroom_mb)
    )
}

fn of_row(standard: &Standard, row: &Row, basis: SizeBasis) -> Vec<Feasibility> {
    let ceiling = Ceiling::of(&standard.policy, row);
    let fact = |fact: &BaseFact| {
        let base_mb = match basis {
            SizeBasis::Transfer => fact.transfer_mb,
            SizeBasis::Unpacked => fact.unpacked_mb?,
        };
        Some(Feasibility {
            row: row.id.clone(),
            reference: fact.reference.clone(),
            measured: relation(standard, row, fact)?,
            basis,
            base_mb,
            target_max_mb: row.target_max_mb,
            ceiling_mb: ceiling.mb,
            headroom_mb: ceiling.mb - base_mb,
        })
    };
    standard.base_facts.iter().filter_map(fact).collect()
}

fn relation(standard: &Standard, row: &Row, fact: &BaseFact) -> Option<Measured> {
    if fact.row_id.as_ref() == Some(&row.id) {
        return Some(Measured::Own);
    }
    let measured = Reference::normalise(&fact.reference, &standard.mirrors).ok()?;
    let own = row.base.iter().filter_map(|base| Reference::normalise(base, &standard.mirrors).ok());
    let own: Vec<Reference> = own.filter(|base| base.repository == measured.repository).collect();
    if own.iter().any(|base| variant(base) == variant(&measured)) {
        return Some(Measured::SameVariant);
    }
    // A fact that another row calls its own is that row's variant, not a choice for this one.
    (!own.is_empty() && fact.row_id.is_none()).then_some(Measured::OtherVariant)
}

/// A tag without its version: `-alpine-slim` of `1.30.4-alpine-slim`.
fn variant(reference: &Reference) -> &str {
    let tag = reference.tag.as_deref().unwrap_or_default();
    tag.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.')
}
