//! Timed rebuilds after a change of one source file: AC-BUILD of Image Standard V13.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, anyhow};
use mvi_dockerfile::{Body, Dockerfile};
use mvi_probe::build::{Request, cached_share, copy_context, touch};
use mvi_standard::Standard;
use mvi_standard::judge::{Gate, GateStatus};

use super::{Bench, MeasurePlan};
use crate::report::build::{Cached, Measure, Rebuild};

/// Spaces of the longest line that is added.
const WIDEST: u16 = 4093;

/// Bytes of the largest context that is copied.
const CONTEXT: u64 = 8 << 30;

/// A copy of the context, in the build's folder.
pub(super) fn copy(context: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let to = folder.join("context");
    copy_context(context, &to, None, CONTEXT)?;
    Ok(to)
}

impl Bench<'_, '_> {
    /// Times rebuilds of a private context.
    pub(super) fn measure(&mut self, request: &Request<'_>, plan: MeasurePlan<'_>) -> anyhow::Result<Measure> {
        let chosen = match plan.touch {
            Some(file) => inside(file, self.plan.request.context),
            None => chosen(request)?,
        };
        let mut rebuilds = Vec::new();
        let mut touched = None;
        for number in 0..plan.rebuilds.max(1) {
            let width = plan.salt.wrapping_add(u16::try_from(number).unwrap_or_default()) % WIDEST;
            touched = Some(touch(request.context, &chosen, width)?);
            let built = self.ask(request)?;
            self.made.extend(built.id.clone());
            let (hits, of) = cached_share(&built.steps);
            rebuilds.push(Rebuild { seconds: built.took.as_secs_f64(), cached: Cached { hits, of } });
        }
        let touched = touched.ok_or_else(|| anyhow!("nothing was rebuilt"))?;
        let median_s = median(rebuilds.iter().map(|rebuild| rebuild.seconds).collect());
        let gate = gate(plan.standard, median_s, rebuilds.len());
        Ok(Measure { touched, chosen: plan.touch.is_none(), rebuilds, median_s, gate })
    }
}

/// A file as the context has it, whichever folder it was named from.
fn inside(file: &Path, context: &Path) -> PathBuf {
    if context.join(file).exists() && file.is_relative() {
        return file.to_owned();
    }
    let found = file.canonicalize().ok().zip(context.canonicalize().ok());
    let relative = found.and_then(|(file, context)| file.strip_prefix(context).ok().map(Path::to_owned));
    relative.unwrap_or_else(|| file.to_owned())
}

/// The middle of the values; the mean of the two in the middle of an even number.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.len() % 2, values.get(middle)) {
        (1, Some(value)) => *value,
        (_, Some(value)) => f64::midpoint(values[middle - 1], *value),
        (_, None) => f64::NAN,
    }
}

/// The gate on cached rebuilds, where the standard has one.
fn gate(standard: &Standard, median_s: f64, count: usize) -> Option<Gate> {
    let row = standard.acceptance.iter().find(|row| row.metric == "build_cached_s")?;
    let holds = row.op.holds(median_s, row.threshold);
    Some(Gate {
        id: row.id.clone(),
        criterion: row.criterion.clone(),
        status: if holds { GateStatus::Pass } else { GateStatus::Fail },
        measured: Some(median_s),
        operator: row.op,
        threshold: row.threshold,
        unit: row.unit.clone(),
        reason: format!(
            "{median_s:.2} s, the median of {count} cached rebuilds, {} {} s asked",
            row.op.as_str(),
            row.threshold
        ),
    })
}

/// Endings of source files, those of people first.
const SOURCES: &[&str] = &[
    "rs", "go", "py", "js", "ts", "tsx", "jsx", "java", "kt", "c", "cc", "cpp", "h", "cs", "rb", "php", "ex", "exs",
    "erl", "hrl", "swift", "scala", "sh", "html", "css", "txt", "conf", "md",
];

/// Files that are looked at when one has to be chosen.
const MOST: usize = 100_000;

/// The source file that is changed where nobody names one: the first, by kind and path, of what the last `COPY` or
/// `ADD` that takes any from the context does.
fn chosen(request: &Request<'_>) -> anyhow::Result<PathBuf> {
    let ask = || anyhow!("no source file to change shows in the Dockerfile; name one with --touch");
    let file = request.dockerfile.map_or_else(|| dockerfile_of(request.context), Path::to_owned);
    let bytes = fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    for source in copied(&Dockerfile::parse(&bytes)).into_iter().rev() {
        let path: PathBuf =
            Path::new(&source).components().filter(|part| matches!(part, Component::Normal(_))).collect();
        if let Some(found) = first_source(request.context, &path, &file) {
            return Ok(found);
        }
    }
    Err(ask())
}

/// What is copied out of the context, in the order of the file; patterns and variables are left to who names a file.
fn copied(file: &Dockerfile) -> Vec<String> {
    let mut found = Vec::new();
    for instruction in file.instructions() {
        if instruction.flag("from").is_some() {
            continue;
        }
        let (Body::Copy { sources, .. } | Body::Add { sources, .. }) = &instruction.body else { continue };
        let plain = |text: &&str| !text.contains(['*', '?', '[', '$']) && !text.contains("://");
        found.extend(sources.iter().map(|source| source.text.as_str()).filter(plain).map(str::to_owned));
    }
    found
}

fn dockerfile_of(context: &Path) -> PathBuf {
    let names = ["Containerfile", "Dockerfile"].map(|name| context.join(name));
    names.iter().find(|path| path.is_file()).unwrap_or(&names[1]).clone()
}

/// The best source file at or below a path of the context.
fn first_source(context: &Path, path: &Path, dockerfile: &Path) -> Option<PathBuf> {
    let mut best: Option<(usize, PathBuf)> = None;
    let mut pending = vec![path.to_owned()];
    let mut seen = 0;
    while let Some(path) = pending.pop() {
        let here = context.join(&path);
        let Ok(metadata) = fs::symlink_metadata(&here) else { continue };
        if metadata.is_dir() {
            let names = fs::read_dir(&here).into_iter().flatten().flatten().map(|item| item.file_name());
            let is_open = |name: &std::ffi::OsString| !name.to_string_lossy().starts_with('.');
            pending.extend(names.filter(is_open).map(|name| path.join(name)));
        } else if metadata.is_file() && here != dockerfile {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let rank = SOURCES.iter().position(|known| *known == ending).unwrap_or(SOURCES.len());
            let found = (rank, path);
            if best.as_ref().is_none_or(|best| found < *best) {
                best = Some(found);
            }
        }
        seen += 1;
        if seen > MOST {
            break;
        }
    }
    best.map(|(_, path)| path)
}
