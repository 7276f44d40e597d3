//! Commands that fetch, resolve or compile, by what they do to a build.

use crate::law::installs::program;
use crate::shell::{Interpreter, Script, SimpleCommand};
use crate::syntax::{Dockerfile, Instruction};

/// A tool that fetches what a program depends on and builds it.
pub(crate) struct Ecosystem {
    pub(crate) name: &'static str,
    pub(crate) programs: &'static [&'static str],
    /// Files that say which versions there are to be.
    pub(crate) locks: &'static [&'static str],
    /// Files that say what is wanted.
    pub(crate) manifests: &'static [&'static str],
    /// Verbs that only fetch dependencies.
    pub(crate) fetches: &'static [&'static str],
    /// Verbs that build the program itself, and fetch what is missing.
    pub(crate) builds: &'static [&'static str],
    /// Words that make it keep to the lock; empty when it always does.
    pub(crate) keeps: &'static [&'static str],
    /// Where it keeps what it fetched, below the home of root or absolute; `None` where that is the source tree.
    pub(crate) cache: Option<&'static str>,
}

pub(crate) const ECOSYSTEMS: &[Ecosystem] = &[
    Ecosystem {
        name: "rebar3",
        programs: &["rebar3"],
        locks: &["rebar.lock"],
        manifests: &["rebar.config"],
        fetches: &["get-deps"],
        builds: &["compile", "release", "tar", "as", "do", "escriptize"],
        keeps: &[],
        cache: Some("/root/.cache/rebar3"),
    },
    Ecosystem {
        name: "mix",
        programs: &["mix"],
        locks: &["mix.lock"],
        manifests: &["mix.exs"],
        fetches: &["deps.get", "deps.compile"],
        builds: &["compile", "release"],
        keeps: &["--check-locked"],
        cache: Some("/root/.hex"),
    },
    Ecosystem {
        name: "npm",
        programs: &["npm"],
        locks: &["package-lock.json", "npm-shrinkwrap.json"],
        manifests: &["package.json"],
        fetches: &["ci", "install", "i", "clean-install"],
        builds: &["run", "run-script"],
        keeps: &["ci", "clean-install"],
        cache: Some("/root/.npm"),
    },
    Ecosystem {
        name: "yarn",
        programs: &["yarn"],
        locks: &["yarn.lock"],
        manifests: &["package.json"],
        fetches: &["install", ""],
        builds: &["build", "run"],
        keeps: &["--frozen-lockfile", "--immutable"],
        cache: Some("/usr/local/share/.cache/yarn"),
    },
    Ecosystem {
        name: "pnpm",
        programs: &["pnpm"],
        locks: &["pnpm-lock.yaml"],
        manifests: &["package.json"],
        fetches: &["install", "i", "fetch"],
        builds: &["build", "run"],
        keeps: &["--frozen-lockfile", "fetch"],
        cache: Some("/root/.local/share/pnpm/store"),
    },
    Ecosystem {
        name: "pip",
        programs: &["pip", "pip3"],
        locks: &["requirements.txt"],
        manifests: &["requirements.txt", "pyproject.toml", "setup.py"],
        fetches: &["install", "download", "wheel"],
        builds: &[],
        keeps: &["--require-hashes"],
        cache: Some("/root/.cache/pip"),
    },
    Ecosystem {
        name: "poetry",
        programs: &["poetry"],
        locks: &["poetry.lock"],
        manifests: &["pyproject.toml"],
        fetches: &["install", "sync"],
        builds: &["build"],
        keeps: &[],
        cache: Some("/root/.cache/pypoetry"),
    },
    Ecosystem {
        name: "uv",
        programs: &["uv"],
        locks: &["uv.lock"],
        manifests: &["pyproject.toml"],
        fetches: &["sync"],
        builds: &["build"],
        keeps: &["--locked", "--frozen"],
        cache: Some("/root/.cache/uv"),
    },
    Ecosystem {
        name: "go",
        programs: &["go"],
        locks: &["go.sum"],
        manifests: &["go.mod"],
        fetches: &["mod"],
        builds: &["build", "install", "test"],
        keeps: &[],
        cache: Some("/go/pkg/mod"),
    },
    Ecosystem {
        name: "cargo",
        programs: &["cargo"],
        locks: &["Cargo.lock"],
        manifests: &["Cargo.toml"],
        fetches: &["fetch", "chef"],
        builds: &["build", "install", "test"],
        keeps: &["--locked", "--frozen", "chef"],
        cache: Some("/usr/local/cargo/registry"),
    },
    Ecosystem {
        name: "maven",
        programs: &["mvn", "mvnw", "./mvnw"],
        locks: &[],
        manifests: &["pom.xml"],
        fetches: &["dependency:go-offline", "dependency:resolve"],
        builds: &["package", "install", "verify", "compile"],
        keeps: &[],
        cache: Some("/root/.m2"),
    },
    Ecosystem {
        name: "gradle",
        programs: &["gradle", "gradlew"],
        locks: &["gradle.lockfile"],
        manifests: &["build.gradle", "build.gradle.kts"],
        fetches: &["dependencies"],
        builds: &["build", "assemble", "bootJar", "installDist", "shadowJar"],
        keeps: &[],
        cache: Some("/root/.gradle"),
    },
    Ecosystem {
        name: "bundler",
        programs: &["bundle"],
        locks: &["Gemfile.lock"],
        manifests: &["Gemfile"],
        fetches: &["install", ""],
        builds: &[],
        keeps: &["--frozen", "--deployment"],
        cache: Some("/usr/local/bundle/cache"),
    },
    Ecosystem {
        name: "composer",
        programs: &["composer"],
        locks: &["composer.lock"],
        manifests: &["composer.json"],
        fetches: &["install"],
        builds: &[],
        keeps: &[],
        cache: Some("/root/.composer/cache"),
    },
];

