//! Who uses a Dockerfile: Compose files, pipelines, makefiles, scripts, bake files, and Kubernetes by way of images.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::bake;
use super::ci::{self, Build};
use super::{Known, Role, SourceFile, role};
use crate::compose::Compose;
use crate::kubernetes::Kubernetes;
use crate::manifest::ImageReference;

/// One place that uses a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What kind of file.
    pub kind: UseKind,
    /// The stage that is built, when one is named.
    pub target: Option<String>,
    /// The folder that is built, from the repository's; nothing where an image is only run, or a URL is built.
    pub context: Option<String>,
    /// Platforms it is built for; empty for that of the builder, `None` when that is not known.
    pub platforms: Option<Vec<String>>,
    /// Whether what is built is published from there.
    pub publishes: bool,
}

/// Kinds of files that use Dockerfiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UseKind {
    /// A pipeline: GitHub Actions, GitLab CI, …
    Ci,
    /// A Compose file.
    Compose,
    /// Kubernetes objects that run what is built.
    Kubernetes,
    /// A target of `docker buildx bake`.
    Bake,
    /// A makefile.
    Makefile,
    /// A script.
    Script,
    /// A Dockerfile whose base is what this one builds.
    Dockerfile,
}

impl UseKind {
    /// Whether files of this kind build, and do not only run what others built.
    #[must_use]
    pub const fn builds(self) -> bool {
        match self {
            Self::Ci | Self::Compose | Self::Bake | Self::Makefile | Self::Script => true,
            Self::Kubernetes | Self::Dockerfile => false,
        }
    }

    /// In lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ci => "ci",
            Self::Compose => "compose",
            Self::Kubernetes => "kubernetes",
            Self::Bake => "bake",
            Self::Makefile => "makefile",
            Self::Script => "script",
            Self::Dockerfile => "dockerfile",
        }
    }
}

struct Finder {
    paths: BTreeSet<String>,
    uses: BTreeMap<String, Vec<Use>>,
    /// Dockerfiles by the repositories of the images that are built from them.
    images: HashMap<String, BTreeSet<String>>,
}

/// The uses of each Dockerfile, by its path.
pub(super) fn find(known: &[Known], files: &[SourceFile]) -> BTreeMap<String, Vec<Use>> {
    let mut finder = Finder::new(known.iter().map(|known| known.path.clone()).collect());
    let objects = finder.read(files);
    for (path, objects) in &objects {
        finder.kubernetes(path, objects);
    }
    finder.bases(known);
    finder.end()
}

/// The builds of each Dockerfile by its path, without what only runs the images; paths are enough for that.
#[must_use]
pub fn builds<'p>(dockerfiles: impl Iterator<Item = &'p str>, files: &[SourceFile]) -> BTreeMap<String, Vec<Use>> {
    let mut finder = Finder::new(dockerfiles.map(str::to_owned).collect());
    finder.read(files);
    finder.end()
}

impl Finder {
    fn new(paths: BTreeSet<String>) -> Self {
        Self { paths, uses: BTreeMap::new(), images: HashMap::new() }
    }

