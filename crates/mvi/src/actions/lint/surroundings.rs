//! What a file is linted with besides itself: what lies beside it, who builds it, and what its repository does with
//! images. Read once a repository, and only what the rules that run ask for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use mvi_dockerfile::compose::{Compose, is_debugging_word};
use mvi_dockerfile::inventory::{self, Pipelines, Role};
use mvi_dockerfile::{Automation, Group, IgnorePatterns, Level, LintSettings, RULES, RuleMeta, Selection};

use super::folder::{Folder, Ways};
use crate::actions::gather::{Gathered, gather};

/// Lock files whose presence in the folder of a build rules ask about.
const LOCKS: &[&str] = &[
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "bun.lock",
    "bun.lockb",
    "composer.lock",
    "go.sum",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "pdm.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "rebar.lock",
    "requirements.txt",
    "uv.lock",
    "yarn.lock",
];
/// Ends of files that vouch for the file before them.
const VOUCHERS: &[&str] = &["sha256", "sha512", "asc", "sig", "minisig", "sigstore.json"];
/// Longest `.dockerignore` that is read, bytes.
const LONGEST_IGNORE: u64 = 1 << 20;
/// Most documents that are searched for a word about looking into a service.
const MOST_DOCUMENTS: usize = 2_000;
/// What such a document says.
const GUIDES: &[&str] =
    &["kubectl debug", "docker debug", "--profile debug", "nsenter ", "network container:", "netshoot"];

/// What the rules that run ask for.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Who builds a file, and which locks are beside it: everything that is about what ships.
    builds: bool,
    automation: bool,
    elixir: bool,
    guide: bool,
    ignored: bool,
}

/// Finds what belongs to files, and remembers it.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// Folders that were named, in which files without a repository of git belong together.
    folders: Vec<Arc<Path>>,
    asked: Asked,
    /// Whether somebody said which stages are built.
    are_targets_stated: bool,
    ways: Ways,
    places: Mutex<HashMap<Arc<Path>, Arc<OnceLock<Place>>>>,
}

/// What is known of a repository.
#[derive(Debug)]
struct Place {
    /// What its files are judged by, as far as they do not differ.
    settings: Arc<LintSettings>,
    built: BTreeMap<String, Built>,
}

/// Who builds a Dockerfile, and how.
#[derive(Debug, Default)]
struct Built {
    targets: Vec<String>,
    builds_last: bool,
    /// Folders, from the repository's.
    contexts: BTreeSet<String>,
    automation: Option<Automation>,
}

impl Surroundings {
    /// Those that files below these folders have, as far as the rules that run ask.
    pub(crate) fn new(folders: &[PathBuf], settings: &LintSettings) -> Self {
        let folders = folders.iter().filter_map(|folder| fs::canonicalize(folder).ok().filter(|path| path.is_dir()));
        Self {
            folders: folders.map(Arc::from).collect(),
            asked: Asked::of(&settings.selection),
            are_targets_stated: !settings.targets.is_empty(),
            ways: Ways::default(),
            places: Mutex::default(),
        }
    }

