//! Reports as JSON, the same bytes for the same report.

use std::io::{self, Write};

use super::{Renderer, Report};

/// `--format json`.
pub(super) struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, report: &Report<'_>, _: usize, out: &mut dyn Write) -> io::Result<()> {
        match report {
            Report::Audit(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Layers(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Explain(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Pull(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Predict(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Probe(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Evaluate(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::DbImport(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::DbStatus(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Diff(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Vulns(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Check(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Musl(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Needs(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Pack(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Build(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::BuildEvent(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Spiral(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::SpiralLog(report) => serde_json::to_writer_pretty(&mut *out, report)?,
            Report::Fleet(report) => serde_json::to_writer_pretty(&mut *out, report)?,
        }
        writeln!(out)
    }
}
