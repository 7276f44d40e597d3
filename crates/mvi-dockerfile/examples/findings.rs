//! Lints files and prints `PATH:LINE CODE` for each finding: `findings [--config=FILE] PATH...`, folders with all below.
//! The line is that of the instruction a finding is about, as hadolint has it. `--config` is a `.hadolint.yaml`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use mvi_dockerfile::{Dockerfile, Finding, HadolintConfig, LintSettings, lint};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (options, names): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|one| one.starts_with("--"));
    let settings = settings(options.iter().find_map(|option| option.strip_prefix("--config=")))?;
    let mut paths = Vec::new();
    for name in &names {
        walk(Path::new(name), &mut paths)?;
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut seconds = 0.0;
    for path in &paths {
        let bytes = std::fs::read(path)?;
        let start = Instant::now();
        let file = Dockerfile::parse(&bytes);
        let findings = lint(&file, &settings);
        seconds += start.elapsed().as_secs_f64();
        let lines: BTreeSet<(u32, &str)> = findings.iter().map(|one| (line(&file, one), &*one.code)).collect();
        for (line, code) in lines {
            writeln!(out, "{}:{line} {code}", path.display())?;
        }
    }
    out.flush()?;
    eprintln!("{} files in {seconds:.3} s", paths.len());
    Ok(())
}

fn settings(config: Option<&str>) -> Result<LintSettings, Box<dyn std::error::Error>> {
    let mut settings = LintSettings::default();
    let Some(path) = config else { return Ok(settings) };
    let config = HadolintConfig::parse(&std::fs::read_to_string(path)?)?;
    settings.selection = config.choices.resolve();
    settings.trusted_registries = config.trusted_registries;
    settings.label_schema = config.label_schema;
    settings.strict_labels = config.strict_labels.unwrap_or_default();
    settings.pragmas_count = !config.disable_ignore_pragma.unwrap_or_default();
    Ok(settings)
}

/// The line of the instruction a finding is in, else its own.
fn line(file: &Dockerfile, finding: &Finding) -> u32 {
    let offset = finding.span.start;
    let inside = file.instructions().iter().find(|one| one.span.start <= offset && offset <= one.span.end);
    file.position(inside.map_or(offset, |one| one.span.start)).line
}

fn walk(path: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        paths.push(path.to_owned());
        return Ok(());
    }
    let mut items: Vec<PathBuf> =
        std::fs::read_dir(path)?.map(|item| item.map(|item| item.path())).collect::<std::io::Result<_>>()?;
    items.sort();
    items.iter().filter(|item| !item.is_symlink()).try_for_each(|item| walk(item, paths))
}
