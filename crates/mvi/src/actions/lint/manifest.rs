//! Compose files and Kubernetes objects among the files that are linted, and the law that their workloads are under.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use mvi_dockerfile::kubernetes::Object;
use mvi_dockerfile::manifest::{Desk, Manifest, Ruling, WorkloadJudge, lint_manifest};
use mvi_dockerfile::{LastSize, LintSettings};
use mvi_standard::Standard;
use mvi_standard::crq::{Calendar, Crq, CrqKind, at};
use mvi_standard::load::Bases;
use mvi_standard::verdict::Trigger;
use mvi_standard::workload::{Change, Cluster, Dispatch, Firing, Operation, permit, triggers};

use super::find::Target;
use super::note::note;
use super::one::{Linted, Outcome, read};
use super::registry::add_exceptions;
use super::run::LintJob;
use crate::report::lint::{LintedFile, UnreadFile};
use crate::standards;

/// Whether a file of this name is looked at for what it runs, rather than as a Dockerfile.
pub(super) fn is_yaml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Whether a file that somebody names is looked at for what it runs: YAML, and JSON as `kubectl get -o json` writes it.
pub(super) fn is_manifest(name: &str) -> bool {
    is_yaml(name) || name.to_ascii_lowercase().ends_with(".json")
}

/// Lints a file that may be a manifest; nothing when it is another kind of YAML.
pub(super) fn lint(target: &Target, job: &LintJob<'_>) -> Option<Outcome> {
    let path = target.path(job.stdin_path);
    let unread = |message: String| Outcome::Unread(UnreadFile { path: path.clone(), message });
    let bytes = match read(target) {
        Ok(bytes) => bytes,
        Err(error) => return Some(unread(format!("{error:#}"))),
    };
    let name = Path::new(&path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(manifest) = Manifest::parse(name, &bytes) else {
        // What was found in a folder is left alone; what was named is not passed over.
        let named = !matches!(target, Target::Yaml(_));
        return named.then(|| unread("neither a Compose file nor Kubernetes objects".to_owned()));
    };
    let found = lint_manifest(&manifest, &Desk { settings: job.settings, judge: job.judge });
    let mut findings = note(&path, manifest.text(), manifest.lines(), found);
    let all = findings.len();
    if let Some(baseline) = job.baseline {
        findings.retain(|finding| !baseline.knows(&path, finding));
    }
    let known = all - findings.len();
    let source: Arc<str> = if findings.is_empty() { "".into() } else { manifest.text().into() };
    let stdin = (*target == Target::Stdin).then_some(bytes);
    let file = LintedFile { path, findings, known, fixed: 0, source };
    Some(Outcome::Linted(Linted { file, change: None, stdin, has_scripts: false }))
}

/// The law of a standard, which is read when somebody asks for it: most runs see no object.
#[derive(Debug, Default)]
pub(crate) struct Law {
    name: Option<String>,
    /// Change requests, and the moment that they are in force at.
    crqs: (Vec<Crq>, Timestamp),
    standard: OnceLock<Result<Standard, String>>,
}

impl Law {
    /// The law of a standard by its name; nothing is the built-in one in force.
    pub(crate) fn new(name: Option<String>, crqs: (Vec<Crq>, Timestamp)) -> Self {
        Self { name, crqs, standard: OnceLock::new() }
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
    /// A standard that cannot be read.
    pub(crate) fn last_size(&self, mb: f64) -> Result<LastSize, &str> {
        let (standard, (crqs, now)) = (self.standard()?, &self.crqs);
        let calendar = Calendar::of(standard, &[]);
        let heavy =
            crqs.iter().filter(|crq| crq.kind == CrqKind::Heavy && at(crq, &calendar, *now).state.is_in_force());
        let permitted_by = heavy.map(|crq| crq.id.to_string()).collect();
        Ok(LastSize { mb, limit_mb: standard.policy.heavy_mb, permitted_by })
    }

    /// Adds the bases that change requests in force except.
    ///
    /// # Errors
    /// A standard that cannot be read, and whose terms decide what is in force.
    pub(crate) fn add_exceptions(&self, settings: &mut LintSettings) -> Result<(), &str> {
        let (crqs, now) = &self.crqs;
        if !crqs.is_empty() {
            add_exceptions(crqs, &Calendar::of(self.standard()?, &[]), *now, settings);
        }
        Ok(())
    }
}

impl WorkloadJudge for Law {
    fn judge(&self, object: &Object) -> Vec<Ruling> {
        let standard = match self.standard() {
            Ok(standard) => standard,
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
        firings.into_iter().filter(|firing| !self.permits(standard, firing, object)).filter_map(ruling).collect()
    }
}

impl Law {
    /// Whether a change request in force names the workload and the digest of one of its images.
    fn permits(&self, standard: &Standard, firing: &Firing, object: &Object) -> bool {
        let Firing::Fires(fired) = firing else { return false };
        let (crqs, now) = &self.crqs;
        let containers = object.pods.iter().flat_map(|pod| &pod.containers);
        let images = containers.filter_map(|container| container.image.as_ref());
        let digests: Vec<String> =
            images.filter_map(|image| image.text.rsplit_once('@').map(|(_, digest)| digest.to_owned())).collect();
        let dispatch = Dispatch { digests: &digests, running: 0 };
        permit(crqs, &Calendar::of(standard, &[]), fired, dispatch, *now).is_ok()
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
