//! What a cataloger is: it claims record files by their paths and turns what became of them into packages.

use std::borrow::Cow;
use std::hash::Hash;

use mvi_image::{FileTree, Gap, GapCode};

use crate::document::Document;
use crate::extract::Part;
use crate::life::{Ended, Life, OneOf, Record, Sole, lives};
use crate::package::{Ecosystem, Evidence, Leftover, Requested, Scope, Source};
use crate::parse::Problem;
use crate::requests::Requests;

/// Ceiling for a database that lists every package of a system, in bytes.
pub const DATABASE_BYTES: u64 = 64 << 20;
/// Ceiling for every other record file, in bytes.
pub const RECORD_BYTES: u64 = 8 << 20;

/// Gaps of one cataloger that are listed one by one: a hostile image must not fill the memory with them.
const MOST_GAPS: usize = 5_000;

/// A path, split once for all catalogers.
#[derive(Debug, Clone, Copy)]
pub struct RecordPath<'a> {
    /// The whole path, cleaned and without a leading slash.
    pub path: &'a [u8],
    /// All before the last slash; empty at the root.
    pub folder: &'a [u8],
    /// All behind the last slash.
    pub name: &'a [u8],
}

impl<'a> RecordPath<'a> {
    /// Splits a cleaned path.
    #[must_use]
    pub fn new(path: &'a [u8]) -> Self {
        match memchr::memrchr(b'/', path) {
            Some(slash) => Self { path, folder: &path[..slash], name: &path[slash + 1..] },
            None => Self { path, folder: b"", name: path },
        }
    }

    /// The last name of the folder.
    #[must_use]
    pub fn folder_name(&self) -> &'a [u8] {
        RecordPath::new(self.folder).name
    }
}

/// Finds the packages of one package manager.
pub trait Cataloger: Sync {
    /// One word for logs and tests.
    fn name(&self) -> &'static str;

    /// How many bytes at most it reads of the file at `path`; none when the file is no business of it.
    ///
    /// Called for every file of every layer: look at the last name first.
    fn claims(&self, path: &RecordPath<'_>) -> Option<u64>;

    /// For whom it reads of files that were looked into, whatever their paths: the part that it is given as a document.
    fn part(&self) -> Option<Part> {
        None
    }

    /// Databases at fixed places: when one of them is there but is no readable file, that is a gap.
    fn databases(&self) -> &'static [&'static str] {
        &[]
    }

    /// Packages that have no record and show by the paths of the image alone.
    fn look<'a>(&self, _tree: &FileTree) -> Findings<'a> {
        Findings::default()
    }

    /// The packages in the claimed files, ordered by path.
    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a>;
}

/// What one cataloger found.
#[derive(Debug, Default)]
pub struct Findings<'a> {
    /// Packages of the image and those that are gone from it.
    pub(crate) sightings: Vec<Sighting<'a>>,
    /// Packages that are half there.
    pub(crate) leftovers: Vec<Leftover>,
    /// What could not be read, as far as it is listed.
    pub(crate) gaps: Vec<Gap>,
    /// How many more gaps there are.
    pub(crate) more_gaps: u64,
    /// Packages that were asked for; none when there is no such memory and no package.
    pub(crate) requests: Option<Requests>,
}

