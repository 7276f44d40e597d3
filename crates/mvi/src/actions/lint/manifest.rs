//! Compose files and Kubernetes objects among the files that are linted.

use std::path::Path;
use std::sync::Arc;

use mvi_dockerfile::manifest::{Desk, Manifest, lint_manifest};

use super::find::Target;
use super::note::note;
use super::one::{Linted, Outcome, read};
use super::run::LintJob;
use crate::report::lint::{LintedFile, UnreadFile};

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
