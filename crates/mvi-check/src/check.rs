//! All checkpoints over one image.

use mvi_image::FileTree;
use mvi_inventory::Inventory;

use crate::finding::{Finding, Level};
use crate::secrets::{Certainty, Leak, Leaks, Place, Secret, leaks};
use crate::{accounts, config, files, history};

/// A step of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The instruction, as a Dockerfile has it: `RUN …`.
    pub instruction: String,
    /// The same as the builder wrote it, build arguments included.
    pub written: String,
    /// The layer it made; none where it made none.
    pub layer: Option<u32>,
}

/// What is checked.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The merged tree of layers that were read with a [`CheckCollector`](crate::CheckCollector).
    pub tree: &'a FileTree,
    /// Its inventory.
    pub inventory: &'a Inventory,
    /// User and group it runs as, as the configuration has them.
    pub user: &'a str,
    /// `NAME=value` pairs.
    pub env: &'a [String],
    /// Paths of volumes.
    pub volumes: &'a [&'a str],
    /// True when the configuration says how its health is asked.
    pub has_healthcheck: bool,
    /// The name it goes by; none where it has none.
    pub reference: Option<&'a str>,
    /// Its history, oldest first.
    pub steps: &'a [Step],
}

/// What is unwise about an image, the worst first; with it how many secrets lie in files that packages brought, and how
/// many more there are than are told.
#[must_use]
pub fn check(evidence: &Evidence<'_>) -> (Vec<Finding>, usize, usize) {
    let Leaks { leaks: mut leaked, public, more } = leaks(evidence.tree, evidence.inventory);
    leaked.extend(config::leaks(evidence.env));
    leaked.extend(history::leaks(evidence.steps));
    let mut found: Vec<Finding> = leaked.into_iter().map(|leak| finding(evidence, leak)).collect();
    found.extend(config::findings(evidence));
    found.extend(history::findings(evidence));
    found.extend(accounts::findings(evidence.tree));
    found.extend(files::findings(evidence));
    found.sort_by(|left, right| {
        let order = |finding: &Finding| (std::cmp::Reverse(finding.level), finding.code.clone(), finding.path.clone());
        (order(left), left.layer, left.step).cmp(&(order(right), right.layer, right.step))
    });
    (found, public, more)
}

fn finding(evidence: &Evidence<'_>, leak: Leak) -> Finding {
    let Secret { kind, certainty, name, .. } = &leak.secret;
    let name = name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    let (level, what) = match certainty {
        Certainty::ByForm => (Level::Error, format!("a secret: {kind}{name}")),
        Certainty::ByName => (Level::Error, format!("what is called a secret: {kind}{name}")),
        Certainty::Placeholder => (Level::Info, format!("an example where a secret belongs: {kind}{name}")),
        Certainty::Locked => (Level::Warning, format!("a key that is encrypted: {kind}{name}")),
    };
    let found = match &leak.place {
        Place::File { path, layer, hidden_by } => Finding {
            path: Some(path.clone()),
            layer: Some(*layer),
            hidden_by: *hidden_by,
            step: evidence.steps.iter().position(|step| step.layer == Some(*layer)),
            ..Finding::new("CIS-DI-0010", what)
        },
        Place::Variable => Finding::new("CIS-DI-0010", format!("in the environment, {what}")),
        Place::History { step } => Finding {
            step: Some(*step),
            layer: evidence.steps.get(*step).and_then(|step| step.layer),
            ..Finding::new("CIS-DI-0010", format!("in the history, {what}"))
        },
    };
    Finding { level, secret: Some(leak.secret), ..found }
}