impl Findings<'_> {
    /// Records what a reader could not read in a document, once for each kind of problem: databases are rewritten by
    /// layer after layer with the same flaw in them.
    pub(crate) fn problems(&mut self, document: &Document<'_>, layer: u32, problems: &[Problem]) {
        let path = mvi_image::printable(&document.path);
        for problem in problems {
            let text = problem.kind.to_string();
            let mut same_path = self.gaps.iter().rev().take_while(|gap| gap.path.as_ref() == Some(&path));
            if !same_path.any(|gap| gap.text == text) {
                self.gap(document, layer, text);
            }
        }
    }

    /// The lives of the one package that a document is the record of. `parse` gives its version and what else it says.
    pub(crate) fn sole<'a, T: Clone>(
        &mut self,
        document: &Document<'a>,
        parse: impl Fn(&'a [u8]) -> (Option<(String, T)>, Vec<Problem>),
    ) -> Vec<Life<Sole<'a, T>>> {
        lives(document, |layer, bytes| {
            let (record, problems) = parse(bytes);
            self.problems(document, layer, &problems);
            record.map(|(version, says)| Sole { version, says, bytes }).into_iter().collect()
        })
    }

    /// The lives of the packages that a document names. `parse` gives what it says of each, with its key and its version.
    pub(crate) fn several<'a, T: Clone + Hash>(
        &mut self,
        document: &Document<'a>,
        parse: impl Fn(&'a [u8]) -> (Vec<OneOf<T>>, Vec<Problem>),
    ) -> Vec<Life<OneOf<T>>> {
        lives(document, |layer, bytes| {
            let (records, problems) = parse(bytes);
            self.problems(document, layer, &problems);
            records
        })
    }

    /// Records one flaw of a document.
    pub(crate) fn gap(&mut self, document: &Document<'_>, layer: u32, text: impl Into<String>) {
        self.push(Gap { layer: Some(layer), ..Gap::at(GapCode::Database, &document.path, text) });
    }

    fn push(&mut self, gap: Gap) {
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push(gap);
        } else {
            self.more_gaps += 1;
        }
    }
}

/// A package before its files were looked up in the tree.
#[derive(Debug, Clone)]
pub(crate) struct Sighting<'a> {
    pub(crate) ecosystem: Ecosystem,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) architecture: String,
    pub(crate) source: Option<Source>,
    /// Path of the record.
    pub(crate) record: Vec<u8>,
    /// The place that holds one version of the package at a time.
    pub(crate) site: Vec<u8>,
    pub(crate) introduced: u32,
    pub(crate) changed: u32,
    pub(crate) ended: Option<Ended>,
    pub(crate) files: OwnedFiles<'a>,
    pub(crate) declared_bytes: Option<u64>,
    pub(crate) requested: Requested,
    pub(crate) essential: bool,
    pub(crate) evidence: Evidence,
    pub(crate) locked: Option<Scope>,
    pub(crate) licences: Vec<String>,
    pub(crate) supplier: Option<String>,
    pub(crate) depends: Vec<String>,
    /// What its package URL says beside the usual.
    pub(crate) qualifiers: Vec<(&'static str, String)>,
}

impl Sighting<'_> {
    /// A package of which the record at `path` tells no more than the name and the version; it owns no file.
    pub(crate) fn new<R: Record>(ecosystem: Ecosystem, name: String, path: &[u8], life: &Life<R>) -> Self {
        Self {
            version: life.record.version().to_owned(),
            changed: life.changed,
            ended: life.ended.clone(),
            ..Self::bare(ecosystem, name, path, life.introduced)
        }
    }

    /// A package that came with one layer and never changed, without a version.
    pub(crate) fn bare(ecosystem: Ecosystem, name: String, path: &[u8], introduced: u32) -> Self {
        Self {
            ecosystem,
            name,
            version: String::new(),
            architecture: String::new(),
            source: None,
            record: path.to_vec(),
            site: path.to_vec(),
            introduced,
            changed: introduced,
            ended: None,
            files: OwnedFiles::Listed(Vec::new()),
            declared_bytes: None,
            requested: Requested::Unknown,
            essential: false,
            evidence: Evidence::Record,
            locked: None,
            licences: Vec::new(),
            supplier: None,
            depends: Vec::new(),
            qualifiers: Vec::new(),
        }
    }
}

/// Which files a package brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnedFiles<'a> {
    /// Those at these cleaned paths.
    Listed(Vec<Cow<'a, [u8]>>),
    /// All below this folder that are not below another such folder.
    Folder(Vec<u8>),
}
