//! MVI3054: labels that should be licenses.

use spdx::{Expression, ParseMode};

use crate::finding::Finding;
use crate::labels::of_kind;
use crate::rule::{Rule, RuleMeta};
use crate::settings::{LabelKind, LintSettings};
use crate::syntax::Dockerfile;

pub(crate) struct LabelSpdx;

static META: RuleMeta = RuleMeta {
    code: "MVI3054",
    name: "label-spdx",
    twins: &["DL3054"],
    why: "Whether an image may be shipped is decided by looking its license up. Names of the SPDX list mean \
          one license each; `GPL` means several.",
    bad: "FROM alpine:3.21.3\nLABEL license=\"GPL\"\n",
    good: "FROM alpine:3.21.3\nLABEL license=\"GPL-2.0-only\"\n",
    settings: |settings| {
        settings.label_schema.insert("license".into(), LabelKind::Spdx);
    },
    ..RuleMeta::PLAIN
};

impl Rule for LabelSpdx {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        of_kind(&META, file, settings, LabelKind::Spdx, is_license)
    }
}

/// An expression of SPDX identifiers (SPDX 2.3, annex D), old ones that the list still has among them.
fn is_license(text: &str) -> bool {
    let mode = ParseMode { allow_deprecated: true, ..ParseMode::STRICT };
    Expression::parse_mode(text, mode).is_ok()
}
