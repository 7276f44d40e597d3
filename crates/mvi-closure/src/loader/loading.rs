//! What a loader brought together, and what it did not find.

use serde::Serialize;

/// What a program brings with it once it is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Loading {
    /// What was loaded, in the loader's order: the program, its interpreter, then libraries, breadth first.
    pub objects: Vec<Loaded>,
    /// What was not found, in the order in which it was needed; each name once for each who needs it.
    pub unresolved: Vec<Unresolved>,
}

/// An object that is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// The name under which it is needed; for a program its path.
    pub name: String,
    /// Its path as the loader found it, links not followed.
    pub path: String,
    /// Its path, all links followed.
    pub real: String,
    /// Who needs it: an index into [`Loading::objects`]; none for those that were asked for.
    pub by: Option<usize>,
    /// How it was found.
    pub how: How,
}

/// How an object was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It was asked for: the program, or what it opens while it runs.
    Asked,
    /// `PT_INTERP` names it.
    Interpreter,
    /// `/etc/ld.so.preload` or `LD_PRELOAD` names it.
    Preload,
    /// It is needed by its path.
    Path,
    /// In a folder of a `DT_RPATH` of the object, or of those that need it.
    Rpath,
    /// In a folder of `LD_LIBRARY_PATH`.
    Environment,
    /// In a folder of the object's `DT_RUNPATH`.
    Runpath,
    /// `/etc/ld.so.cache` has it.
    Cache,
    /// In a folder of `ld.so.conf`, while there is no cache: glibc's loader finds it once `ldconfig` was run.
    Configured,
    /// In a folder that the loader knows by itself, or musl's path file does.
    Default,
}

/// A library that is needed and not found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Unresolved {
    /// What is needed.
    pub name: String,
    /// The path of the object that needs it.
    pub needed_by: String,
    /// What is wrong.
    pub why: Flaw,
}

/// Why a library is not found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case", tag = "flaw")]
pub enum Flaw {
    /// There is no such file where the loader looks.
    Absent,
    /// Files of that name are there, and none is for this machine and class.
    OtherMachine {
        /// The first of them.
        path: String,
    },
    /// The first file of that name is no library.
    NoLibrary {
        /// It.
        path: String,
    },
    /// It belongs to the other C library.
    OtherLibc,
    /// The program has more libraries than are looked at.
    TooMany,
}
