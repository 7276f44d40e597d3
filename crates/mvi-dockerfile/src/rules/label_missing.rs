//! MVI3049: labels the schema asks for.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level};
use crate::labels::labels;
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct LabelMissing;

static META: RuleMeta = RuleMeta {
    code: "MVI3049",
    name: "label-missing",
    twins: &["DL3049"],
    level: Level::Info,
    why: "Labels say whom to call about an image, where its source is and what it is. A team that agreed upon \
          some of them finds images without them when something has to be done in a hurry.",
    bad: "FROM alpine:3.21.3\n",
    good: "FROM alpine:3.21.3\nLABEL owner=\"platform\"\n",
    settings: |settings| {
        settings.label_schema.insert("owner".into(), LabelKind::Text);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelMissing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.label_schema.is_empty() {
            return Vec::new();
        }
        let mut set: Vec<BTreeSet<String>> = vec![BTreeSet::new(); file.stages().len()];
        for label in labels(file) {
            if let (Some(stage), Some(name)) = (label.instruction.stage, label.name)
                && settings.label_schema.contains_key(&name)
            {
                set[stage].insert(name);
            }
        }
        // Labels are handed down, and a stage below which they are set needs none of its own.
        let mut below = set.clone();
        for stage in file.stages().iter().rev() {
            if let Base::Stage(base) = stage.base {
                let (upper, lower) = below.split_at_mut(stage.index);
                upper[base].extend(lower[0].iter().cloned());
            }
        }
        for stage in file.stages() {
            if let Base::Stage(base) = stage.base {
                let (upper, lower) = set.split_at_mut(stage.index);
                lower[0].extend(upper[base].iter().cloned());
            }
        }
        let taken = taken(file);
        let ends = file.stages().iter().filter(|stage| !taken.contains(&stage.index));
        ends.flat_map(|stage| {
            let is_set = |label: &String| set[stage.index].contains(label) || below[stage.index].contains(label);
            let missing = settings.label_schema.keys().filter(move |label| !is_set(label));
            missing.map(|label| Finding::new(&META, stage.span, format!("no label `{label}` is set in this stage")))
        })
        .collect()
    }
}

/// Stages that others take files from: what they are called matters to nobody.
fn taken(file: &Dockerfile) -> BTreeSet<usize> {
    let sources = file.instructions().iter().filter_map(|instruction| match &instruction.body {
        Body::Copy { from: Some(from), .. } => file.stage_meant(&from.text, instruction.stage?),
        _ => None,
    });
    sources.collect()
}
