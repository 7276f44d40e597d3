//! SPDX 2.3 as JSON.

use std::io::{self, Write};

use super::pretty;
use super::spdx::document;
use crate::report::sbom::SbomReport;

/// Writes a bill.
pub(super) fn write(report: &SbomReport, out: &mut dyn Write) -> io::Result<()> {
    pretty(&document(report), out)
}
