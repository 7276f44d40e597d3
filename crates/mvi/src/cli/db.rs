//! `mvi db`: finds the files of feeds, asks for the import, and tells what there is.

use std::path::{Path, PathBuf};

use mvi_registry::download;

use super::args::db::{DbArgs, DbVerb, ImportArgs, StatusArgs, TakeArgs, UpdateArgs};
use super::feed_files::feed_files;
use super::output::{Exit, Failure, show};
use super::remote::web_options;
use crate::actions::advisories::{FeedPlace, ImportPlan, addresses, import, status};
use crate::progress::Tally;
use crate::render::Report;
use crate::settings;
use crate::standards;

/// Bytes of the largest document that is fetched: exports of osv.dev have up to some hundred megabytes.
const LARGEST: u64 = 4 << 30;
/// Ends of names that are looked into below a folder; a file that is named may be called anything.
const ENDS: [&str; 5] = ["json", "jsonl", "csv", "gz", "zip"];

pub(super) fn run(args: &DbArgs) -> Result<Exit, Failure> {
    let index = place(args.db.as_deref())?;
    match &args.verb {
        DbVerb::Import(args) => run_import(&index, args),
        DbVerb::Update(args) => run_update(&index, args),
        DbVerb::Status(args) => run_status(&index, args),
    }
}

/// The index that is stated, or the usual one.
///
/// # Errors
/// No home for the usual one.
pub(super) fn place(stated: Option<&Path>) -> Result<PathBuf, Failure> {
    let usual = || settings::data_dir().map(|folder| folder.join("advisories.idx"));
    let place = stated.map(Path::to_owned).or_else(usual);
    place.ok_or_else(|| Failure::usage("there is no home folder; name the index with --db"))
}

fn run_import(index: &Path, args: &ImportArgs) -> Result<Exit, Failure> {
    let mut places = Vec::new();
    for path in &args.paths {
        match path.to_str().filter(|text| text.starts_with("https://") || text.starts_with("http://")) {
            Some(url) => places.push(FeedPlace::Url(url.to_owned())),
            None => places.extend(feed_files(path, &ENDS)?.into_iter().map(FeedPlace::File)),
        }
    }
    if places.is_empty() {
        return Err(Failure::usage("there is no .json, .jsonl, .csv, .gz or .zip file in these folders"));
    }
    take_in(index, &places, &args.take, args.replace)
}

fn run_update(index: &Path, args: &UpdateArgs) -> Result<Exit, Failure> {
    let places: Vec<FeedPlace> = addresses(index)?.into_iter().map(FeedPlace::Url).collect();
    if places.is_empty() {
        return Err(Failure::usage("no feed of the index came from the web\nnext: mvi db import URL…"));
    }
    take_in(index, &places, &args.take, false)
}

fn take_in(index: &Path, places: &[FeedPlace], args: &TakeArgs, replace: bool) -> Result<Exit, Failure> {
    let tally = Tally::new(args.quiet);
    let waiting = || {
        if !args.quiet {
            let line = format!("another import has `{}`; waiting for it to end\n", index.display());
            // Whoever cannot read it waits all the same.
            let _ = std::io::Write::write_all(&mut anstream::stderr(), line.as_bytes());
        }
    };
    let options = web_options(&args.web.insecure, &args.web.ca_file);
    let plan = ImportPlan {
        index,
        places,
        fetch: &|url, known, file| download(&options, url, known, LARGEST, file),
        replace,
        now: settings::now(),
        tally: &tally,
    };
    let report = import(&plan, waiting);
    tally.clear();
    let report = report?;
    show(&Report::DbImport(&report), args.format.into())?;
    Ok(if report.rejected > 0 { Exit::Unreadable } else { Exit::Fine })
}

fn run_status(index: &Path, args: &StatusArgs) -> Result<Exit, Failure> {
    let standard = standards::load(None)?;
    let of_level = |level: u8| standard.sostle_levels.iter().find(|row| row.level == level);
    let max_age = match args.level {
        Some(level) => {
            let row = of_level(level).ok_or_else(|| Failure::usage(format!("the standard has no level {level}")))?;
            Some(row.min_scan_days)
        }
        None => args.max_age,
    };
    let report = status(index, max_age, &standard, settings::now())?;
    show(&Report::DbStatus(&report), args.format.into())?;
    Ok(if report.feeds.iter().any(|feed| feed.stale) { Exit::Failed } else { Exit::Fine })
}
