//! What pipelines do with images besides building them: scan, sign, limit, attest. Read from their lines, which name the
//! programs and actions that do it.

use std::collections::BTreeSet;

use super::{SourceFile, Use, UseKind, ci};
use crate::repository::Automation;

/// The pipelines of a repository.
#[derive(Clone, Debug, Default)]
pub struct Pipelines {
    pipelines: Vec<Pipeline>,
    facts: Facts,
    /// Whether a pipeline hands work to files that are elsewhere, so that nothing can be said to be missing.
    reaches_out: bool,
}

#[derive(Clone, Debug)]
struct Pipeline {
    path: String,
    /// Its lines without comments, in lower case.
    text: String,
}

/// What is done somewhere.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    scans: bool,
    limits_size: bool,
    lists_contents: bool,
    signs: bool,
    attests_origin: bool,
}

/// Programs, actions and templates that look for vulnerabilities in an image.
const SCANNERS: &[&str] = &[
    "trivy",
    "grype",
    "docker scout",
    "docker/scout-action",
    "anchore/scan-action",
    "snyk container",
    "snyk/actions/docker",
    "clair-scanner",
    "clairctl",
    "container-scanning",
    "container_scanning",
    "docker scan",
    "osv-scanner",
    "twistcli",
    "wizcli",
    "mvi audit",
];
/// What fails on a large image.
const SIZE_GATES: &[&str] =
    &["wagoodman/dive", "dive --ci", "ci=true dive", "mvi audit", "max_image_size", "image-size"];
/// What lists the contents of an image.
const LISTS: &[&str] =
    &["syft", "anchore/sbom-action", "cyclonedx", "spdx", "--sbom", "sbom: true", "type=sbom", "docker sbom"];
/// What signs an image.
const SIGNERS: &[&str] =
    &["cosign sign", "notation sign", "docker trust sign", "podman push --sign-by", "mvi rom seal"];
/// What attests where an image comes from.
const ATTESTERS: &[&str] = &[
    "attest-build-provenance",
    "slsa-github-generator",
    "cosign attest",
    "type=provenance",
    "--provenance",
    "provenance: true",
    "provenance: mode",
    "provenance: ${{",
];
/// What of these says that it is not done.
const DENIALS: &[&str] = &["--sbom=false", "--provenance=false", "provenance: false", "sbom: false"];
/// Signs that a pipeline continues in files that are not in the repository.
const ELSEWHERE: &[&str] = &["/.github/workflows/", "include:", "orbs:", "extends: template:", "@resources"];

impl Pipelines {
    /// Reads the pipelines among these files; makefiles and scripts count for what is done, as pipelines start them.
    #[must_use]
    pub fn read(files: &[SourceFile]) -> Self {
        let mut read = Self::default();
        for file in files {
            let is_pipeline = ci::is_pipeline(&file.path) || file.path.to_ascii_lowercase().ends_with("jenkinsfile");
            if !is_pipeline && super::role(&file.path) != Some(super::Role::Script) {
                continue;
            }
            let text = code(&String::from_utf8_lossy(&file.bytes));
            read.facts.add(&text);
            if is_pipeline {
                read.reaches_out |= text.lines().any(reaches_out);
                read.pipelines.push(Pipeline { path: file.path.clone(), text });
            }
        }
        read.pipelines.sort_by(|a, b| a.path.cmp(&b.path));
        read
    }

    /// What automation does with the image of a Dockerfile that is used so; `None` when no pipeline builds it.
    #[must_use]
    pub fn of(&self, uses: &[Use]) -> Option<Automation> {
        let builders: Vec<&Use> = uses.iter().filter(|usage| usage.kind.builds()).collect();
        let path = builders.iter().find_map(|usage| self.pipeline_of(usage))?;
        let known = |done: bool| (done || !self.reaches_out).then_some(done);
        let platforms: Option<Vec<&Vec<String>>> =
            builders.iter().filter(|usage| usage.kind == UseKind::Ci).map(|usage| usage.platforms.as_ref()).collect();
        let platforms = platforms.filter(|named| !named.is_empty()).map(|named| {
            let all: BTreeSet<String> = named.into_iter().flatten().cloned().collect();
            all.into_iter().collect()
        });
        Some(Automation {
            path: path.to_owned(),
            scans: known(self.facts.scans),
            limits_size: known(self.facts.limits_size),
            lists_contents: known(self.facts.lists_contents),
            signs: known(self.facts.signs),
            attests_origin: known(self.facts.attests_origin).filter(|attests| {
                // The action attests by itself where the repository is public, and nobody here knows whether it is.
                *attests || !self.pipelines.iter().any(|pipeline| pipeline.text.contains("docker/build-push-action"))
            }),
            platforms,
        })
    }

    /// The pipeline behind a build: itself, or the one that starts the makefile, script, bake or Compose file.
    fn pipeline_of<'p>(&'p self, usage: &'p Use) -> Option<&'p str> {
        let name = usage.file.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let starts = |text: &str| match usage.kind {
            UseKind::Ci => false,
            UseKind::Compose => {
                let compose = text.contains("docker compose") || text.contains("docker-compose");
                compose && [" build", " push", "--build"].iter().any(|word| text.contains(word))
            }
            UseKind::Bake => text.contains("buildx bake") || text.contains("docker/bake-action"),
            UseKind::Makefile => text.contains("make ") || text.contains("just "),
            UseKind::Script => text.contains(&name),
            UseKind::Kubernetes | UseKind::Dockerfile => false,
        };
        if usage.kind == UseKind::Ci {
            return Some(&usage.file);
        }
        self.pipelines.iter().find(|pipeline| starts(&pipeline.text)).map(|pipeline| pipeline.path.as_str())
    }
}

impl Facts {
    fn add(&mut self, text: &str) {
        let said = |words: &[&str]| {
            text.lines()
                .any(|line| words.iter().any(|word| line.contains(word)) && !DENIALS.iter().any(|no| line.contains(no)))
        };
        let sizes = |line: &str| line.contains(".size") && (line.contains("inspect") || line.contains("images"));
        self.scans |= said(SCANNERS);
        self.limits_size |= said(SIZE_GATES) || text.lines().any(sizes);
        self.signs |= said(SIGNERS);
        self.lists_contents |= said(LISTS);
        self.attests_origin |= said(ATTESTERS);
    }
}

/// Whether a line hands work to what is not in the repository.
fn reaches_out(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '-', '\t']);
    let is_local = line.contains("uses: ./") || line.contains("include: .") || line.contains("local:");
    ELSEWHERE.iter().any(|sign| line.contains(sign)) && !is_local && !line.starts_with("paths")
}

/// The lines of a text that are no comments, in lower case.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect::<String>().to_lowercase()
}
