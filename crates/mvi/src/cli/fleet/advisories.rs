//! `mvi fleet advisories`: finds the records in files, folders and archives.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek};
use std::path::Path;

use anyhow::Context as _;
use mvi_advisories::OsvRecord;
use zip::ZipArchive;

use super::tell::read;
use super::{Desk, told};
use crate::actions::fleet::advisories::Intake;
use crate::cli::args::fleet::AdvisoriesArgs;
use crate::cli::feed_files::{feed_files, has_end};
use crate::cli::output::{Exit, Failure};
use crate::progress::Tally;
use crate::report::fleet::FleetReport;

/// Longest record, bytes.
const LONGEST: u64 = 64 << 20;

pub(super) fn advisories(desk: &Desk, args: &AdvisoriesArgs) -> Result<Exit, Failure> {
    let files = args
        .paths
        .iter()
        .map(|path| feed_files(path, &["json", "jsonl", "zip"]))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    if files.is_empty() {
        return Err(Failure::usage("there is no .json, .jsonl or .zip file in these folders"));
    }
    let mut memory = desk.memory(desk.write()?)?;
    let mut intake = Intake::new(&mut memory)?;
    let tally = Tally::new(false);
    tally.start(files.len());
    for file in &files {
        let place = file.display().to_string();
        if has_end(file, "zip") {
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
    if !has_end(Path::new(&name), "json") {
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
