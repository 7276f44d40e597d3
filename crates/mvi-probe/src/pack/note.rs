//! What was odd about the files that were packed, and did not stop it.

use mvi_image::printable;
use serde::Serialize;

/// One thing that was odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What kind of thing.
    pub kind: NoteKind,
    /// The path in the image, printable.
    pub path: String,
    /// What about it.
    pub text: String,
}

/// Kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// A device node was packed.
    Device,
    /// A program needs a loader that no packed layer has.
    Loader,
    /// A link climbs above the root.
    Link,
    /// A mounted file system was left out.
    Mount,
    /// An object for another processor lies in the image.
    Processor,
    /// A socket was left out.
    Socket,
}

/// Notes that are kept; what comes after is counted.
const MOST: usize = 200;

/// A bounded list of notes.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) kept: Vec<Note>,
    pub(super) more: usize,
}

impl Notes {
    pub(super) fn add(&mut self, kind: NoteKind, path: &[u8], text: &str) {
        if self.kept.len() < MOST {
            let path = format!("/{}", printable(path));
            self.kept.push(Note { kind, path, text: text.to_owned() });
        } else {
            self.more += 1;
        }
    }
}
