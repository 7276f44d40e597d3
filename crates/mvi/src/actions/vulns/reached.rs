//! How far the packages of an image are reached from its entry point, as far as that is known.

use std::collections::HashMap;

use mvi_closure::End;
use mvi_inventory::Package;
use mvi_standard::Standard;

use crate::actions::audit::Statement;
use crate::actions::needs::composed;
use crate::actions::subject::Subject;
use crate::report::vulns::{Reached, VulnNote, VulnReach};

/// What becomes of each package of a subject, or why nobody can tell.
pub(super) struct Reach {
    decisions: Result<HashMap<(String, String, u32), Reached>, String>,
    end: Option<End>,
}

impl Reach {
    /// Works out the closure of an image, where it is wanted and there is one.
    pub(super) fn of(subject: &dyn Subject, wanted: Option<&Standard>, base_layers: Option<u32>) -> Self {
        let unknown = |why: &str| Self { decisions: Err(why.to_owned()), end: None };
        let Some(image) = subject.image() else { return unknown("a bill of materials has no files") };
        let Some(standard) = wanted else { return unknown("it was not asked for") };
        let statement = Statement { base_layers, ..Statement::default() };
        let (closure, composition) = match composed(image, standard, &statement) {
            Ok(composed) => composed,
            Err(error) => return unknown(&error.to_string()),
        };
        let mut decisions: HashMap<_, Reached> = HashMap::new();
        for (package, decision) in subject.inventory().packages.iter().zip(composition.packages) {
            // Of two that cannot be told apart, the one that is reached more surely counts.
            let reached = decisions.entry(key(package)).or_insert(Reached::Prohibit);
            *reached = (*reached).min(decision.into());
        }
        Self { decisions: Ok(decisions), end: Some(closure.end) }
    }

    /// What becomes of a package of the subject.
    pub(super) fn of_package(&self, package: &Package) -> Reached {
        let decisions = self.decisions.as_ref().ok();
        decisions.and_then(|decisions| decisions.get(&key(package)).copied()).unwrap_or(Reached::Unknown)
    }

    /// The numbers of findings.
    pub(super) fn counts(self, findings: &[VulnNote]) -> VulnReach {
        let mut surest: HashMap<&str, Reached> = HashMap::new();
        for note in findings {
            let reached = surest.entry(&note.id).or_insert(note.reached);
            *reached = (*reached).min(note.reached);
        }
        let mut counts = VulnReach { unknown_because: self.decisions.err(), end: self.end, ..VulnReach::default() };
        for reached in surest.into_values() {
            *match reached {
                Reached::Include => &mut counts.include,
                Reached::Possible => &mut counts.possible,
                Reached::DebugStage => &mut counts.debug_stage,
                Reached::Prohibit => &mut counts.prohibit,
                Reached::Unknown => &mut counts.unknown,
            } += 1;
        }
        counts
    }
}

fn key(package: &Package) -> (String, String, u32) {
    (package.purl.clone(), package.record.clone(), package.introduced)
}
