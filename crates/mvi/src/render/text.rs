//! Reports as text for a terminal: read top down, the verdict first.

mod audit;
mod build;
mod build_event;
mod check;
mod db;
mod diff;
mod explain;
mod fleet;
mod layers;
mod musl;
mod needs;
mod pack;
mod page;
mod predict;
mod probe;
mod pull;
mod spiral;
mod vulns;
pub(super) mod vulns_base;

use std::io::{self, Write};

use super::{Renderer, Report};

pub(super) use diff::{signed, sizes, why};
pub(super) use musl::phrase as musl_phrase;
pub(crate) use page::{Page, paint};

/// `--format text`.
pub(super) struct Text;

impl Renderer for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render(&self, report: &Report<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Page::new(out, width);
        match report {
            Report::Audit(report) => audit::write(report, &mut page),
            Report::Layers(report) => layers::write(report, &mut page),
            Report::Explain(report) => explain::write(report, &mut page),
            Report::Pull(report) => pull::write(report, &mut page),
            Report::Predict(report) => predict::predict(report, &mut page),
            Report::Probe(report) => probe::write(report, &mut page),
            Report::Evaluate(report) => predict::evaluate(report, &mut page),
            Report::DbImport(report) => db::import(report, &mut page),
            Report::DbStatus(report) => db::status(report, &mut page),
            Report::Diff(report) => diff::write(report, &mut page),
            Report::Vulns(report) => vulns::write(report, &mut page),
            Report::Check(report) => check::write(report, &mut page),
            Report::Musl(report) => musl::write(report, &mut page),
            Report::Needs(report) => needs::write(report, &mut page),
            Report::Pack(report) => pack::write(report, &mut page),
            Report::Build(report) => build::write(report, &mut page),
            Report::BuildEvent(report) => build_event::write(report, &mut page),
            Report::Spiral(report) => spiral::write(report, &mut page),
            Report::SpiralLog(report) => spiral::log(report, &mut page),
            Report::Fleet(report) => fleet::write(report, &mut page),
        }
    }
}