    /// The settings of a file: those of all, which have to be the same every time, and what belongs to it.
    pub(super) fn settings_of(&self, path: &Path, all: &Arc<LintSettings>) -> Arc<LintSettings> {
        let Asked { builds, automation, elixir, guide, ignored } = self.asked;
        if !(builds || automation || elixir || guide || ignored) {
            return Arc::clone(all);
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (Some(folder), Some(name)) = (self.ways.open(folder), path.file_name()) else { return Arc::clone(all) };
        let root = self.root_of(&folder);
        let place = root.as_ref().map(|root| self.place(root, all));
        let place = place.as_ref().and_then(|place| place.get());
        let path = folder.path.join(name);
        let relative = root.as_ref().and_then(|root| path.strip_prefix(root).ok()).and_then(Path::to_str);
        let built = relative.and_then(|relative| place?.built.get(relative));
        let contexts: Vec<Folder> = match (built, &root) {
            (Some(built), Some(root)) if !built.contexts.is_empty() => {
                built.contexts.iter().map(|context| Folder::open(root.join(context))).collect()
            }
            _ => Vec::new(),
        };
        let contexts = if contexts.is_empty() { std::slice::from_ref(&folder) } else { &contexts };
        let locks: Vec<Lock> = if builds { contexts.iter().flat_map(locks_in).collect() } else { Vec::new() };
        let ignored = if ignored { read_ignored(&folder, name, contexts) } else { None };
        let mut settings = Arc::clone(place.map_or(all, |place| &place.settings));
        if built.is_none() && locks.is_empty() && ignored.is_none() {
            return settings;
        }
        let own = Arc::make_mut(&mut settings);
        if let Some(built) = built {
            own.repository.automation.clone_from(&built.automation);
            if !self.are_targets_stated {
                own.targets.clone_from(&built.targets);
                own.builds_last = built.builds_last;
            }
        }
        for lock in locks {
            own.lock_files.insert(lock.name.to_owned());
            own.repository.verified_locks.extend(lock.is_vouched_for.then(|| lock.name.to_owned()));
        }
        if ignored.is_some() {
            own.ignored = ignored;
        }
        settings
    }

    /// The repository a folder is in: where git's is, else the folder that was named.
    fn root_of(&self, folder: &Folder) -> Option<Arc<Path>> {
        let named = || self.folders.iter().find(|named| folder.path.starts_with(named));
        folder.repository.as_ref().or_else(named).map(Arc::clone)
    }

    fn place(&self, root: &Arc<Path>, all: &LintSettings) -> Arc<OnceLock<Place>> {
        let cell = match self.places.lock() {
            Ok(mut places) => Arc::clone(places.entry(Arc::clone(root)).or_default()),
            Err(_) => Arc::default(),
        };
        // Others who ask for the same wait; those who ask for another repository do not.
        cell.get_or_init(|| Place::read(root, self.asked, all));
        cell
    }
}

impl Asked {
    fn of(selection: &Selection) -> Self {
        let runs = |is_asking: &dyn Fn(&RuleMeta) -> bool| {
            let mut rules = RULES.iter().enumerate();
            rules.any(|(index, rule)| is_asking(rule.meta()) && selection.rule(index).level(Level::Error).is_some())
        };
        let code = |codes: &'static [&'static str]| runs(&|meta| codes.contains(&meta.code));
        Self {
            builds: runs(&|meta| {
                matches!(meta.group, Group::Recommendation | Group::Narrative | Group::Sovereignty | Group::Law)
            }),
            automation: code(&["REC-05", "REC-08", "REC-10", "REC-12", "REC-13", "REC-14"]),
            elixir: code(&["REC-01"]),
            guide: code(&["REC-09"]),
            ignored: code(&["MVI5010"]),
        }
    }
}

impl Place {
    fn read(root: &Path, asked: Asked, all: &LintSettings) -> Self {
        let gathered = gather(root, |path| match inventory::role(path) {
            Some(Role::Yaml) => is_build_file(path),
            Some(Role::Script) => true,
            Some(Role::Dockerfile) | None => false,
        });
        let dockerfiles = gathered.paths.iter().filter(|path| inventory::role(path) == Some(Role::Dockerfile));
        let uses = inventory::builds(dockerfiles.map(String::as_str), &gathered.files);
        let pipelines = if asked.automation { Pipelines::read(&gathered.files) } else { Pipelines::default() };
        let built = uses.into_iter().map(|(path, uses)| {
            let mut built = Built { automation: pipelines.of(&uses), ..Built::default() };
            for usage in uses.into_iter().filter(|usage| usage.kind.builds()) {
                built.contexts.extend(usage.context.filter(|context| !context.contains(['$', ':'])));
                match usage.target {
                    // Which stage a variable means is not known: it may be the last.
                    Some(target) if !target.contains('$') => built.targets.push(target),
                    Some(_) | None => built.builds_last = true,
                }
            }
            (path, built)
        });
        let mut settings = all.clone();
        settings.repository.has_elixir = asked.elixir.then(|| has_elixir(&gathered)).flatten();
        settings.repository.has_debug_guide = asked.guide.then(|| has_debug_guide(root, &gathered)).flatten();
        Self { settings: Arc::new(settings), built: built.collect() }
    }
}

