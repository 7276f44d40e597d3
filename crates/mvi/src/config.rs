//! `mvi.toml`: what a team writes down once, found upwards from the working directory. Flags and the environment win.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

const NAME: &str = "mvi.toml";
/// Longest file that is read, bytes.
const LONGEST: u64 = 1 << 20;

/// The settings of a `mvi.toml`; paths in it are relative to the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the fleet is remembered.
    pub fleet: FleetConfig,
    /// Change requests that live in git.
    pub crq: CrqConfig,
    /// Sealed ROMs.
    pub rom: RomConfig,
    /// Dockerfiles.
    pub lint: LintConfig,
    /// Who may approve what.
    #[serde(rename = "approver")]
    pub approvers: Vec<Approver>,
    /// Findings about packages and images that are permitted for a while.
    #[serde(rename = "waiver")]
    pub waivers: Vec<WaiverConfig>,
    /// The folder the file is in; empty without a file.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// `[fleet]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FleetConfig {
    /// The database.
    pub store: Option<PathBuf>,
}

/// `[crq]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CrqConfig {
    /// Folder of `*.toml`, one change request each.
    pub folder: Option<PathBuf>,
    /// True when no approval counts without the seal of an approver's key.
    pub sealed: bool,
}

/// `[rom]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RomConfig {
    /// Folder of sealed records.
    pub folder: Option<PathBuf>,
    /// Public keys that may seal.
    pub trusted: Vec<PathBuf>,
}

/// `[lint]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LintConfig {
    /// Rules that run, and no others.
    pub select: Vec<String>,
    /// Rules that do not run.
    pub ignore: Vec<String>,
    /// Rules whose findings are errors.
    pub error: Vec<String>,
    /// Rules whose findings are warnings.
    pub warning: Vec<String>,
    /// Rules whose findings are infos.
    pub info: Vec<String>,
    /// Rules whose findings are matters of style.
    pub style: Vec<String>,
    /// From which level on a run fails.
    pub fail_on: Option<String>,
    /// Paths in folders that are left out, as in `.gitignore`.
    pub exclude: Vec<String>,
    /// Findings that were there before.
    pub baseline: Option<PathBuf>,
    /// Stages that something builds by name.
    pub targets: Vec<String>,
    /// The standard that bases and workloads are judged by: one that is built in, or a file.
    pub standard: Option<String>,
    /// Registries that images may come from.
    pub trusted_registries: Vec<String>,
    /// Images that manifests may run, `*` standing for anything.
    pub allowed_images: Vec<String>,
    /// Labels that images need, and what they are.
    pub labels: BTreeMap<String, String>,
    /// Whether other labels are findings.
    pub strict_labels: Option<bool>,
    /// Whether comments that ignore findings count.
    pub pragmas: Option<bool>,
    /// The class of what files build that do not say it: a row of the standard.
    pub class: Option<String>,
    /// Labels by which an organism is told: school, role, exposure, owner.
    pub organism_labels: Vec<String>,
    /// Platforms that images are built for.
    pub platforms: Vec<String>,
    /// Platforms that bases are there for, by their names in `FROM`: a registry alone knows them.
    pub base_platforms: BTreeMap<String, Vec<String>>,
    /// A lock of bases: a TOML file whose `[bases]` says what each is pinned to.
    pub lock: Option<PathBuf>,
    /// Whether `shellcheck` is asked, where it is installed.
    pub shellcheck: Option<bool>,
}

/// `[[waiver]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaiverConfig {
    /// The advisory, by any of its names, or the code of a checkpoint.
    pub id: String,
    /// The package, by its name; nothing for all that have it.
    pub package: Option<String>,
    /// The path that a finding of `mvi check` is at; nothing for all of its code.
    pub path: Option<String>,
    /// The last day on which it is permitted.
    #[serde(deserialize_with = "day")]
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// A day as TOML writes it, or as text.
fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Toml(toml::value::Datetime),
        Text(String),
    }
    let text = match Day::deserialize(from)? {
        Day::Toml(day) => day.to_string(),
        Day::Text(text) => text,
    };
    text.parse().map_err(|error| D::Error::custom(format!("`{text}` is no day: {error}")))
}

/// `[[approver]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approver {
    /// Who, as approvals name them.
    pub name: String,
    /// What they may speak for: VSM roles (`S3`, `S5`) and owners of GIDs (`SIGNALS`).
    pub groups: Vec<String>,
    /// Their public key: what they approve carries its seal.
    pub key: Option<PathBuf>,
    /// Since when, for people who approved before they had a key.
    pub key_since: Option<Timestamp>,
}

impl Config {
    /// The settings for work in `folder`: the nearest `mvi.toml` there or above; none is fine.
    ///
    /// # Errors
    /// A file that cannot be read, or that says something this program does not know.
    pub(crate) fn find(folder: &Path) -> anyhow::Result<Self> {
        for folder in folder.ancestors() {
            let path = folder.join(NAME);
            match fs::metadata(&path) {
                Ok(metadata) if metadata.len() > LONGEST => {
                    anyhow::bail!("`{}` is larger than {LONGEST} bytes", path.display())
                }
                Ok(_) => return Self::read(&path),
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => return Err(error).with_context(|| format!("cannot look for `{}`", path.display())),
            }
        }
        Ok(Self::default())
    }

    /// The settings of a file.
    ///
    /// # Errors
    /// A file that cannot be read, or that says something this program does not know.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut config: Self = toml::from_str(&text).with_context(|| format!("`{}` is not valid", path.display()))?;
        config.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(config)
    }

    /// A path of the file, seen from where the program runs.
    #[must_use]
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot write its file should stop
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_counts_and_its_paths_are_its_own() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(root.path().join(NAME), "[fleet]\nstore = \"far.db\"\n").unwrap();
        fs::write(root.path().join("a").join(NAME), "[fleet]\nstore = \"near.db\"\n").unwrap();
        let config = Config::find(&below).unwrap();
        assert_eq!(config.path(&config.fleet.store.clone().unwrap()), root.path().join("a/near.db"));
        fs::write(root.path().join("a").join(NAME), "[flete]\n").unwrap();
        let error = format!("{:#}", Config::find(&below).unwrap_err());
        assert!(error.contains("a/mvi.toml` is not valid") && error.contains("flete"), "{error}");
    }
}
