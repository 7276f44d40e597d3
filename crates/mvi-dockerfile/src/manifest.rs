//! Rules over Compose files and Kubernetes objects, in the style of those over Dockerfiles.

mod compose_debug;
mod compose_health;
mod compose_image;
mod compose_limits;
mod compose_privileged;
mod compose_syntax;
mod compose_tag;
mod image;
mod kubernetes_debug;
mod kubernetes_image;
mod kubernetes_limits;
mod kubernetes_privileged;
mod kubernetes_probes;
mod kubernetes_root;
mod kubernetes_syntax;
mod kubernetes_tag;
mod workload;

use crate::compose::Compose;
use crate::finding::{Finding, Level};
use crate::kubernetes::{Kubernetes, Object};
use crate::rule::RuleMeta;
use crate::settings::LintSettings;
use crate::span::LineIndex;

pub use image::ImageReference;
pub use workload::Ruling;

/// A file that is no Dockerfile and says what runs.
#[derive(Clone, Debug)]
pub enum Manifest {
    /// A Compose file.
    Compose(Compose),
    /// Kubernetes objects.
    Kubernetes(Kubernetes),
}

/// What a rule over manifests may ask.
pub struct Desk<'a> {
    /// What is wanted and known.
    pub settings: &'a LintSettings,
    /// Who judges workloads by the law; nobody when it is not known.
    pub judge: Option<&'a dyn WorkloadJudge>,
}

/// Judges Kubernetes objects by a written standard, which this crate does not know.
pub trait WorkloadJudge: Sync {
    /// What the triggers of the standard say of an object that is about to be created.
    fn judge(&self, object: &Object) -> Vec<Ruling>;
}

/// One rule over manifests. It has no state: the same file and desk give the same findings.
pub trait ManifestRule: Sync {
    /// Its description.
    fn meta(&self) -> &'static RuleMeta;

    /// Its findings in a file, in any order.
    fn check(&self, manifest: &Manifest, desk: &Desk<'_>) -> Vec<Finding>;
}

/// Every rule, in the order of codes.
pub const MANIFEST_RULES: &[&dyn ManifestRule] = &[
    &compose_debug::ComposeDebug,
    &compose_health::ComposeHealth,
    &compose_image::ComposeImage,
    &compose_limits::ComposeLimits,
    &compose_privileged::ComposePrivileged,
    &compose_syntax::ComposeSyntax,
    &compose_tag::ComposeTag,
    &kubernetes_debug::KubernetesDebug,
    &kubernetes_image::KubernetesImage,
    &kubernetes_limits::KubernetesLimits,
    &kubernetes_privileged::KubernetesPrivileged,
    &kubernetes_probes::KubernetesProbes,
    &kubernetes_root::KubernetesRoot,
    &kubernetes_syntax::KubernetesSyntax,
    &kubernetes_tag::KubernetesTag,
    &workload::StatefulReplicas,
    &workload::SingleGpuJob,
];

/// Findings of one rule in one file; what is beyond is only counted.
const MOST: usize = 200;

impl Manifest {
    /// Reads a file whose name and content say what it is: a name of Compose, or what may hold Kubernetes objects.
    #[must_use]
    pub fn parse(name: &str, bytes: &[u8]) -> Option<Self> {
        if Compose::is_name(name) {
            return Some(Self::Compose(Compose::parse(bytes)));
        }
        let is_tree = [".yaml", ".yml", ".json"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        (is_tree && Kubernetes::may_be(bytes)).then(|| Self::Kubernetes(Kubernetes::parse(bytes)))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Compose(compose) => compose.text(),
            Self::Kubernetes(kubernetes) => kubernetes.text(),
        }
    }

    /// Turns offsets into lines and columns.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        match self {
            Self::Compose(compose) => compose.lines(),
            Self::Kubernetes(kubernetes) => kubernetes.lines(),
        }
    }
}

/// The findings in a manifest, in order of their place.
#[must_use]
pub fn lint_manifest(manifest: &Manifest, desk: &Desk<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in MANIFEST_RULES {
        let choice = desk.settings.selection.of(rule.meta());
        if choice.level(Level::Style).is_none() {
            continue;
        }
        let mut found = rule.check(manifest, desk);
        found.sort_by_key(|finding| finding.span);
        let more = found.len().saturating_sub(MOST);
        found.truncate(MOST);
        if let (true, Some(last)) = (more > 0, found.last_mut()) {
            last.notes.push(format!("{more} more of these are not shown"));
        }
        for finding in &mut found {
            finding.level = choice.level(finding.level).unwrap_or(finding.level);
        }
        findings.append(&mut found);
    }
    // What an alias brings to several services is one thing to change.
    findings.sort_by(|a, b| (a.span, &a.code, &a.message).cmp(&(b.span, &b.code, &b.message)));
    findings.dedup();
    findings
}

fn compose(manifest: &Manifest) -> Option<&Compose> {
    match manifest {
        Manifest::Compose(compose) => Some(compose),
        Manifest::Kubernetes(_) => None,
    }
}

fn kubernetes(manifest: &Manifest) -> Option<&Kubernetes> {
    match manifest {
        Manifest::Kubernetes(kubernetes) => Some(kubernetes),
        Manifest::Compose(_) => None,
    }
}

#[cfg(test)]
mod tests;