/// Whether a file of YAML may build images: other YAML is not worth the time.
fn is_build_file(path: &str) -> bool {
    inventory::is_pipeline(path) || Compose::is_name(path.rsplit('/').next().unwrap_or_default())
}

fn has_elixir(gathered: &Gathered) -> Option<bool> {
    let is_elixir = |path: &String| path.ends_with(".ex") || path.ends_with(".exs");
    let found = gathered.paths.iter().any(is_elixir);
    (found || gathered.is_whole()).then_some(found)
}

/// Whether a Compose profile, a runbook or a document says how to look into a running service.
fn has_debug_guide(root: &Path, gathered: &Gathered) -> Option<bool> {
    let profile = gathered.files.iter().any(|file| {
        Compose::is_name(file.path.rsplit('/').next().unwrap_or_default()) && {
            let compose = Compose::parse(&file.bytes);
            let mut profiles = compose.services.iter().flat_map(|service| &service.profiles);
            profiles.any(|profile| is_debugging_word(&profile.text))
        }
    });
    let is_document = |path: &str| [".md", ".rst", ".adoc", ".txt"].iter().any(|end| path.ends_with(end));
    let is_runbook = |path: &String| path.to_ascii_lowercase().contains("runbook") && is_document(path);
    if profile || gathered.paths.iter().any(is_runbook) {
        return Some(true);
    }
    let says = |path: &&String| {
        let text = fs::File::open(root.join(path)).ok().and_then(|file| {
            let mut text = Vec::new();
            file.take(LONGEST_IGNORE).read_to_end(&mut text).ok()?;
            Some(String::from_utf8_lossy(&text).to_lowercase())
        });
        text.is_some_and(|text| GUIDES.iter().any(|guide| text.contains(guide)))
    };
    let documents: Vec<&String> = gathered.paths.iter().filter(|path| is_document(path)).collect();
    let found = documents.iter().take(MOST_DOCUMENTS).any(says);
    let is_all = documents.len() <= MOST_DOCUMENTS && gathered.is_whole();
    (found || is_all).then_some(found)
}

/// A lock file in the folder of a build.
struct Lock {
    name: &'static str,
    /// Whether a checksum or signature lies beside it.
    is_vouched_for: bool,
}

fn locks_in(folder: &Folder) -> impl Iterator<Item = Lock> {
    LOCKS.iter().filter(|name| folder.file(name).is_some()).map(|name| {
        let is_vouched_for = VOUCHERS.iter().any(|end| folder.file(format!("{name}.{end}")).is_some());
        Lock { name, is_vouched_for }
    })
}

/// What keeps files out of the build: the file beside the Dockerfile that is named after it, else the one in the folder
/// that is built. `None` where there is none, or where one file is built from folders that do not agree.
fn read_ignored(folder: &Folder, dockerfile: &OsStr, contexts: &[Folder]) -> Option<IgnorePatterns> {
    let read = |folder: &Folder, name: &OsStr| {
        let path = folder.file(name)?;
        if fs::metadata(&path).ok()?.len() > LONGEST_IGNORE {
            return None;
        }
        Some(IgnorePatterns::parse(&String::from_utf8_lossy(&fs::read(path).ok()?)))
    };
    let of_context = |context: &Folder| {
        [".dockerignore", ".containerignore"].iter().find_map(|name| read(context, OsStr::new(name)))
    };
    let mut own = dockerfile.to_owned();
    own.push(".dockerignore");
    read(folder, &own).or_else(|| {
        let mut all = contexts.iter().map(of_context);
        let first = all.next()??;
        all.all(|other| other.as_ref() == Some(&first)).then_some(first)
    })
}
