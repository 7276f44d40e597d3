//! `mvi template`.

use std::io::Write as _;

use mvi_dockerfile::template::{CLASSES, Class, Request, class, render};
use mvi_standard::Standard;

use super::args::ShowFormat;
use super::args::template::{TemplateArgs, What};
use super::output::{Exit, Failure};
use crate::actions::template::{Existing, Pins, Stated, bases, by_row, classes, report, row, write};
use crate::render::{Page, harmless, paint};
use crate::report::template::{ClassesReport, TemplateReport};
use crate::{settings, standards};

pub(super) fn run(args: &TemplateArgs) -> Result<Exit, Failure> {
    let standard = standards::load(args.standard.as_deref())?;
    let Some(id) = &args.class else { return list(&classes(&standard)?, args.format) };
    let names = || CLASSES.iter().map(|class| class.id).collect::<Vec<_>>().join(", ");
    let class = class(id).ok_or_else(|| Failure::usage(format!("there is no class `{id}`; there are {}", names())))?;
    let report = rendered(args, class, &standard)?;
    if let Some(folder) = &args.output {
        let existing = if args.force { Existing::Replace } else { Existing::Keep };
        let there = write(&report, folder, existing)?;
        if !there.is_empty() {
            let there = there.join("`, `");
            return Err(Failure::usage(format!("nothing was written, as there is `{there}`; --force writes over it")));
        }
    }
    show(&report, args)?;
    Ok(Exit::Fine)
}

fn rendered(args: &TemplateArgs, class: &'static Class, standard: &Standard) -> Result<TemplateReport, Failure> {
    let pins = pins(args)?;
    let stated = Stated { builder: args.builder_base.as_deref(), runtime: args.runtime_base.as_deref() };
    let (bases, note) = bases(standard, class, &stated, &pins).map_err(usage)?;
    let request = Request {
        name: args.name.clone().unwrap_or_else(|| class.id.to_owned()),
        image: args.image.clone(),
        version: args.version.clone(),
        port: args.port,
        entry: args.entry.clone(),
        source: args.source.clone(),
        native: args.native,
        tools: args.tool.clone(),
        rom: None,
        target: None,
        row: None,
        bases,
    };
    let request = by_row(request, class, row(standard, class)?);
    let mut rendered = render(class, &request).map_err(|error| Failure::usage(error.to_string()))?;
    rendered.notes.splice(0..0, note);
    Ok(report(class, standard, rendered))
}

/// The lock, and over it what was said on the command line.
fn pins(args: &TemplateArgs) -> Result<Pins, Failure> {
    let mut pins = args.lock.as_deref().map(Pins::read).transpose()?.unwrap_or_default();
    for pin in &args.base_digest {
        match pin.rsplit_once('=') {
            Some((reference, digest)) if digest.starts_with("sha256:") => pins.add(reference, digest),
            _ => return Err(Failure::usage(format!("`{pin}` is no pin: --base-digest alpine:3.21=sha256:DIGEST"))),
        }
    }
    Ok(pins)
}

#[allow(clippy::needless_pass_by_value)] // `map_err` hands it over
fn usage(error: anyhow::Error) -> Failure {
    Failure::usage(format!("{error:#}"))
}

fn show(report: &TemplateReport, args: &TemplateArgs) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match (args.format, &args.output) {
        (ShowFormat::Json, _) => {
            let text = serde_json::to_string_pretty(report).map_err(anyhow::Error::from)?;
            writeln!(out, "{text}")?;
        }
        (ShowFormat::Text, Some(folder)) => {
            for file in &report.files {
                writeln!(out, "{}", harmless(&folder.join(&file.path).display().to_string()))?;
            }
        }
        (ShowFormat::Text, None) => {
            let wanted = report.files.iter().filter(|file| file.kind == name(args.what));
            let text: String = wanted.map(|file| file.text.as_str()).collect();
            if text.is_empty() {
                return Err(Failure::usage(format!("{} has no such file", report.class)));
            }
            out.write_all(text.as_bytes())?;
        }
    }
    for note in &report.notes {
        writeln!(anstream::stderr(), "{}note:{:#} {}", paint::FAIR, paint::FAIR, harmless(note))?;
    }
    Ok(())
}

fn name(what: What) -> &'static str {
    match what {
        What::Dockerfile => "dockerfile",
        What::Compose => "compose",
        What::Ci => "ci",
        What::Dockerignore => "dockerignore",
        What::Bake => "bake",
        What::Extra => "extra",
    }
}

fn list(report: &ClassesReport, format: ShowFormat) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    if format == ShowFormat::Json {
        let text = serde_json::to_string_pretty(report).map_err(anyhow::Error::from)?;
        writeln!(out, "{text}")?;
        return Ok(Exit::Fine);
    }
    let mut page = Page::new(&mut out, settings::width());
    for class in &report.classes {
        let target = match class.target_mb {
            Some([least, most]) if least < most => format!("{least}–{most} MB"),
            Some([_, most]) => format!("{most} MB"),
            None => String::new(),
        };
        let rom = class.rom.as_deref().unwrap_or_default();
        page.both(paint::BOLD, &format!("{:<16} {}", class.id, class.title), &format!("{rom}  {target:>10}"))?;
        let built = if class.builder == class.runtime { String::new() } else { format!("{} → ", class.builder) };
        page.wrapped(paint::DIM, &" ".repeat(17), 17, &format!("{built}{}", class.runtime))?;
    }
    page.line(&[(paint::DIM, &format!("Bases of {}. `mvi template CLASS` prints the Dockerfile.", report.standard))])?;
    Ok(Exit::Fine)
}
