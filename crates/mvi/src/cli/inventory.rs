//! `mvi inventory`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context as _;

use super::args::Format;
use super::args::inventory::InventoryArgs;
use super::output::{Exit, Failure};
use crate::actions::inventory::inventory;
use crate::render::{harmless, inventory as pages, paint};
use crate::report::inventory::{InventoryReport, PlanNote};
use crate::settings;

pub(super) fn run(args: &InventoryArgs) -> Result<Exit, Failure> {
    let what = || format!("cannot read the folder `{}`", args.folder.display());
    let metadata = fs::metadata(&args.folder).with_context(what)?;
    if !metadata.is_dir() {
        let name = args.folder.display();
        return Err(Failure::usage(format!("`{name}` is a file; name the folder of a repository")));
    }
    fs::read_dir(&args.folder).with_context(what)?;
    let report = inventory(&args.folder, settings::program("git").as_deref());
    match &args.write {
        Some(file) => write(&report, file, args)?,
        None => show(&report, args.format)?,
    }
    for unread in &report.unread {
        let (path, message) = (harmless(&unread.path), harmless(&unread.message));
        writeln!(anstream::stderr(), "{}error:{:#} cannot read `{path}`: {message}", paint::BAD, paint::BAD)?;
    }
    Ok(if report.unread.is_empty() { Exit::Fine } else { Exit::Unreadable })
}

fn show(report: &InventoryReport, format: Format) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(anstream::stdout());
    match format {
        Format::Text => pages::text(report, settings::width(), &mut out)?,
        Format::Markdown => pages::markdown(report, &mut out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, report).map_err(anyhow::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}

fn write(report: &InventoryReport, file: &Path, args: &InventoryArgs) -> Result<(), Failure> {
    let plan = choose(report, args.runtime.as_deref())?;
    if file.as_os_str() == "-" {
        // Past anstream: these are the bytes of a file.
        io::stdout().lock().write_all(plan.dockerfile.as_bytes())?;
    } else {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).create_new(!args.force);
        let mut opened = match options.open(file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let name = file.display();
                return Err(Failure::usage(format!(
                    "nothing was written, as there is `{name}`; --force writes over it"
                )));
            }
            opened => opened.with_context(|| format!("cannot write `{}`", file.display()))?,
        };
        opened.write_all(plan.dockerfile.as_bytes()).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    for remark in &plan.remarks {
        writeln!(anstream::stderr(), "{}note:{:#} {}", paint::FAIR, paint::FAIR, harmless(remark))?;
    }
    Ok(())
}

fn choose<'r>(report: &'r InventoryReport, runtime: Option<&str>) -> Result<&'r PlanNote, Failure> {
    let names = || report.plans.iter().map(|plan| plan.runtime).collect::<Vec<_>>().join(", ");
    match (report.plans.as_slice(), runtime) {
        ([], _) => Err(Failure::usage("there is nothing to write: no files of one runtime could become one")),
        (plans, Some(runtime)) => plans
            .iter()
            .find(|plan| plan.runtime == runtime)
            .ok_or_else(|| Failure::usage(format!("there is no plan for `{runtime}`; there are {}", names()))),
        ([plan], None) => Ok(plan),
        (_, None) => Err(Failure::usage(format!("say whose files: --runtime, one of {}", names()))),
    }
}
