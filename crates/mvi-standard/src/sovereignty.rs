//! The deployment rules SOV-1 to SOV-5 at audit time: what the register and the requests leave open about an image.

use serde::{Deserialize, Serialize};

use crate::base::BaseStanding;
use crate::crq::Coverage;
use crate::judge::{Finding, Judgement};
use crate::organism::{may_have_children, school};
use crate::standard::Standard;
use crate::verdict::Severity;

/// What the register knows about an image; what is missing is not registered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Its id.
    pub gid: Option<String>,
    /// Event that it was taken in with.
    pub event: Option<String>,
    /// Sealed record.
    pub rom: Option<String>,
    /// Rebuild profile.
    pub school: Option<String>,
    /// Operating role.
    pub vsm: Option<String>,
    /// Exposure level, or the highest of a base's range.
    pub sostle: Option<u8>,
}

/// What the register knows about an image and the base below it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Registered {
    /// Whether it runs somewhere: what runs has to be registered.
    pub runs: bool,
    /// The image; nothing when its digest is unknown to the register.
    pub image: Option<Record>,
    /// Its direct base; nothing when there is no record of it.
    pub base: Option<Record>,
}

/// Every rule that an image breaks, rule by rule. A rule that the standard does not audit says nothing.
///
/// Codes are `SOV-1` and so on; SOV-2 names what is missing: `SOV-2:gid`, `SOV-2:fc1`, `SOV-2:rom`.
pub fn findings(
    standard: &Standard,
    judgement: &Judgement,
    coverage: Option<&Coverage>,
    registered: &Registered,
) -> Vec<Finding> {
    let excused = coverage.is_some_and(|coverage| coverage.state.is_in_force());
    let rules: [(&str, Vec<Finding>); 5] = [
        ("SOV-1", if excused { Vec::new() } else { outside(standard, &judgement.base, registered.base.as_ref()) }),
        ("SOV-2", half_registered(&judgement.base, registered.base.as_ref())),
        ("SOV-3", unknown(registered)),
        ("SOV-4", registered.image.as_ref().map(incomplete).unwrap_or_default()),
        ("SOV-5", banned(&judgement.base, excused)),
    ];
    let audited = |id: &str| standard.sovereignty.iter().any(|rule| rule.id == id && rule.audit != "none");
    rules.into_iter().filter(|(id, _)| audited(id)).flat_map(|(_, findings)| findings).collect()
}

fn outside(standard: &Standard, base: &BaseStanding, record: Option<&Record>) -> Vec<Finding> {
    let frozen =
        record.and_then(|record| school(standard, record.school.as_deref()?)).filter(|of| !may_have_children(of));
    let text = match (base, frozen) {
        (BaseStanding::Outside { reference } | BaseStanding::Registered { reference, .. }, Some(frozen)) => {
            format!(
                "its base `{reference}` is frozen by its school {}: nothing may be built on it without a change \
                 request in force",
                frozen.id
            )
        }
        (base, _) => match base {
            BaseStanding::Outside { reference } => {
                format!("its base `{reference}` is not registered, and no change request in force covers it")
            }
            BaseStanding::Unknown => {
                "no registered base is shown below it, and no change request in force covers it".to_owned()
            }
            BaseStanding::Unresolved { reference, reason } => {
                format!("its base `{reference}` shows no registered one: {reason}")
            }
            BaseStanding::Banned { .. } | BaseStanding::Registered { .. } => return Vec::new(),
        },
    };
    vec![finding("SOV-1", Severity::High, text)]
}

/// Only a base of the set has to be registered as a whole; one outside it is SOV-1's.
fn half_registered(base: &BaseStanding, record: Option<&Record>) -> Vec<Finding> {
    let BaseStanding::Registered { rom, .. } = base else { return Vec::new() };
    let blank = Record::default();
    let record = record.unwrap_or(&blank);
    let parts = [
        ("SOV-2:gid", &record.gid, "id"),
        ("SOV-2:fc1", &record.event, "event in the log"),
        ("SOV-2:rom", &record.rom, "sealed record"),
    ];
    let missing = parts.into_iter().filter(|(_, part, _)| part.is_none());
    missing.map(|(code, _, what)| finding(code, Severity::Medium, format!("its base `{rom}` has no {what}"))).collect()
}

fn unknown(registered: &Registered) -> Vec<Finding> {
    if registered.image.is_some() || !registered.runs {
        return Vec::new();
    }
    vec![finding("SOV-3", Severity::High, "it runs, and the register does not know its digest".to_owned())]
}

fn incomplete(record: &Record) -> Vec<Finding> {
    let parts = [
        (record.school.is_some(), "school"),
        (record.vsm.is_some(), "operating role"),
        (record.sostle.is_some(), "exposure level"),
    ];
    let missing: Vec<&str> = parts.into_iter().filter(|(there, _)| !there).map(|(_, what)| what).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    vec![finding("SOV-4", Severity::Medium, format!("the register has no {} for it", missing.join(", no ")))]
}

