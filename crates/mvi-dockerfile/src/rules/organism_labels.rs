//! SOV-4: images that do not say what they are.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::law::View;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct OrganismLabels;

static META: RuleMeta = RuleMeta {
    code: "SOV-4",
    name: "organism-labels",
    group: Group::Sovereignty,
    why: "An organism is registered with its school, its place in the system, its exposure and its owner. Labels in the \
          image say so wherever it is found; without them somebody has to guess who to call.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nLABEL organism.school=\"yeast\" organism.owner=\"team@example.org\"\n",
    settings: |settings| settings.organism_labels = vec!["organism.school".into(), "organism.owner".into()],
    ..RuleMeta::PLAIN
};

impl Rule for OrganismLabels {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.organism_labels.is_empty() {
            return Vec::new();
        }
        let view = View::new(file, settings);
        let labels: BTreeSet<&str> = view
            .shipped_instructions()
            .flat_map(|one| match &one.body {
                Body::Label(pairs) => pairs.as_slice(),
                _ => &[],
            })
            .map(|pair| pair.key.text.as_str())
            .collect();
        let missing: Vec<&str> =
            settings.organism_labels.iter().map(String::as_str).filter(|label| !labels.contains(label)).collect();
        let Some(runtime) = view.runtime().filter(|_| !missing.is_empty()) else { return Vec::new() };
        vec![Finding::new(&META, runtime.span, format!("the image has no label {}", missing.join(", ")))]
    }
}
