//! How reports are shown. A renderer sees a report and a writer, nothing else.

pub(crate) mod check;
pub(crate) mod forest;
mod harmless;
pub(crate) mod inventory;
mod json;
pub(crate) mod lint;
mod markdown;
pub(crate) mod sbom;
mod text;
pub(crate) mod vulns;

use std::io::{self, Write};

use crate::report::build::BuildReport;
use crate::report::build_event::BuildEventReport;
use crate::report::check::CheckReport;
use crate::report::db::{DbImportReport, DbStatusReport};
use crate::report::diff::DiffReport;
use crate::report::fleet::FleetReport;
use crate::report::musl::MuslReport;
use crate::report::needs::NeedsReport;
use crate::report::pack::PackReport;
use crate::report::predict::{EvaluateReport, PredictReport};
use crate::report::probe::ProbeReport;
use crate::report::spiral::{SpiralLogReport, SpiralReport};
use crate::report::vulns::VulnsReport;
use crate::report::{AuditReport, ExplainReport, LayersReport, PullReport};

pub(crate) use harmless::harmless;
pub(crate) use text::{Page, paint};

/// A report of any kind.
pub(crate) enum Report<'a> {
    /// `mvi audit`.
    Audit(&'a AuditReport),
    /// `mvi layers`.
    Layers(&'a LayersReport),
    /// `mvi explain`.
    Explain(&'a ExplainReport),
    /// `mvi pull`.
    Pull(&'a PullReport),
    /// `mvi predict`.
    Predict(&'a PredictReport),
    /// `mvi probe`.
    Probe(&'a ProbeReport),
    /// `mvi predict evaluate`.
    Evaluate(&'a EvaluateReport),
    /// `mvi db import`.
    DbImport(&'a DbImportReport),
    /// `mvi db status`.
    DbStatus(&'a DbStatusReport),
    /// `mvi diff`.
    Diff(&'a DiffReport),
    /// `mvi vulns`.
    Vulns(&'a VulnsReport),
    /// `mvi check`.
    Check(&'a CheckReport),
    /// `mvi musl`.
    Musl(&'a MuslReport),
    /// `mvi needs`.
    Needs(&'a NeedsReport),
    /// `mvi pack`.
    Pack(&'a PackReport),
    /// `mvi build`.
    Build(&'a BuildReport),
    /// `mvi build-event`.
    BuildEvent(&'a BuildEventReport),
    /// `mvi spiral run`, `mvi spiral status`.
    Spiral(&'a SpiralReport),
    /// `mvi spiral log`.
    SpiralLog(&'a SpiralLogReport),
    /// `mvi fleet …`.
    Fleet(&'a FleetReport),
}

/// A way to show reports.
pub(crate) trait Renderer: Sync {
    /// The name `--format` takes.
    fn name(&self) -> &'static str;
    /// Writes the report, `width` columns wide where that matters.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn render(&self, report: &Report<'_>, width: usize, out: &mut dyn Write) -> io::Result<()>;
}

/// The formats: one a file, one a line here.
pub(crate) const RENDERERS: &[&dyn Renderer] = &[&text::Text, &json::Json, &markdown::Markdown];