fn banned(base: &BaseStanding, excused: bool) -> Vec<Finding> {
    match base {
        // Nothing lifts some bans, so a request changes nothing there.
        BaseStanding::Banned { reference, pattern, use_instead, overridable, .. } if !(excused && *overridable) => {
            let text = format!("its base `{reference}` matches the ban `{pattern}`; use `{use_instead}`");
            vec![finding("SOV-5", Severity::High, text)]
        }
        BaseStanding::Banned { .. }
        | BaseStanding::Registered { .. }
        | BaseStanding::Outside { .. }
        | BaseStanding::Unknown
        | BaseStanding::Unresolved { .. } => Vec::new(),
    }
}

fn finding(code: &'static str, severity: Severity, text: String) -> Finding {
    Finding { code, severity, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crq::{CrqKind, State};
    use crate::evidence::{DirectBase, Evidence, Justification};

    fn full() -> Record {
        let named = |text: &str| Some(text.to_owned());
        Record {
            gid: named("GID-IMG-A-001"),
            event: named("e"),
            rom: named("ROM-A-V13"),
            school: named("LAB"),
            vsm: named("S1"),
            sostle: Some(0),
        }
    }

    fn codes(toml: &str, base: &str, state: Option<State>, registered: &Registered) -> String {
        let standard =
            Standard::load(format!("extends = \"V13\"\n{toml}").as_bytes(), &|_| Err(String::new())).unwrap();
        let reference = Some(base.to_owned()).filter(|base| !base.is_empty());
        let evidence = Evidence { base: DirectBase { reference, ..DirectBase::default() }, ..Evidence::default() };
        let judgement = crate::judge(&standard, &evidence, jiff::Timestamp::UNIX_EPOCH);
        let coverage = state.map(|state| Coverage {
            crq: "CRQ-2026-0001".parse().unwrap(),
            kind: CrqKind::NewBase,
            state,
            review_due: None,
            lapses_at: None,
            justification: Justification::default(),
        });
        let found = findings(&standard, &judgement, coverage.as_ref(), registered);
        found.iter().map(|finding| finding.code).collect::<Vec<_>>().join(" ")
    }

    fn check(base: &str, state: Option<State>, expected: &str) {
        let complete = Registered { runs: true, image: Some(full()), base: Some(full()) };
        assert_eq!(codes("", base, state, &complete), expected);
    }

    #[test]
    fn a_base_outside_the_set_needs_a_request_in_force() {
        check("alpine:3.21", None, "");
        check("alpine:3.20", None, "SOV-1");
        check("", None, "SOV-1");
        check("alpine:3.20", Some(State::Active), "");
        check("alpine:3.20", Some(State::ReviewDue), "");
        check("alpine:3.20", Some(State::Lapsed), "SOV-1");
    }

    #[test]
    fn a_banned_base_needs_one_too_unless_nothing_lifts_the_ban() {
        check("debian:12", None, "SOV-5");
        check("debian:12", Some(State::Grandfathered), "");
        check("node:18-buster", Some(State::Active), "SOV-5");
    }

    #[test]
    fn register_entries_have_to_be_whole() {
        let without = |edit: fn(&mut Registered)| {
            let mut registered = Registered { runs: true, image: Some(full()), base: Some(full()) };
            edit(&mut registered);
            codes("", "alpine:3.21", None, &registered)
        };
        assert_eq!(without(|all| all.base.as_mut().unwrap().event = None), "SOV-2:fc1");
        assert_eq!(without(|all| all.base = None), "SOV-2:gid SOV-2:fc1 SOV-2:rom");
        assert_eq!(without(|all| all.image = None), "SOV-3");
        let idle = |all: &mut Registered| (all.image, all.runs) = (None, false);
        assert_eq!(without(idle), "", "only what runs has to be known");
        assert_eq!(without(|all| all.image.as_mut().unwrap().vsm = None), "SOV-4");
    }

    #[test]
    fn nothing_is_built_on_a_frozen_base() {
        let frozen = |base: &str, state| {
            let base_record = Record { school: Some("REVIEW".to_owned()), ..full() };
            let registered = Registered { runs: true, image: Some(full()), base: Some(base_record) };
            codes("", base, state, &registered)
        };
        assert_eq!(frozen("alpine:3.21", None), "SOV-1");
        assert_eq!(frozen("utpemos-base", None), "SOV-1");
        assert_eq!(frozen("alpine:3.21", Some(State::Active)), "");
    }

    #[test]
    fn a_rule_that_is_not_audited_is_silent() {
        let toml = "[[sovereignty]]\nid = \"SOV-3\"\naudit = \"none\"";
        assert_eq!(codes(toml, "alpine:3.21", None, &Registered { runs: true, image: None, base: Some(full()) }), "");
    }
}
