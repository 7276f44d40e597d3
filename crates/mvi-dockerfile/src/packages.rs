//! What commands of `RUN` ask package managers for: calls and their words, the managers as a table, and common repairs.

mod call;
mod cleaning;
mod managers;
mod pinning;
mod written;

pub(crate) use call::{Call, calls, calls_of, runs};
pub(crate) use cleaning::{append_to, appended, lacks_cleaning, stays};
pub(crate) use managers::{APK, APT, DNF, NPM, PIP, YUM, ZYPPER};
pub(crate) use pinning::{has_version, unpinned};
pub(crate) use written::written;

use crate::finding::{Edit, Fix, Safety};
use crate::shell::ShellWord;
use crate::span::Span;
use crate::syntax::Instruction;

/// The repair that writes something behind a word; `text` begins with a blank.
pub(crate) fn behind(word: &ShellWord, text: &str, safety: Safety) -> Fix {
    let edit = Edit { span: Span::at(word.span.end), text: text.to_owned() };
    Fix { title: format!("add `{}`", text.trim()), safety, edits: vec![edit] }
}

/// Whether a run mounts a cache, or nothing that stays, at a path that holds this fragment.
pub(crate) fn keeps_away(run: &Instruction, fragment: &str) -> bool {
    let run = run.on_build.as_deref().unwrap_or(run);
    let away = |kind: &str| kind == "cache" || kind == "tmpfs";
    run.mounts.iter().any(|mount| away(mount.kind()) && mount.target().is_some_and(|target| target.contains(fragment)))
}
