//! What `mvi lint` goes by: the environment, `.hadolint.yaml`, `mvi.toml` and flags, the later ones winning.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use mvi_dockerfile::{Choices, HadolintConfig, LabelKind, Level, LintSettings, Threshold};

use mvi_fleet::Store;
use mvi_seal::{RomContent, RomFolder, Sealed};
use mvi_standard::Standard;

use super::args::lint::{LintArgs, LintFailOn, LintFormat};
use super::fleet::{known_fleet, ledger, store_file};
use super::key::public_keys;
use super::output::Failure;
use crate::actions::lint::{Law, add_bases, add_register, add_roms, asks_for_bases};
use crate::actions::template::Pins;
use crate::config::{Config, LintConfig};
use crate::settings;

/// Longest configuration that is read, bytes.
const LONGEST: u64 = 1 << 20;

/// All that was said about one run.
pub(super) struct Rulebook {
    pub(super) settings: Arc<LintSettings>,
    pub(super) format: LintFormat,
    pub(super) fail_on: LintFailOn,
    pub(super) exclude: Vec<String>,
    pub(super) baseline: Option<PathBuf>,
    pub(super) shellcheck: bool,
    /// The law that bases and workloads are under.
    pub(super) law: Law,
}

/// Puts everything together.
pub(super) fn rulebook(args: &LintArgs) -> Result<Rulebook, Failure> {
    let (hadolint, config) = configurations(args)?;
    let lint = &config.lint;
    let environment = environment()?;
    let mut choices = Choices::default();
    let mut settings = LintSettings::default();
    for layer in [&environment, &hadolint] {
        choices.ignore.extend(layer.choices.ignore.iter().cloned());
        choices.levels.extend(layer.choices.levels.iter().cloned());
        settings.trusted_registries.extend(layer.trusted_registries.iter().cloned());
        settings.label_schema.extend(layer.label_schema.iter().map(|(label, kind)| (label.clone(), *kind)));
        settings.strict_labels = layer.strict_labels.unwrap_or(settings.strict_labels);
        settings.pragmas_count = !layer.disable_ignore_pragma.unwrap_or(!settings.pragmas_count);
    }
    let own = choose(args, lint);
    own.check().map_err(|error| Failure::usage(format!("{error}; `mvi lint --list-rules` lists all rules")))?;
    choices.select = own.select;
    choices.ignore.extend(own.ignore);
    choices.levels.extend(own.levels);
    settings.selection = choices.resolve();
    settings.trusted_registries.extend(lint.trusted_registries.iter().chain(&args.rules.trusted_registry).cloned());
    settings.allowed_images = lint.allowed_images.iter().chain(&args.rules.allowed_image).cloned().collect();
    for (label, kind) in labels(args, lint)? {
        settings.label_schema.insert(label, kind);
    }
    settings.strict_labels |= lint.strict_labels.unwrap_or(false) || args.rules.strict_labels;
    settings.pragmas_count &= lint.pragmas.unwrap_or(true) && !args.rules.disable_ignore_pragma;
    settings.targets = if args.rules.target.is_empty() { lint.targets.clone() } else { args.rules.target.clone() };
    let today = || settings::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    settings.today = Some(args.on.unwrap_or_else(today));
    settings.platforms.clone_from(&lint.platforms);
    settings.base_platforms.clone_from(&lint.base_platforms);
    settings.organism_labels = lint.organism_labels.iter().chain(&args.rules.organism_label).cloned().collect();
    settings.class = args.rules.class.clone().or_else(|| lint.class.clone());
    let lock = args.rules.lock.clone().or_else(|| lint.lock.as_ref().map(|path| config.path(path)));
    if let Some(lock) = lock {
        settings.pins = Pins::read(&lock)?.references().map_err(anyhow::Error::from)?;
    }
    let law = law(args, &config)?;
    if asks_for_bases(&settings.selection) {
        about_bases(&law, (args, &config), &mut settings)?;
    }
    let hadolints = hadolint.format.as_deref().or(environment.format.as_deref());
    Ok(Rulebook {
        settings: Arc::new(settings),
        format: args.format.or_else(|| LintFormat::of_hadolint(hadolints?)).unwrap_or(LintFormat::Text),
        fail_on: fail_on(args, lint, [&hadolint, &environment])?,
        exclude: lint.exclude.iter().chain(&args.exclude).cloned().collect(),
        baseline: args.baseline.clone().or_else(|| lint.baseline.as_ref().map(|path| config.path(path))),
        shellcheck: !args.no_shellcheck && lint.shellcheck.unwrap_or(true),
        law,
    })
}

