//! Java archives: the artifacts they are, hold inside, or had shaded into them.

use std::borrow::Cow;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RecordPath, Sighting};
use crate::document::Document;
use crate::extract::Part;
use crate::life::{Life, OneOf};
use crate::package::Ecosystem;
use crate::parse::java::{JavaArchive, JavaArtifact};

/// Java artifacts.
pub(super) struct Java;

impl Cataloger for Java {
    fn name(&self) -> &'static str {
        "java"
    }

    fn claims(&self, _: &RecordPath<'_>) -> Option<u64> {
        None
    }

    fn part(&self) -> Option<Part> {
        Some(Part::Java)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        for document in documents {
            let lives = findings.several(document, |bytes| {
                let archive: JavaArchive = serde_json::from_slice(bytes).unwrap_or_default();
                (archive.artifacts.into_iter().map(one).collect(), Vec::new())
            });
            findings.sightings.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings
    }
}

/// An archive may hold several versions of an artifact, but what it holds twice is one.
fn one(artifact: JavaArtifact) -> OneOf<JavaArtifact> {
    OneOf::new(format!("{} {}", name_of(&artifact), artifact.version), artifact.version.clone(), artifact)
}

/// `group:artifact`, or the artifact alone where the group is not told.
fn name_of(artifact: &JavaArtifact) -> String {
    match &artifact.group {
        Some(group) => format!("{group}:{}", artifact.artifact),
        None => artifact.artifact.clone(),
    }
}

fn sighting<'a>(path: &[u8], life: &Life<OneOf<JavaArtifact>>) -> Sighting<'a> {
    let artifact = &life.record.says;
    let is_file = artifact.own && artifact.within.is_empty();
    let files = if is_file { vec![Cow::Owned(path.to_vec())] } else { Vec::new() };
    Sighting { files: OwnedFiles::Listed(files), ..Sighting::new(Ecosystem::Maven, name_of(artifact), path, life) }
}
