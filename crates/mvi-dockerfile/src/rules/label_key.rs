//! MVI3048: names of labels that are none.

use crate::finding::{Finding, Level};
use crate::labels::labels;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct LabelKey;

static META: RuleMeta = RuleMeta {
    code: "MVI3048",
    name: "label-key",
    twins: &["DL3048"],
    level: Level::Style,
    why: "Names of labels are small letters, digits and single dots and dashes; `com.docker`, `io.docker` and \
          `org.dockerproject` belong to Docker (Docker, \"Key format recommendations\"). With others tools and \
          queries go wrong, each in its own way.",
    bad: "FROM alpine:3.21.3\nLABEL Version=1.2.3\n",
    good: "FROM alpine:3.21.3\nLABEL org.example.version=1.2.3\n",
    ..RuleMeta::PLAIN
};

impl Rule for LabelKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let named = labels(file).filter_map(|label| Some((label.name?, label.pair)));
        named
            .filter(|(name, _)| !is_key(name))
            .map(|(name, pair)| Finding::new(&META, pair.key.span, format!("`{name}` is no name for a label")))
            .collect()
    }
}

const RESERVED: &[&str] = &["com.docker.", "io.docker.", "org.dockerproject."];

fn is_key(name: &str) -> bool {
    let small = |one: char| one.is_ascii_lowercase();
    name.starts_with(small)
        && name.ends_with(|one: char| small(one) || one.is_ascii_digit())
        && name.chars().all(|one| small(one) || one.is_ascii_digit() || matches!(one, '.' | '-' | '_' | '/'))
        && !RESERVED.iter().any(|start| name.starts_with(start))
        && !name.contains("..")
        && !name.contains("--")
}
