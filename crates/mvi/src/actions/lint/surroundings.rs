//! What a file is linted with besides itself: what lies beside it, who builds it, and what its repository does with
//! images. Read once a repository, and only what the rules that run ask for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use mvi_dockerfile::compose::{Compose, is_debugging_word};
use mvi_dockerfile::inventory::{self, Pipelines, Role};
use mvi_dockerfile::{Automation, Group, IgnorePatterns, Level, LintSettings, RULES, RuleMeta, Selection};

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
    folders: Vec<PathBuf>,
    asked: Asked,
    /// Whether somebody said which stages are built.
    are_targets_stated: bool,
    /// The repository of git that each folder seen so far is in.
    roots: Mutex<HashMap<PathBuf, Option<PathBuf>>>,
    places: Mutex<HashMap<PathBuf, Arc<OnceLock<Place>>>>,
}

/// What is known of a repository.
#[derive(Debug, Default)]
struct Place {
    has_elixir: Option<bool>,
    has_debug_guide: Option<bool>,
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
            folders: folders.collect(),
            asked: Asked::of(&settings.selection),
            are_targets_stated: !settings.targets.is_empty(),
            roots: Mutex::default(),
            places: Mutex::default(),
        }
    }

    /// Adds what belongs to a file to its settings.
    pub(super) fn add(&self, path: &Path, settings: &mut LintSettings) {
        let Asked { builds, automation, elixir, guide, ignored } = self.asked;
        if !(builds || automation || elixir || guide || ignored) {
            return;
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (Ok(folder), Some(name)) = (fs::canonicalize(folder), path.file_name()) else { return };
        let path = folder.join(name);
        let root = self.root_of(&folder);
        let place = root.as_deref().map(|root| self.place(root));
        let place = place.as_ref().and_then(|place| place.get());
        let relative = root.as_deref().and_then(|root| path.strip_prefix(root).ok()).and_then(Path::to_str);
        let built = relative.and_then(|relative| place?.built.get(relative));
        if let Some(place) = place {
            settings.repository.has_elixir = place.has_elixir;
            settings.repository.has_debug_guide = place.has_debug_guide;
        }
        if let Some(built) = built {
            settings.repository.automation.clone_from(&built.automation);
            if !self.are_targets_stated {
                settings.targets.clone_from(&built.targets);
                settings.builds_last = built.builds_last;
            }
        }
        let contexts: Vec<PathBuf> = match (built, &root) {
            (Some(built), Some(root)) if !built.contexts.is_empty() => {
                built.contexts.iter().map(|context| root.join(context)).collect()
            }
            _ => vec![folder],
        };
        if builds {
            contexts.iter().for_each(|context| add_locks(context, settings));
        }
        if ignored {
            settings.ignored = read_ignored(&path, &contexts);
        }
    }

    /// The repository a folder is in: where git's is, else the folder that was named.
    fn root_of(&self, folder: &Path) -> Option<PathBuf> {
        let mut roots = self.roots.lock().ok()?;
        let of_git = of_git(folder, &mut roots);
        of_git.or_else(|| self.folders.iter().find(|named| folder.starts_with(named)).cloned())
    }

    fn place(&self, root: &Path) -> Arc<OnceLock<Place>> {
        let cell = match self.places.lock() {
            Ok(mut places) => Arc::clone(places.entry(root.to_owned()).or_default()),
            Err(_) => Arc::default(),
        };
        // Others who ask for the same wait; those who ask for another repository do not.
        cell.get_or_init(|| Place::read(root, self.asked));
        cell
    }
}

/// The nearest folder, from this one up, with a repository of git; each folder is looked into once.
fn of_git(folder: &Path, known: &mut HashMap<PathBuf, Option<PathBuf>>) -> Option<PathBuf> {
    if let Some(root) = known.get(folder) {
        return root.clone();
    }
    let root = if folder.join(".git").exists() {
        Some(folder.to_owned())
    } else {
        folder.parent().and_then(|parent| of_git(parent, known))
    };
    known.insert(folder.to_owned(), root.clone());
    root
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
    fn read(root: &Path, asked: Asked) -> Self {
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
        Self {
            built: built.collect(),
            has_elixir: asked.elixir.then(|| has_elixir(&gathered)).flatten(),
            has_debug_guide: asked.guide.then(|| has_debug_guide(root, &gathered)).flatten(),
        }
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

/// Entries of a folder up to which it is listed; of a larger one, or a secret one, each lock file is asked for.
const LISTED: usize = 200;

/// The lock files of a folder.
fn locks_in(folder: &Path) -> Vec<&'static str> {
    let names: Option<Vec<OsString>> = fs::read_dir(folder).ok().and_then(|entries| {
        let names: Vec<_> = entries.take(LISTED + 1).filter_map(|entry| Some(entry.ok()?.file_name())).collect();
        (names.len() <= LISTED).then_some(names)
    });
    let is_listed = |name: &&&str| names.as_ref().is_none_or(|names| names.iter().any(|entry| entry == **name));
    LOCKS.iter().filter(is_listed).filter(|name| folder.join(name).is_file()).copied().collect()
}

fn add_locks(context: &Path, settings: &mut LintSettings) {
    for lock in locks_in(context) {
        settings.lock_files.insert(lock.to_owned());
        if VOUCHERS.iter().any(|end| context.join(format!("{lock}.{end}")).is_file()) {
            settings.repository.verified_locks.push(lock.to_owned());
        }
    }
}

/// What keeps files out of the build: the file beside the Dockerfile that is named after it, else the one in the folder
/// that is built. `None` where there is none, or where one file is built from folders that do not agree.
fn read_ignored(dockerfile: &Path, contexts: &[PathBuf]) -> Option<IgnorePatterns> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    let read = |path: &Path| {
        let metadata = fs::metadata(path).ok().filter(|metadata| metadata.is_file())?;
        if metadata.len() > LONGEST_IGNORE {
            return None;
        }
        Some(IgnorePatterns::parse(&String::from_utf8_lossy(&fs::read(path).ok()?)))
    };
    let of_context = |context: &PathBuf| {
        let names = [".dockerignore", ".containerignore"];
        names.iter().find_map(|name| read(&context.join(name)))
    };
    read(Path::new(&own)).or_else(|| {
        let mut all = contexts.iter().map(of_context);
        let first = all.next()??;
        all.all(|other| other.as_ref() == Some(&first)).then_some(first)
    })
}
