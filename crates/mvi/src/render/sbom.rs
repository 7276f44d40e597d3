//! Bills of materials in the shapes that other programs read: one a file.

mod cyclonedx;
pub(super) mod names;
mod spdx;
mod spdx3;
mod spdx_json;
mod spdx_tag_value;

use std::io::{self, Write};

use crate::report::sbom::SbomReport;

/// Writes a bill in one shape.
type SbomWriter = fn(&SbomReport, &mut dyn Write) -> io::Result<()>;

/// The formats, by the names that `--format` takes.
pub(crate) const SBOM_FORMATS: &[(&str, SbomWriter)] = &[
    ("cyclonedx-json", cyclonedx::write),
    ("spdx-json", spdx_json::write),
    ("spdx-tag-value", spdx_tag_value::write),
    ("spdx3-json", spdx3::write),
    ("json", json),
];

fn json(report: &SbomReport, out: &mut dyn Write) -> io::Result<()> {
    pretty(report, out)
}

pub(super) fn pretty(document: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}
