//! Which files are linted: those that are named, and in folders those that are called Dockerfiles or are YAML and not
//! ignored by git.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};

use super::manifest::is_yaml;
use crate::report::lint::UnreadFile;

/// Something to lint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A file of YAML that was found and not named, which may be anything.
    Yaml(PathBuf),
}

impl Target {
    /// The file; none for standard input.
    #[must_use]
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(path) | Self::Yaml(path) => Some(path),
        }
    }

    /// As reports call it.
    #[must_use]
    pub(super) fn path(&self, stdin: &str) -> String {
        match self {
            Self::Stdin => stdin.to_owned(),
            Self::File(path) | Self::Yaml(path) => path.display().to_string(),
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order of the arguments, those of a folder in the order of their paths, each once.
    pub targets: Vec<Target>,
    /// Folders and files that cannot be looked at.
    pub unread: Vec<UnreadFile>,
}

/// Finds the files that these arguments mean; `exclude` are patterns as in `.gitignore`, for what is in folders.
///
/// Symbolic links in folders are not followed, so that each file is there once and no circle has no end.
///
/// # Errors
/// A pattern that is none.
pub(crate) fn find(paths: &[PathBuf], exclude: &[String]) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut seen = BTreeSet::new();
    for path in paths {
        if path.as_os_str() == "-" {
            add(Target::Stdin, &mut seen, &mut found);
        } else if path.is_dir() {
            walk(path, &excluded(path, exclude)?, &mut seen, &mut found);
        } else {
            add(Target::File(path.clone()), &mut seen, &mut found);
        }
    }
    Ok(found)
}

fn add(target: Target, seen: &mut BTreeSet<Target>, found: &mut Found) {
    if seen.insert(target.clone()) {
        found.targets.push(target);
    }
}

fn excluded(folder: &Path, patterns: &[String]) -> anyhow::Result<Override> {
    let mut builder = OverrideBuilder::new(folder);
    for pattern in patterns {
        builder.add(&format!("!{pattern}")).with_context(|| format!("`{pattern}` is no pattern for paths"))?;
    }
    builder.build().context("the patterns for excluded paths do not go together")
}

fn walk(folder: &Path, excluded: &Override, seen: &mut BTreeSet<Target>, found: &mut Found) {
    let mut builder = WalkBuilder::new(folder);
    // Dockerfiles are in hidden folders too (.devcontainer); a .gitignore counts outside of a repository as well.
    builder.hidden(false).require_git(false).follow_links(false).overrides(excluded.clone());
    builder.filter_entry(|entry| entry.file_name() != ".git");
    let mut files = Vec::new();
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let wanted = |name: &str| is_dockerfile(name) || is_yaml(name);
                if is_file && entry.file_name().to_str().is_some_and(wanted) {
                    files.push(entry.into_path());
                }
            }
            Err(error) => {
                found.unread.push(UnreadFile { path: folder.display().to_string(), message: error.to_string() });
            }
        }
    }
    files.sort();
    for file in files {
        let file = file.strip_prefix(".").map(Path::to_owned).unwrap_or(file);
        let named = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // A file that was named as well is there once.
        let target = if is_dockerfile(named) { Target::File(file) } else { Target::Yaml(file) };
        let twin = target.file().map(|file| Target::File(file.to_owned()));
        if !twin.is_some_and(|twin| seen.contains(&twin)) {
            add(target, seen, found);
        }
    }
}

/// Ends of names that say that a file is something else: programs about Dockerfiles, notes, what editors leave.
const BESIDE: &[&str] = &[
    "c",
    "containerignore",
    "dockerignore",
    "go",
    "html",
    "java",
    "js",
    "json",
    "lock",
    "md",
    "orig",
    "php",
    "png",
    "ps1",
    "py",
    "rb",
    "rej",
    "rs",
    "rst",
    "sh",
    "svg",
    "swp",
    "toml",
    "ts",
    "txt",
    "yaml",
    "yml",
];

/// `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, and the same with `Containerfile`, in any case.
fn is_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_beside =
        |rest: &str| rest.ends_with('~') || rest.rsplit('.').next().is_some_and(|end| BESIDE.contains(&end));
    ["dockerfile", "containerfile"].iter().any(|word| {
        let rest = name.strip_prefix(word).filter(|rest| rest.is_empty() || rest.starts_with('.'));
        rest.is_some_and(|rest| !is_beside(rest)) || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot write its files should stop
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_are_known_by_their_names() {
        for name in
            ["Dockerfile", "dockerfile", "Dockerfile.dev", "web.Dockerfile", "web.dockerfile", "Containerfile.x"]
        {
            assert!(is_dockerfile(name), "{name}");
        }
        for name in [
            "Dockerfiles",
            "MyDockerfile",
            "Dockerfile.dockerignore",
            "Dockerfile.md",
            "docker",
            "Dockerfile~",
            "dockerfile.go",
            "Dockerfile.test.js",
        ] {
            assert!(!is_dockerfile(name), "{name}");
        }
    }

    #[test]
    fn folders_are_walked_as_git_sees_them_and_circles_end() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for folder in ["a/.devcontainer", "b", "vendor", "ignored", ".git"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        for file in [
            "a/.devcontainer/Dockerfile",
            "b/app.Dockerfile",
            "vendor/Dockerfile",
            "ignored/Dockerfile",
            ".git/Dockerfile",
            "b/x",
        ] {
            std::fs::write(at(file), "FROM scratch\n").unwrap();
        }
        std::fs::write(at(".gitignore"), "ignored/\n").unwrap();
        std::os::unix::fs::symlink("..", at("b/up")).unwrap();
        std::os::unix::fs::symlink("app.Dockerfile", at("b/Dockerfile")).unwrap();
        let found =
            find(&[root.path().to_owned(), at("b/app.Dockerfile"), at("b/Dockerfile"), "-".into()], &["vendor".into()])
                .unwrap();
        let names: Vec<_> = found
            .targets
            .iter()
            .map(|target| match target {
                Target::Stdin => "-".into(),
                Target::File(path) | Target::Yaml(path) => {
                    path.strip_prefix(root.path()).unwrap().display().to_string()
                }
            })
            .collect();
        assert_eq!(names, ["a/.devcontainer/Dockerfile", "b/app.Dockerfile", "b/Dockerfile", "-"]);
        assert!(found.unread.is_empty(), "{:?}", found.unread);
        assert!(find(&[root.path().to_owned()], &["a[".into()]).is_err());
    }
}
