//! Lineage, forest, the seven questions, what is due, exports.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context as _;
use mvi_fleet::ExportFormat as Written;

use super::{Desk, told};
use crate::actions::fleet::forest::forest as grow;
use crate::actions::fleet::questions;
use crate::cli::args::fleet::{
    DecisionsArgs, DueArgs, ExportArgs, ExportFormat, ForestArgs, NameArgs, QueryArgs, QueryVerb,
};
use crate::cli::output::{Exit, Failure};
use crate::render::forest;
use crate::report::fleet::{Answer, AnswerReport, DecisionsReport, FleetReport, ForestReport, Orphans};

pub(super) fn lineage(desk: &Desk, args: &NameArgs) -> Result<Exit, Failure> {
    let memory = desk.memory(desk.read()?)?;
    told(&FleetReport::Lineage(Box::new(questions::lineage(&memory, &args.name)?)), args.show.format)
}

pub(super) fn query(desk: &Desk, args: &QueryArgs) -> Result<Exit, Failure> {
    let store = || desk.read();
    let (answer, show) = match &args.verb {
        QueryVerb::Due(args) => return due(desk, args),
        QueryVerb::Similar { image, k, show } => {
            let memory = desk.memory(store()?)?;
            return told(&FleetReport::Similar(questions::similar(&memory, image, *k)?), show.format);
        }
        QueryVerb::Inherits { vulnerability, images: true, show } => {
            let answer = store()?.affected_images(vulnerability)?;
            (AnswerReport::Images(Answer { schema: "mvi-fleet-q1-images/1", answer }), show)
        }
        QueryVerb::Inherits { vulnerability, images: false, show } => {
            let answer = store()?.inherits(vulnerability)?;
            (AnswerReport::Inherits(Answer { schema: "mvi-fleet-q1/1", answer }), show)
        }
        QueryVerb::Blast { base, show } => {
            let answer = store()?.blast_radius(base)?;
            (AnswerReport::Blast(Answer { schema: "mvi-fleet-q2/1", answer }), show)
        }
        QueryVerb::Changes { old, new, show } => {
            let answer = store()?.change(old, new)?;
            (AnswerReport::Changes(Box::new(Answer { schema: "mvi-fleet-q4/1", answer })), show)
        }
        QueryVerb::Fixes { vulnerability, show } => {
            let answer = store()?.who_fixes(vulnerability)?;
            (AnswerReport::Fixes(Answer { schema: "mvi-fleet-q5/1", answer }), show)
        }
        QueryVerb::Orphans { show } => {
            let answer = Orphans { orphans: store()?.orphans()? };
            (AnswerReport::Orphans(Answer { schema: "mvi-fleet-q6/1", answer }), show)
        }
    };
    told(&FleetReport::Answer(answer), show.format)
}

pub(super) fn decisions(desk: &Desk, args: &DecisionsArgs) -> Result<Exit, Failure> {
    let decisions = desk.read()?.decisions(args.service.as_deref())?;
    let report = DecisionsReport { schema: "mvi-fleet-decisions/1", decisions };
    told(&FleetReport::Decisions(report), args.show.format)
}

pub(super) fn due(desk: &Desk, args: &DueArgs) -> Result<Exit, Failure> {
    let memory = desk.memory(desk.read()?)?;
    let moment = args.at.unwrap_or(memory.law.now);
    told(&FleetReport::Due(questions::due(&memory, args.days, moment)?), args.show.format)
}

pub(super) fn plant(desk: &Desk, args: &ForestArgs) -> Result<Exit, Failure> {
    let mut memory = desk.memory(desk.read()?)?;
    let report = grow(&mut memory)?;
    let drawn = args.svg.is_some() || args.html.is_some();
    if let Some(file) = &args.svg {
        draw(file, &report, forest::svg)?;
    }
    if let Some(file) = &args.html {
        draw(file, &report, forest::html)?;
    }
    if drawn && args.show.format == crate::cli::args::ShowFormat::Text {
        writeln!(anstream::stdout(), "{} trees are drawn", report.trees.len())?;
        return Ok(Exit::Fine);
    }
    told(&FleetReport::Forest(report), args.show.format)
}

/// Writes a drawing beside its place and moves it there whole.
fn draw(file: &Path, report: &ForestReport, draw: fn(&ForestReport) -> String) -> Result<(), Failure> {
    write_whole(file, |out| out.write_all(draw(report).as_bytes()))
}

pub(super) fn export(desk: &Desk, args: &ExportArgs) -> Result<Exit, Failure> {
    let format = match args.format {
        ExportFormat::Json => Written::Json,
        ExportFormat::Csv => Written::Csv,
        ExportFormat::Graphml => Written::Graphml,
        ExportFormat::Dot => Written::Dot,
        ExportFormat::Cypher => Written::Cypher,
    };
    let store = desk.read()?;
    match &args.output {
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            store.export(format, &mut out)?;
            out.flush()?;
        }
        Some(file) => {
            let mut failed = None;
            write_whole(file, |out| match store.export(format, out) {
                Ok(()) => Ok(()),
                Err(error) => {
                    failed = Some(error);
                    Err(io::Error::other("the export failed"))
                }
            })
            .or_else(|failure| failed.map_or(Err(failure), |error| Err(error.into())))?;
        }
    }
    Ok(Exit::Fine)
}

fn write_whole(file: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let draft = file.with_extension(format!("{}.new", std::process::id()));
    let written = fs::File::create(&draft).and_then(|opened| {
        let mut out = io::BufWriter::new(opened);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&draft, file)
    });
    if written.is_err() {
        // What cannot be taken away is at least not under the name that was asked for.
        let _ = fs::remove_file(&draft);
    }
    Ok(written.with_context(|| format!("cannot write `{}`", file.display()))?)
}
