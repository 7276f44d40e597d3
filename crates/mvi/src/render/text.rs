//! Reports as text for a terminal: read top down, the verdict first.

mod audit;
mod explain;
mod fleet;
mod layers;
mod page;
mod pull;

use std::io::{self, Write};

use super::{Renderer, Report};

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
            Report::Fleet(report) => fleet::write(report, &mut page),
        }
    }
}
