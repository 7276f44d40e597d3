//! Findings as a JUnit report: an image is a suite, a finding a test that failed, one that is waived or answered a test that
//! was skipped.

use std::io::{self, Write};

use super::sarif::answer;
use crate::render::lint::xml::escape;
use crate::report::TOOL;
use crate::report::vulns::{VulnNote, VulnsReport};

pub(super) fn write(report: &VulnsReport, out: &mut dyn Write) -> io::Result<()> {
    let (failed, skipped) = (report.findings.len(), report.waived.len() + report.answered.len());
    let stale = report.index.stale.len();
    let (image, tests) = (escape(report.image.title()), failed + skipped + stale.max(1));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{} vulns\">", TOOL.name)?;
    writeln!(
        out,
        "  <testsuite name=\"{image}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{stale}\" skipped=\"{skipped}\">"
    )?;
    if stale == 0 {
        writeln!(out, "    <testcase classname=\"{image}\" name=\"advisories are fresh\"/>")?;
    }
    for feed in &report.index.stale {
        let feed = escape(feed);
        writeln!(
            out,
            "    <testcase classname=\"{image}\" name=\"{feed} is fresh\"><error message=\"too old to be believed\"/></testcase>"
        )?;
    }
    for note in &report.findings {
        let fix = note.fixed_in.as_ref().map_or_else(String::new, |fix| format!("; fixed in {fix}"));
        let layer = note.layer.map_or_else(String::new, |layer| format!(" in layer {layer}"));
        let text = format!("{}{layer}{fix}. {}", package(note), note.summary);
        let text = escape(&text);
        case(note, &format!("<failure type=\"{}\" message=\"{text}\"/>", note.level.as_str()), out)?;
    }
    for waived in &report.waived {
        let why = format!("waived until {}: {}", waived.until, waived.reason);
        case(&waived.finding, &format!("<skipped message=\"{}\"/>", escape(&why)), out)?;
    }
    for note in &report.answered {
        case(note, &format!("<skipped message=\"{}\"/>", escape(&answer(note))), out)?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn package(note: &VulnNote) -> String {
    format!("{} {}", note.package.name, note.package.version)
}

fn case(note: &VulnNote, inside: &str, out: &mut dyn Write) -> io::Result<()> {
    let (class, name) = (package(note), format!("{} [{}]", note.id, note.level.as_str()));
    writeln!(out, "    <testcase classname=\"{}\" name=\"{}\">{inside}</testcase>", escape(&class), escape(&name))
}
