//! What kind of runtime an image is made for: from the program it starts, and from the runtimes that lie in it.

mod entry;
mod script;
mod traces;

use mvi_image::FileTree;
use serde::{Deserialize, Serialize};

use crate::document::Bodies;
use crate::parse::elf::Loader;

pub use entry::{Command, Program, Step};
pub use traces::{Libc, Trace};

/// The kinds of runtime that the standard knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Erlang/OTP, and what runs on it.
    Erlang,
    /// A Python program.
    Python,
    /// A Node program.
    Node,
    /// A program for the Java virtual machine.
    Java,
    /// A web server that serves files.
    StaticWeb,
    /// A program that needs no loader: most Go programs, Rust for musl.
    StaticElf,
    /// A program that needs a loader and libraries.
    DynamicElf,
}

/// What an image runs, and on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// What the program that the image starts is made for; none when that is a shell, or is not known.
    pub profile: Option<Profile>,
    /// Runtimes that lie in the image, whether or not they are started, one trace each, by profile.
    pub traces: Vec<Trace>,
    /// How the program was found, from the first word of the command to the last program reached.
    pub entry: Vec<Step>,
    /// The words given to the last program reached, as far as they are known.
    pub arguments: Vec<String>,
    /// The C library that the started program asks for; none when it asks for none or is not known.
    pub libc: Option<Libc>,
    /// The C libraries whose loader lies in the image.
    pub libcs: Vec<Libc>,
}

/// Finds out what the image runs. `tree` holds layers that were read with an
/// [`InventoryCollector`](crate::InventoryCollector).
#[must_use]
pub fn detect_runtime(tree: &FileTree, command: &Command<'_>) -> Runtime {
    let bodies = Bodies::new(tree);
    let (entry, arguments) = entry::follow(tree, &bodies, command);
    let (traces, libcs) = traces::traces(tree);
    let profile = profile_of(&entry, &traces);
    Runtime { profile, libc: libc_of(&entry), traces, entry, arguments, libcs }
}

/// The last program reached decides; a script of an Erlang release that starts it in its own way counts as Erlang.
fn profile_of(entry: &[Step], traces: &[Trace]) -> Option<Profile> {
    let named = entry.iter().rev().find_map(|step| {
        let path = step.path.as_deref().unwrap_or_default();
        entry::profile_of_name(&step.word).or_else(|| entry::profile_of_name(path))
    });
    let in_release = || {
        let releases = traces.iter().filter(|trace| trace.profile == Profile::Erlang);
        let mut roots = releases.filter_map(|trace| trace.path.find("/erts-").map(|at| &trace.path[..=at]));
        let starts =
            |root: &str| entry.iter().filter_map(|step| step.path.as_deref()).any(|path| path.starts_with(root));
        roots.any(starts).then_some(Profile::Erlang)
    };
    let by_loader = || match &entry.iter().rev().find(|step| !step.is_wrapper())?.program {
        Program::Elf(head) => match head.loader {
            Loader::Kernel => Some(Profile::StaticElf),
            Loader::Interpreter(_) => Some(Profile::DynamicElf),
            Loader::Unknown => None,
        },
        Program::Script { .. } | Program::Opaque | Program::Missing => None,
    };
    named.or_else(in_release).or_else(by_loader)
}

fn libc_of(entry: &[Step]) -> Option<Libc> {
    entry.iter().rev().find_map(|step| match &step.program {
        Program::Elf(head) => Some(match &head.loader {
            Loader::Interpreter(path) => traces::libc_of_loader(path.rsplit('/').next().unwrap_or_default()),
            Loader::Kernel | Loader::Unknown => None,
        }),
        Program::Script { .. } | Program::Opaque | Program::Missing => None,
    })?
}