    /// Notes all builds; returns what may run the images.
    fn read<'f>(&mut self, files: &'f [SourceFile]) -> Vec<(&'f str, Kubernetes)> {
        let mut objects = Vec::new();
        for file in files {
            match role(&file.path) {
                Some(Role::Dockerfile) | None => {}
                Some(Role::Yaml) => self.yaml(file, &mut objects),
                Some(Role::Script) => self.text(file),
            }
        }
        objects
    }

    fn end(mut self) -> BTreeMap<String, Vec<Use>> {
        for uses in self.uses.values_mut() {
            uses.sort();
            uses.dedup();
        }
        self.uses
    }

    fn yaml<'f>(&mut self, file: &'f SourceFile, objects: &mut Vec<(&'f str, Kubernetes)>) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if Compose::is_name(name) {
            self.compose(&file.path, &Compose::parse(&file.bytes));
        } else if ci::is_pipeline(&file.path) {
            self.text(file);
            ci::actions(&file.bytes).into_iter().for_each(|build| self.built(&file.path, UseKind::Ci, build));
        } else if Kubernetes::may_be(&file.bytes) {
            objects.push((&file.path, Kubernetes::parse(&file.bytes)));
        }
    }

    fn compose(&mut self, path: &str, compose: &Compose) {
        for service in &compose.services {
            let Some(build) = service.build.as_ref().filter(|build| build.inline.is_none()) else { continue };
            let known = |scalar: &Option<crate::compose::Scalar>| scalar.as_ref().map(|scalar| scalar.text.clone());
            let built = Build {
                line: compose.lines().line(build.span.start),
                context: known(&build.context),
                file: known(&build.dockerfile),
                target: known(&build.target),
                images: service.image.iter().map(|image| image.text.clone()).collect(),
                publishes: false,
                platforms: None,
                // Compose names Dockerfiles from the context, all others from where they stand.
                file_is_in_context: true,
            };
            self.built(path, UseKind::Compose, built);
        }
    }

    fn text(&mut self, file: &SourceFile) {
        let text = String::from_utf8_lossy(&file.bytes);
        let name = file.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let kind = match name.as_str() {
            _ if ci::is_pipeline(&file.path) || name == "jenkinsfile" => UseKind::Ci,
            _ if name.starts_with("docker-bake") || name.ends_with(".hcl") => UseKind::Bake,
            _ if name.contains("makefile") || name.ends_with(".mk") || name == "justfile" => UseKind::Makefile,
            _ => UseKind::Script,
        };
        let builds = if kind == UseKind::Bake { bake::builds(&text) } else { ci::commands(&text) };
        builds.into_iter().for_each(|build| self.built(&file.path, kind, build));
    }

    /// Notes a build that a file starts.
    fn built(&mut self, user: &str, kind: UseKind, build: Build) {
        let folder = user.rsplit_once('/').map_or("", |(folder, _)| folder);
        let context = build.context.as_deref().unwrap_or(".");
        let file = build.file.as_deref();
        // Pipelines run at the top of a repository, scripts mostly there too; makefiles and Compose files in their place.
        let places = if matches!(kind, UseKind::Compose) { [folder, folder] } else { [folder, ""] };
        let candidates = places.iter().flat_map(|place| {
            let context = join(place, context);
            let in_context = join(&context, file.unwrap_or("Dockerfile"));
            let in_place = join(place, file.unwrap_or("Dockerfile"));
            let preferred =
                if build.file_is_in_context || file.is_none() { in_context.clone() } else { in_place.clone() };
            let container = file.is_none().then(|| join(&context, "Containerfile"));
            let paths = [Some(preferred), file.is_some().then_some(in_context), container].into_iter().flatten();
            paths.map(|path| (path, context.clone())).collect::<Vec<_>>()
        });
        let Some((path, context)) = candidates.into_iter().find(|(path, _)| self.paths.contains(path)) else { return };
        for image in &build.images {
            let repository = ImageReference::parse(image).repository.to_owned();
            self.images.entry(repository).or_default().insert(path.clone());
        }
        let usage = Use {
            file: user.to_owned(),
            line: build.line,
            kind,
            target: build.target,
            context: Some(context),
            platforms: build.platforms,
            publishes: build.publishes && kind == UseKind::Ci,
        };
        self.uses.entry(path).or_default().push(usage);
    }

    fn kubernetes(&mut self, path: &str, objects: &Kubernetes) {
        for (_, _, container) in objects.containers() {
            let Some(image) = &container.image else { continue };
            let line = objects.lines().line(image.span.start);
            self.run(path, line, UseKind::Kubernetes, &image.text);
        }
    }

    /// Dockerfiles that stand on what others build.
    fn bases(&mut self, known: &[Known]) {
        for Known { path, file } in known {
            for stage in file.stages() {
                let Some(base) = super::runtime::own_base(stage) else { continue };
                let line = file.lines().line(stage.span.start);
                self.run(path, line, UseKind::Dockerfile, &base);
            }
        }
    }

    /// Notes that a file runs an image, when a Dockerfile here builds it.
    fn run(&mut self, path: &str, line: u32, kind: UseKind, image: &str) {
        let repository = ImageReference::parse(image).repository;
        for dockerfile in self.images.get(repository).into_iter().flatten().filter(|dockerfile| *dockerfile != path) {
            let usage = Use {
                file: path.to_owned(),
                line,
                kind,
                target: None,
                context: None,
                platforms: None,
                publishes: false,
            };
            self.uses.entry(dockerfile.clone()).or_default().push(usage);
        }
    }
}

/// A path below a folder, without `.`, `..` and what a variable for the repository's top stands for.
fn join(folder: &str, path: &str) -> String {
    let path = ["$PWD/", "${PWD}/", "$(pwd)/", "${{ github.workspace }}/", "$CI_PROJECT_DIR/", "${CI_PROJECT_DIR}/"]
        .iter()
        .find_map(|top| path.strip_prefix(top))
        .unwrap_or(path);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