/// What a command does with dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// It fetches them.
    Fetch,
    /// It builds the program.
    Build,
}

/// A command of a tool that fetches or builds.
pub(crate) struct Step<'a> {
    pub(crate) instruction: &'a Instruction,
    pub(crate) command: &'a SimpleCommand,
    pub(crate) ecosystem: &'static Ecosystem,
    pub(crate) work: Work,
}

/// Every command of an instruction, in order.
pub(crate) fn commands<'a>(
    file: &'a Dockerfile,
    instruction: &'a Instruction,
) -> impl Iterator<Item = &'a SimpleCommand> {
    scripts(file, instruction).flat_map(|script| &script.commands)
}

fn scripts<'a>(file: &'a Dockerfile, instruction: &'a Instruction) -> impl Iterator<Item = &'a Script> {
    file.scripts(instruction).iter().filter(|script| !matches!(script.interpreter, Interpreter::Other(_)))
}

/// The steps of an instruction that fetch or build.
pub(crate) fn steps<'a>(file: &'a Dockerfile, instruction: &'a Instruction) -> impl Iterator<Item = Step<'a>> {
    commands(file, instruction).filter_map(move |command| {
        let (ecosystem, work) = work_of(command)?;
        Some(Step { instruction, command, ecosystem, work })
    })
}

fn work_of(command: &SimpleCommand) -> Option<(&'static Ecosystem, Work)> {
    let (mut name, mut words) = program(command)?;
    let is_python =
        name.strip_prefix("python").is_some_and(|version| version.bytes().all(|byte| !byte.is_ascii_alphabetic()));
    if is_python
        && let [option, module, rest @ ..] = words
        && option.text == "-m"
    {
        (name, words) = (&module.text, rest);
    }
    let ecosystem = ECOSYSTEMS.iter().find(|one| one.programs.contains(&name))?;
    let verb = words.iter().map(|word| word.text.as_str()).find(|word| !word.starts_with('-')).unwrap_or_default();
    // `npm install -g tool` and `pip install tool` are about tools, not about what the program depends on.
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.text.as_str()));
    if matches!(ecosystem.name, "npm" | "pnpm" | "yarn") && has(&["-g", "--global", "global"]) {
        return None;
    }
    if ecosystem.name == "pip" && !has(&["-r", "--requirement", ".", "-e", "--editable"]) {
        return None;
    }
    let work = if ecosystem.fetches.contains(&verb) {
        Work::Fetch
    } else if ecosystem.builds.contains(&verb) {
        Work::Build
    } else {
        return None;
    };
    Some((ecosystem, work))
}

impl Step<'_> {
    /// Whether the tool is told to take what the lock says and nothing else, or always does.
    pub(crate) fn keeps_to_lock(&self) -> bool {
        let keeps = self.ecosystem.keeps;
        keeps.is_empty() || self.command.words.iter().any(|word| keeps.contains(&word.text.as_str()))
    }
}

/// Whether a command fetches from the network, whatever it is for.
pub(crate) fn is_download(command: &SimpleCommand) -> bool {
    let Some((name, words)) = program(command) else { return false };
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.text.as_str()));
    match name {
        "curl" | "wget" | "aria2c" => true,
        "git" => has(&["clone", "fetch", "pull", "submodule"]),
        _ => false,
    }
}
