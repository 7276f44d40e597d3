//! `mvi spiral`.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use mvi_forecast::Row as Build;
use mvi_probe::build::choose;
use mvi_seal::{PublicKey, RomFolder, SigningKey};
use mvi_standard::Standard;
use mvi_standard::standard::Row;

use super::args::Format;
use super::args::spiral::{RunArgs, ShowArgs, SpiralArgs, SpiralVerb, UntilArg};
use super::build::GUARD;
use super::fleet::{Desk, levels};
use super::key::{public_keys, signing_key};
use super::look::examine_options;
use super::output::{Exit, Failure, show};
use super::probe::runtime;
use crate::actions::advisories::open;
use crate::actions::predict::{read_history, schema};
use crate::actions::source::class_of;
use crate::actions::spiral::{Card, RunPlan, State, Tools, Wish, Word, log, run as spin, status};
use crate::progress::Bars;
use crate::render::{Report, harmless, paint};
use crate::report::spiral::SpiralReport;
use crate::{settings, standards};

/// Longest history that is read, bytes.
const LONGEST: u64 = 256 << 20;

pub(super) fn run(args: &SpiralArgs) -> Result<Exit, Failure> {
    match &args.verb {
        SpiralVerb::Run(args) => begin(args),
        SpiralVerb::Status(args) => {
            let standard = standards::load(args.standard.as_deref())?;
            show(&Report::Spiral(&status(&standard, &folder_of(args))?), args.report.format)?;
            Ok(Exit::Fine)
        }
        SpiralVerb::Log(args) => {
            show(&Report::SpiralLog(&log(&folder_of(args))?), args.report.format)?;
            Ok(Exit::Fine)
        }
    }
}

fn folder_of(args: &ShowArgs) -> PathBuf {
    args.work.clone().unwrap_or_else(|| args.source.join(".mvi/spiral"))
}

fn begin(args: &RunArgs) -> Result<Exit, Failure> {
    let source = args.source.canonicalize().ok().filter(|source| source.is_dir());
    let source = source.ok_or_else(|| Failure::usage(format!("`{}` is no folder", args.source.display())))?;
    let desk = Desk::of(&args.store)?;
    let dockerfile = (args.file.as_deref(), args.target.as_deref());
    let class = class_of(&desk.standard, args.class.as_deref(), (&source, dockerfile));
    let class = class.map_err(|error| Failure::usage(format!("{error:#}")))?;
    let until = until(args.until);
    let wish = wish(args, (&source, class, until))?;
    let folder = own_folder(args, &source)?;
    let key = args.key.as_deref().map(|key| signing_key(key, &args.password)).transpose()?;
    let (roms, trusted) = roms(&desk, args, key.as_ref())?;
    let options = examine_options(&args.read)?;
    let index = args.db.as_deref().map(|file| open(file).map(|index| (index, file))).transpose()?;
    let history = history(&desk.standard, &args.history)?;
    let (program, temporary, search_path) =
        (settings::own_program()?, settings::temporary_dir(), settings::search_path());
    let quiet = args.read.quiet;
    let bars = Bars::new(true);
    let tools = Tools {
        standard: &desk.standard,
        options: &options,
        progress: &bars,
        builder: choose(&args.builder).map_err(|error| format!("{error:#}")),
        more: &args.more,
        limit: Duration::from_secs(args.timeout),
        runtime: runtime(args.runtime),
        search_path: &search_path,
        guard: (&program, &[GUARD]),
        temporary: &temporary,
        index: index.as_ref().map(|(index, file)| (index, *file)),
        history: &history,
        threads: args.read.jobs.unwrap_or_else(settings::processors),
        key: key.as_ref(),
        roms: (&roms, &trusted),
        clock: &settings::now,
        seed: settings::seed()?,
        watch: &|word| tell(word, quiet, args.verbose),
    };
    let mut memory = match until {
        State::Probed | State::Measured => None,
        State::Ingested | State::Predicted | State::Sealed | State::Registered => {
            Some(desk.memory(desk.write_or_create()?)?)
        }
    };
    let report = spin(&wish, &tools, memory.as_mut(), &folder)?;
    finish(&report, args)
}

fn finish(report: &SpiralReport, args: &RunArgs) -> Result<Exit, Failure> {
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Spiral(report), args.report.format)?;
    }
    Ok(if report.stops.is_empty() { Exit::Fine } else { Exit::Failed })
}

/// Tells what is done; a terminal that is gone stops nothing.
fn tell(word: Word<'_>, quiet: bool, verbose: bool) {
    let _ = match word {
        Word::Step(text) if !quiet => {
            writeln!(anstream::stderr(), "{}▸ {}{:#}", paint::DIM, harmless(text), paint::DIM)
        }
        Word::Builder(line) if verbose && !quiet => writeln!(anstream::stderr(), "  {}", harmless(line)),
        Word::Step(_) | Word::Builder(_) => Ok(()),
    };
}

