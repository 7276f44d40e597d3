//! Baselines: findings that were there before and may stay for now.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::actions::whole::replace;
use crate::report::lint::{LintFinding, LintedFile};

const SCHEMA: &str = "mvi-lint-baseline/1";
/// Longest file that is read, bytes.
const LONGEST: u64 = 256 << 20;

/// Findings by file, rule and fingerprint.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    known: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    schema: String,
    /// Path, then code, then fingerprints.
    files: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// A file that cannot be read or is none.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let what = || format!("cannot read the baseline `{}`; --write-baseline makes one", path.display());
        let length = fs::metadata(path).with_context(what)?.len();
        anyhow::ensure!(length <= LONGEST, "the baseline `{}` is larger than {LONGEST} bytes", path.display());
        let text = fs::read_to_string(path).with_context(what)?;
        let document: Document =
            serde_json::from_str(&text).with_context(|| format!("`{}` is not a baseline", path.display()))?;
        anyhow::ensure!(
            document.schema == SCHEMA,
            "`{}` is a baseline of another kind: {}",
            path.display(),
            document.schema
        );
        let known = document.files.into_iter().map(|(path, codes)| (path, codes.into_values().flatten().collect()));
        Ok(Self { known: known.collect() })
    }

    /// Whether a finding in a file was there before.
    #[must_use]
    pub(crate) fn knows(&self, path: &str, finding: &LintFinding) -> bool {
        self.known.get(path).is_some_and(|known| known.contains(&finding.fingerprint))
    }
}

/// Collects what becomes a baseline.
#[derive(Debug, Default)]
pub(crate) struct BaselineWriter {
    files: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl BaselineWriter {
    /// Adds the findings of a file.
    pub(crate) fn add(&mut self, file: &LintedFile) {
        for finding in &file.findings {
            let codes = self.files.entry(file.path.clone()).or_default();
            codes.entry(finding.code.to_string()).or_default().push(finding.fingerprint.clone());
        }
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub(crate) fn write(self, path: &Path) -> anyhow::Result<()> {
        let document = Document { schema: SCHEMA.into(), files: self.files };
        let mut text = serde_json::to_string_pretty(&document)?;
        text.push('\n');
        replace(path, text.as_bytes()).with_context(|| format!("cannot write the baseline `{}`", path.display()))
    }
}
