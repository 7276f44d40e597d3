//! The law that bases, sizes and workloads are under: a standard, and the change requests that make exceptions from it.

use std::sync::{LazyLock, OnceLock};

use jiff::Timestamp;
use mvi_dockerfile::kubernetes::Object;
use mvi_dockerfile::manifest::{Ruling, WorkloadJudge};
use mvi_dockerfile::{LastSize, LintSettings};
use mvi_standard::Standard;
use mvi_standard::crq::{Calendar, Crq, CrqKind, at};
use mvi_standard::load::Bases;
use mvi_standard::verdict::Trigger;
use mvi_standard::workload::{Change, Cluster, Dispatch, Firing, Operation, permit, triggers};

use super::registry::add_exceptions;
use crate::standards;

/// The law of a standard. It and the change requests are read when somebody asks for them: most runs see no object.
pub(crate) struct Law {
    name: Option<String>,
    /// The moment that counts.
    now: Timestamp,
    crqs: LazyLock<Result<Vec<Crq>, String>, ReadCrqs>,
    standard: OnceLock<Result<Standard, String>>,
}

/// Reads the change requests, or says why that is not possible.
type ReadCrqs = Box<dyn FnOnce() -> Result<Vec<Crq>, String> + Send>;

impl Law {
    /// The law of a standard by its name; nothing is the built-in one in force.
    pub(crate) fn new(name: Option<String>, now: Timestamp, crqs: ReadCrqs) -> Self {
        Self { name, now, crqs: LazyLock::new(crqs), standard: OnceLock::new() }
    }

    fn crqs(&self) -> Result<&[Crq], &str> {
        self.crqs.as_deref().map_err(String::as_str)
    }

    /// The standard, or why it cannot be read.
    pub(crate) fn standard(&self) -> Result<&Standard, &str> {
        let read =
            self.standard.get_or_init(|| standards::load(self.name.as_deref()).map_err(|error| format!("{error:#}")));
        read.as_ref().map_err(String::as_str)
    }

    /// What the standard says of bases, or why it cannot be read.
    pub(crate) fn bases(&self) -> Result<Bases, &str> {
        Bases::builtin_named(self.name.as_deref()).map_or_else(|| self.standard().map(Bases::of), Ok)
    }
}

impl Law {
    /// What a size means under the law, with the requests in force that permit a heavy image.
    ///
    /// # Errors
    /// A standard or change requests that cannot be read.
    pub(crate) fn last_size(&self, mb: f64) -> Result<LastSize, &str> {
        let (standard, crqs) = (self.standard()?, self.crqs()?);
        let calendar = Calendar::of(standard, &[]);
        let heavy =
            crqs.iter().filter(|crq| crq.kind == CrqKind::Heavy && at(crq, &calendar, self.now).state.is_in_force());
        let permitted_by = heavy.map(|crq| crq.id.to_string()).collect();
        Ok(LastSize { mb, limit_mb: standard.policy.heavy_mb, permitted_by })
    }

    /// Adds the bases that change requests in force except.
    ///
    /// # Errors
    /// Change requests that cannot be read, or a standard, whose terms decide what is in force.
    pub(crate) fn add_exceptions(&self, settings: &mut LintSettings) -> Result<(), &str> {
        let crqs = self.crqs()?;
        if !crqs.is_empty() {
            add_exceptions(crqs, &Calendar::of(self.standard()?, &[]), self.now, settings);
        }
        Ok(())
    }
}

impl WorkloadJudge for Law {
    fn judge(&self, object: &Object) -> Vec<Ruling> {
        let (standard, crqs) = match self.standard().and_then(|standard| Ok((standard, self.crqs()?))) {
            Ok(known) => known,
            // Not knowing the law is no acquittal.
            Err(error) => {
                let unknown =
                    |trigger| Ruling { trigger, why: format!("the law is not known: {error}"), certain: false };
                return vec![unknown("T5"), unknown("T6")];
            }
        };
        let json = object.to_json();
        let change = Change { operation: Operation::Create, object: &json, old: None, scaled: None };
        let firings = triggers(standard, &change, &Cluster::default());
        firings.into_iter().filter(|firing| !self.permits(standard, crqs, firing, object)).filter_map(ruling).collect()
    }
}

impl Law {
    /// Whether a change request in force names the workload and the digest of one of its images.
    fn permits(&self, standard: &Standard, crqs: &[Crq], firing: &Firing, object: &Object) -> bool {
        let Firing::Fires(fired) = firing else { return false };
        let containers = object.pods.iter().flat_map(|pod| &pod.containers);
        let images = containers.filter_map(|container| container.image.as_ref());
        let digests: Vec<String> =
            images.filter_map(|image| image.text.rsplit_once('@').map(|(_, digest)| digest.to_owned())).collect();
        let dispatch = Dispatch { digests: &digests, running: 0 };
        permit(crqs, &Calendar::of(standard, &[]), fired, dispatch, self.now).is_ok()
    }
}

fn ruling(firing: Firing) -> Option<Ruling> {
    let name = |trigger: Trigger| match trigger {
        Trigger::T5 => Some("T5"),
        Trigger::T6 => Some("T6"),
        Trigger::T1 | Trigger::T2 | Trigger::T3 | Trigger::T4 => None,
    };
    match firing {
        Firing::Fires(fired) => Some(Ruling { trigger: name(fired.trigger)?, why: fired.why, certain: true }),
        Firing::Undecided { trigger, missing } => {
            Some(Ruling { trigger: name(trigger)?, why: missing, certain: false })
        }
    }
}
