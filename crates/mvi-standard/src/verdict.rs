//! The words a judgement is made of: verdicts, actions, rules, triggers and severities, with their stable codes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the standard says about an image, from Image Standard V13, verdict table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The size is unknown, so nothing was judged.
    #[serde(rename = "none")]
    Unmeasured,
    /// The image is as small as its class asks.
    #[serde(rename = "FLOOR")]
    Floor,
    /// The image is heavier than its class asks, and that was approved.
    #[serde(rename = "JUSTIFIED")]
    Justified,
    /// Someone has to look at the image.
    #[serde(rename = "REVIEW")]
    Review,
    /// The contents of a heavy base have to be listed first.
    #[serde(rename = "AUDIT")]
    Audit,
    /// The image or its base has to go.
    #[serde(rename = "REPLACE")]
    Replace,
}

impl Verdict {
    /// The code as the standard writes it: `FLOOR`, or `none` for an unmeasured image.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unmeasured => "none",
            Self::Floor => "FLOOR",
            Self::Justified => "JUSTIFIED",
            Self::Review => "REVIEW",
            Self::Audit => "AUDIT",
            Self::Replace => "REPLACE",
        }
    }

    /// How bad the verdict is, 0 (FLOOR) to 4 (REPLACE); nothing for an unmeasured image.
    pub fn severity(self) -> Option<u8> {
        match self {
            Self::Unmeasured => None,
            Self::Floor => Some(0),
            Self::Justified => Some(1),
            Self::Review => Some(2),
            Self::Audit => Some(3),
            Self::Replace => Some(4),
        }
    }

    /// The verdict of an image with several platforms: the worst of theirs.
    ///
    /// An unmeasured platform keeps the whole unmeasured unless another one is already REPLACE, since it could turn
    /// out to be anything up to that. Nothing for no platform at all.
    pub fn worst(verdicts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let rank = |verdict: &Self| match verdict.severity() {
            Some(4) => 5,
            None => 4,
            Some(severity) => severity,
        };
        verdicts.into_iter().max_by_key(rank)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// What to do about an image, from Image Standard V13, action codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Action {
    /// Nothing: the image stays as it is.
    Keep,
    /// Make the image smaller on the base it has.
    Trim,
    /// Find out what needs the space.
    AuditDeps,
    /// Find out whether the image is several services in one.
    Split,
    /// List what a heavy base contains.
    AuditContents,
    /// Build the image anew on a floor base.
    Replace,
    /// Take a legacy image apart into minimal layers.
    Decompose,
    /// Move to the base that the standard names instead.
    ReplaceBase,
    /// File the justification that the base needs.
    Justify,
    /// Register the base, or move to a registered one.
    RegisterBase,
    /// Measure the image first.
    Measure,
}

impl Action {
    /// The code as the standard writes it, such as `REPLACE_BASE`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Keep => "KEEP",
            Self::Trim => "TRIM",
            Self::AuditDeps => "AUDIT_DEPS",
            Self::Split => "SPLIT",
            Self::AuditContents => "AUDIT_CONTENTS",
            Self::Replace => "REPLACE",
            Self::Decompose => "DECOMPOSE",
            Self::ReplaceBase => "REPLACE_BASE",
            Self::Justify => "JUSTIFY",
            Self::RegisterBase => "REGISTER_BASE",
            Self::Measure => "MEASURE",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// A rule of the decision table, from Image Standard V13, verdict rules; the first that holds decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the standard's own text says what each rule is")]
pub enum RuleId {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// A reason why an image needs a change request, from Image Standard V13, change request triggers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Trigger {
    /// The base is one of the operating systems `ubuntu` or `debian`, and banned.
    T1,
    /// The image is heavy and not justified.
    T2,
    /// The base is known and not in the ROM set.
    T3,
    /// The base is on the list of banned images.
    T4,
    /// Something that holds state gets another replica; about workloads, not images.
    T5,
    /// A single job asks for a GPU; about workloads, not images.
    T6,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth fixing some day.
    Low,
    /// Weakens the judgement or the image.
    Medium,
    /// Makes the judgement or the image wrong.
    High,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(verdicts: &[Verdict], expected: Option<Verdict>) {
        assert_eq!(Verdict::worst(verdicts.iter().copied()), expected);
    }

    #[test]
    fn the_worst_platform_speaks_for_the_image() {
        check(&[Verdict::Floor, Verdict::Review, Verdict::Justified], Some(Verdict::Review));
        check(&[], None);
    }

    #[test]
    fn an_unmeasured_platform_is_never_hidden_by_a_better_one() {
        check(&[Verdict::Audit, Verdict::Unmeasured, Verdict::Floor], Some(Verdict::Unmeasured));
        check(&[Verdict::Unmeasured, Verdict::Replace], Some(Verdict::Replace));
    }

    #[test]
    fn codes_and_their_serial_forms_are_the_same_words() {
        for verdict in [Verdict::Unmeasured, Verdict::Floor, Verdict::Audit, Verdict::Replace] {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.code());
        }
        for action in [Action::Keep, Action::AuditDeps, Action::ReplaceBase, Action::RegisterBase, Action::Measure] {
            assert_eq!(serde_json::to_value(action).unwrap(), action.code());
        }
    }
}