/// The law, of now or of the beginning of the day that was asked about.
fn law(args: &LintArgs, config: &Config) -> Result<Law, Failure> {
    let day = args.on.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let now = day.map_or_else(settings::now, |day| day.timestamp());
    let store = store_file(args.rules.store.as_deref(), config)?;
    let place = config.clone();
    let crqs = move || {
        let read = store.map(|store| ledger(None, &store, &place)).transpose();
        read.map(Option::unwrap_or_default).map_err(|failure| failure.to_string())
    };
    Ok(Law::new(standard(args, config), now, Box::new(crqs)))
}

/// What the standard, the change requests and the fleet say of bases.
fn about_bases(law: &Law, (args, config): (&LintArgs, &Config), settings: &mut LintSettings) -> Result<(), Failure> {
    let told = |error: &str| anyhow::anyhow!(error.to_owned());
    if let Some(class) = &settings.class {
        let standard = law.standard().map_err(told)?;
        if standard.row(class).is_none() {
            let known: Vec<&str> = standard.rows.iter().map(|row| row.id.as_str()).collect();
            let known = known.join(", ");
            return Err(Failure::usage(format!("{} has no row `{class}`; it has {known}", standard.meta.id)));
        }
    }
    add_bases(law.bases().map_err(told)?, settings);
    law.add_exceptions(settings).map_err(told)?;
    let fleet = known_fleet(args.rules.store.as_deref())?;
    if let Some(fleet) = &fleet {
        add_register(fleet, settings)?;
    }
    add_roms(&sealed(fleet.as_ref(), config)?, settings);
    Ok(())
}

/// Sealed records of the fleet and of the ROMs' folder that a key of `mvi.toml` vouches for, in the order they were
/// sealed; what nobody vouches for shows nothing.
fn sealed(fleet: Option<&Store>, config: &Config) -> Result<Vec<RomContent>, Failure> {
    let trusted: Vec<PathBuf> = config.rom.trusted.iter().map(|key| config.path(key)).collect();
    if trusted.is_empty() {
        return Ok(Vec::new());
    }
    let trusted = public_keys(&trusted)?;
    let mut roms: Vec<RomContent> = Vec::new();
    let told = fleet.map(Store::seal_documents).transpose()?.unwrap_or_default();
    for (_, document) in told {
        let bytes = mvi_seal::canonical(&document)?;
        roms.extend(Sealed::from_bytes(bytes).verify(&trusted).ok().map(|verified| verified.content));
    }
    if let Some(folder) = &config.rom.folder {
        let (sound, _) = RomFolder::new(config.path(folder)).verify_all(&trusted)?;
        roms.extend(sound.into_iter().map(|verified| verified.content));
    }
    roms.sort_by_key(|rom| rom.sealed_at);
    roms.dedup();
    Ok(roms)
}

/// The standard as it is stated, else as `mvi.toml` has it: one that is built in, or a file beside it.
fn standard(args: &LintArgs, config: &Config) -> Option<String> {
    let configured = config.lint.standard.as_ref().map(|name| {
        let is_file = Standard::builtin_named(name).is_none();
        if is_file { config.path(Path::new(name)).display().to_string() } else { name.clone() }
    });
    args.rules.standard.clone().or(configured)
}

