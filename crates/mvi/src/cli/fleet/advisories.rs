//! `mvi fleet advisories`: finds the records in files, folders and archives.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ignore::WalkBuilder;
use mvi_advisories::OsvRecord;
use zip::ZipArchive;

use super::tell::read;
use super::{Desk, told};
use crate::actions::fleet::advisories::Intake;
use crate::cli::args::fleet::AdvisoriesArgs;
use crate::cli::output::{Exit, Failure};
use crate::progress::Tally;
use crate::report::fleet::FleetReport;

/// Longest record, bytes.
const LONGEST: u64 = 64 << 20;

pub(super) fn advisories(desk: &Desk, args: &AdvisoriesArgs) -> Result<Exit, Failure> {
    let files = args.paths.iter().map(|path| files(path)).collect::<Result<Vec<_>, _>>()?.concat();
    if files.is_empty() {
        return Err(Failure::usage("there is no .json, .jsonl or .zip file in these folders"));
    }
    let mut memory = desk.memory(desk.write()?)?;
    let mut intake = Intake::new(&mut memory)?;
    let tally = Tally::new(false);
    tally.start(files.len());
    for file in &files {
        let place = file.display().to_string();
        if is(file, "zip") {
            archive(file, &mut intake)?;
        } else {
            take(&place, &read(file)?, &mut intake)?;
        }
        tally.done(&place);
    }
    tally.clear();
    let report = intake.end()?;
    let unread = !report.unreadable.is_empty();
    let exit = told(&FleetReport::Advisories(report), args.show.format)?;
    Ok(if unread { Exit::Unreadable } else { exit })
}

/// A file, or those of a folder by their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in WalkBuilder::new(path).standard_filters(false).build() {
        let file = entry.with_context(|| format!("cannot read `{}`", path.display()))?.into_path();
        if file.is_file() && ["json", "jsonl", "zip"].iter().any(|end| is(&file, end)) {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

fn is(file: &Path, end: &str) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(end))
}

fn archive(file: &Path, intake: &mut Intake<'_, '_>) -> Result<(), Failure> {
    let place = file.display();
    let opened = File::open(file).with_context(|| format!("cannot read `{place}`"))?;
    let mut archive = match ZipArchive::new(BufReader::new(opened)) {
        Ok(archive) => archive,
        Err(error) => {
            intake.unreadable(place.to_string(), error.to_string());
            return Ok(());
        }
    };
    for index in 0..archive.len() {
        match entry(&mut archive, index) {
            Ok(Some((name, bytes))) => take(&format!("{place}: {name}"), &bytes, intake)?,
            Ok(None) => {}
            Err(error) => intake.unreadable(format!("{place}: entry {index}"), error.to_string()),
        }
    }
    Ok(())
}

/// A record in an archive; nothing for what is none by its name.
fn entry<R: std::io::Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
) -> anyhow::Result<Option<(String, Vec<u8>)>> {
    let entry = archive.by_index(index)?;
    let name = entry.name()?.into_owned();
    if !is(Path::new(&name), "json") {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    entry.take(LONGEST + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= LONGEST, "more than {LONGEST} bytes");
    Ok(Some((name, bytes)))
}

fn take(place: &str, bytes: &[u8], intake: &mut Intake<'_, '_>) -> Result<(), Failure> {
    match OsvRecord::read_all(bytes) {
        Ok(records) => records.iter().try_for_each(|record| intake.take(record))?,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            intake.unreadable(place.to_owned(), format!("{error}{cause}"));
        }
    }
    Ok(())
}