fn wish<'a>(args: &'a RunArgs, (source, class, until): (&'a Path, &'a Row, State)) -> Result<Wish<'a>, Failure> {
    if let Some(argument) = args.build_arg.iter().find(|argument| argument.starts_with('=')) {
        return Err(Failure::usage(format!("`{argument}` is no build argument; write NAME=VALUE")));
    }
    if let Some(file) = args.file.as_deref().filter(|file| !source.join(file).is_file()) {
        return Err(Failure::usage(format!("there is no `{}` in `{}`", file.display(), source.display())));
    }
    if !(args.patience > 0.0 && args.patience <= 86_400.0) {
        return Err(Failure::usage(format!("--patience is more than 0 and at most 86400 s, not {}", args.patience)));
    }
    let sostle = args.sostle.as_deref().map(levels).transpose()?;
    Ok(Wish {
        source,
        dockerfile: args.file.as_deref(),
        target: args.target.as_deref(),
        name: name(args, source)?,
        class,
        bases: args.bases.iter().cloned().collect(),
        others: args.image.iter().cloned().collect(),
        arguments: &args.build_arg,
        level: sostle.filter(|(low, high)| low == high).map(|(low, _)| low),
        epoch: args.epoch,
        runs: RunPlan {
            runs: args.runs as usize,
            ready: args.ready.clone(),
            settle_ms: args.settle,
            patience_s: args.patience,
        },
        until,
        fresh: args.fresh,
        card: Card { owner: args.owner.clone(), school: args.school.clone(), vsm: args.vsm.clone(), sostle },
    })
}

/// `REPOSITORY:TAG`, of the folder's name where none is stated.
fn name(args: &RunArgs, source: &Path) -> Result<String, Failure> {
    let own = || {
        let name = source.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        name.chars().map(letter).collect::<String>().trim_matches('-').to_owned()
    };
    let name = args.name.clone().unwrap_or_else(own);
    let is_bad = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '@';
    if name.is_empty() || name.len() > 256 || name.contains(is_bad) || name != name.to_lowercase() {
        return Err(Failure::usage(format!(
            "`{name}` is no name of an image: REPOSITORY[:TAG], in lower case (--name)"
        )));
    }
    let has_tag = name.rsplit('/').next().is_some_and(|last| last.contains(':'));
    Ok(if has_tag { name } else { format!("{name}:latest") })
}

/// The row that is named; else that of the Dockerfile's base; else that of the files that lie there.
/// The spiral's own folder, which no repository takes in.
fn own_folder(args: &RunArgs, source: &Path) -> Result<PathBuf, Failure> {
    let folder = args.work.clone().unwrap_or_else(|| source.join(".mvi/spiral"));
    let failed = || format!("cannot make `{}`; name another folder: --work DIR", folder.display());
    fs::create_dir_all(&folder).with_context(failed)?;
    let folder = folder.canonicalize().with_context(failed)?;
    if folder.as_os_str().to_string_lossy().contains(':') {
        let text = format!(
            "builders take no archives from `{}`, as it has a colon; name another folder: --work",
            folder.display()
        );
        return Err(Failure::usage(text));
    }
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n").with_context(failed)?;
    }
    Ok(folder)
}

fn roms(desk: &Desk, args: &RunArgs, key: Option<&SigningKey>) -> Result<(RomFolder, Vec<PublicKey>), Failure> {
    let config = desk.config();
    let configured = config.rom.folder.as_deref().map(|folder| config.path(folder));
    let folder = args.rom_folder.clone().or(configured).or_else(|| settings::data_dir().map(|data| data.join("rom")));
    let folder = folder.ok_or_else(|| Failure::usage("name the ROMs' folder with --rom-folder"))?;
    let stated: Vec<PathBuf> = config.rom.trusted.iter().map(|key| config.path(key)).collect();
    let mut trusted = public_keys(&stated)?;
    if let Some(own) = key.map(SigningKey::public).filter(|own| !trusted.contains(own)) {
        trusted.push(own);
    }
    Ok((RomFolder::new(folder), trusted))
}

fn history(standard: &Standard, files: &[PathBuf]) -> Result<Vec<Build>, Failure> {
    let schema = schema(standard).map_err(anyhow::Error::from)?;
    let mut rows = Vec::new();
    for file in files {
        let mut text = String::new();
        let read = File::open(file).and_then(|opened| opened.take(LONGEST).read_to_string(&mut text));
        read.with_context(|| format!("cannot read `{}`", file.display()))?;
        let told = read_history(standard, &schema, &text);
        rows.extend(told.map_err(|error| Failure::usage(format!("`{}`: {error:#}", file.display())))?);
    }
    Ok(rows)
}

fn until(until: UntilArg) -> State {
    match until {
        UntilArg::Probed => State::Probed,
        UntilArg::Measured => State::Measured,
        UntilArg::Ingested => State::Ingested,
        UntilArg::Predicted => State::Predicted,
        UntilArg::Sealed => State::Sealed,
        UntilArg::Registered => State::Registered,
    }
}
