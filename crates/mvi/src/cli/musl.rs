//! `mvi musl`.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use mvi_inventory::InventoryCollector;
use mvi_musl::{Verdict, WheelNames};

use super::args::Format;
use super::args::musl::{MuslArgs, MuslLimit};
use super::look::{Need, look};
use super::output::{Exit, Failure, show};
use crate::actions::musl::musl;
use crate::render::Report;

/// Bytes of a lock file or an index page that are read.
const LONGEST: u64 = 64 << 20;
/// Files of a folder whose names are looked at.
const MOST_FILES: usize = 1_000_000;

pub(super) fn run(args: &MuslArgs) -> Result<Exit, Failure> {
    let mut names = WheelNames::default();
    for path in &args.wheels {
        add(&mut names, path)?;
    }
    let mut report = look(&args.read, &args.image, Need::of(&InventoryCollector), |examiner, location| {
        musl(examiner, location, &names)
    })?;
    let limit = match args.fail_on {
        MuslLimit::NeedsWork => Verdict::NeedsWork,
        MuslLimit::Blocked => Verdict::Blocked,
    };
    report.all = args.all;
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Musl(&report), args.report.format)?;
    }
    Ok(if report.verdict >= limit { Exit::Failed } else { Exit::Fine })
}

/// Takes in the names of distributions in a text or a folder.
fn add(names: &mut WheelNames, path: &Path) -> Result<(), Failure> {
    let cannot = || format!("cannot read `{}` (--wheels)", path.display());
    if !path.is_dir() {
        let mut text = Vec::new();
        File::open(path).with_context(cannot)?.take(LONGEST + 1).read_to_end(&mut text).with_context(cannot)?;
        if text.len() as u64 > LONGEST {
            return Err(anyhow::anyhow!("`{}` is larger than {LONGEST} bytes (--wheels)", path.display()).into());
        }
        names.add_text(&text);
    } else {
        for entry in fs::read_dir(path).with_context(cannot)?.take(MOST_FILES) {
            names.add_text(entry.with_context(cannot)?.file_name().as_encoded_bytes());
        }
    }
    if names.is_empty() {
        let text = format!("`{}` names neither a wheel nor a source archive (--wheels)", path.display());
        return Err(Failure::usage(text));
    }
    Ok(())
}
