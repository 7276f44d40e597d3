//! E-BASE-UNRESOLVED: bases that cannot be judged, as only the build knows what they are.

use crate::finding::{Finding, Level};
use crate::law::View;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::{AllowedBase, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct BaseUnresolved;

static META: RuleMeta = RuleMeta {
    code: "E-BASE-UNRESOLVED",
    name: "base-unresolved",
    level: Level::Error,
    group: Group::Sovereignty,
    why: "Which image this starts from is said by an argument of the build and by nothing in the file. Whether the standard \
          allows it cannot be known, and what is not known does not pass: a default makes it known.",
    bad: "ARG BASE\nFROM ${BASE}\nRUN echo hello\n",
    good: "ARG BASE=alpine:3.21.3\nFROM ${BASE}\nRUN echo hello\n",
    beside: &["MVI5008", "MVI3006"],
    settings: |settings| settings.allowed_bases = vec![AllowedBase::new("alpine:3.21")],
    ..RuleMeta::PLAIN
};

impl Rule for BaseUnresolved {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.allowed_bases.is_empty() && settings.bans.is_empty() {
            return Vec::new();
        }
        let view = View::new(file, settings);
        let unknown = view.shipped_bases().filter(|base| base.resolved.is_none());
        unknown
            .map(|base| Finding::new(&META, base.span, format!("which image `{}` is, only the build knows", base.text)))
            .collect()
    }
}