/// `.hadolint.yaml` and `mvi.toml`; a file that was named is one of them and takes the place of that one.
fn configurations(args: &LintArgs) -> Result<(HadolintConfig, Config), Failure> {
    let named = args.config.as_deref();
    let is_toml = named.is_some_and(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let config = match named {
        Some(path) if is_toml => Config::read(path)?,
        _ => Config::find(&settings::working_dir()?)?,
    };
    let path = match named {
        Some(path) if !is_toml => Some(path.to_owned()),
        _ => settings::hadolint_files().into_iter().find(|path| path.is_file()),
    };
    Ok((path.map(|path| read_hadolint(&path)).transpose()?.unwrap_or_default(), config))
}

fn read_hadolint(path: &Path) -> anyhow::Result<HadolintConfig> {
    let what = || format!("cannot read `{}`", path.display());
    anyhow::ensure!(fs::metadata(path).with_context(what)?.len() <= LONGEST, "`{}` is too large", path.display());
    let text = fs::read_to_string(path).with_context(what)?;
    HadolintConfig::parse(&text).with_context(|| format!("`{}` is not valid", path.display()))
}

fn environment() -> Result<HadolintConfig, Failure> {
    let read = HadolintConfig::from_variables(settings::hadolint_variable);
    Ok(read.context("the environment of hadolint (HADOLINT_…) is not valid")?)
}

fn choose(args: &LintArgs, lint: &LintConfig) -> Choices {
    let rules = &args.rules;
    let lists = [
        (Level::Style, &lint.style),
        (Level::Info, &lint.info),
        (Level::Warning, &lint.warning),
        (Level::Error, &lint.error),
        (Level::Style, &rules.style),
        (Level::Info, &rules.info),
        (Level::Warning, &rules.warning),
        (Level::Error, &rules.error),
    ];
    let levels = lists.iter().flat_map(|(level, names)| names.iter().map(|name| (name.clone(), *level)));
    Choices {
        select: if rules.select.is_empty() { lint.select.clone() } else { rules.select.clone() },
        ignore: lint.ignore.iter().chain(&rules.ignore).cloned().collect(),
        levels: levels.collect(),
    }
}

fn labels(args: &LintArgs, lint: &LintConfig) -> Result<Vec<(String, LabelKind)>, Failure> {
    let stated = args.rules.require_label.iter();
    let stated = stated.map(|label| label.split_once(':').unwrap_or((label.as_str(), "text")));
    let all = lint.labels.iter().map(|(label, kind)| (label.as_str(), kind.as_str())).chain(stated);
    all.map(|(label, kind)| match LabelKind::parse(kind) {
        Some(kind) => Ok((label.to_owned(), kind)),
        None => Err(Failure::usage(format!(
            "the label `{label}` cannot be of the kind `{kind}`; there are text, url, semver, hash, rfc3339, spdx, email"
        ))),
    })
    .collect()
}

/// Flags, then `mvi.toml`, then what hadolint was told; info where nobody says anything, as with hadolint.
fn fail_on(args: &LintArgs, lint: &LintConfig, hadolint: [&HadolintConfig; 2]) -> Result<LintFailOn, Failure> {
    if let Some(stated) = args.fail_on {
        return Ok(stated);
    }
    if let Some(word) = &lint.fail_on {
        use clap::ValueEnum as _;
        return LintFailOn::from_str(word, true).map_err(|_| {
            Failure::usage(format!("`fail_on` in mvi.toml cannot be `{word}`: error, warning, info, style, never"))
        });
    }
    if hadolint.iter().find_map(|layer| layer.no_fail) == Some(true) {
        return Ok(LintFailOn::Never);
    }
    Ok(match hadolint.iter().find_map(|layer| layer.threshold) {
        None | Some(Threshold::Level(Level::Info)) => LintFailOn::Info,
        Some(Threshold::Level(Level::Error)) => LintFailOn::Error,
        Some(Threshold::Level(Level::Warning)) => LintFailOn::Warning,
        Some(Threshold::Any | Threshold::Level(Level::Style)) => LintFailOn::Style,
    })
}
