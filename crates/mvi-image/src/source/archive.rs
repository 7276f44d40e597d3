//! A tar file around an image that can be read anywhere: its members are found once, by their headers alone.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::members::{FileRange, LayerSource, Members};
use crate::error::{ImageError, Object};
use crate::layer::{FileKind, Skipping, Span, clean};
use crate::limits::{LINK_DEPTH, Limits};
use crate::tar::{Entry, TarError, TarReader};

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Member<T> {
    /// Content.
    Here(T),
    /// Another member, by its cleaned name; `None` leads out of the archive.
    Link(Option<String>),
}

/// The members of an archive by cleaned name.
#[derive(Debug)]
pub(super) struct Names<T> {
    members: HashMap<String, Member<T>>,
    /// Names that were there twice; the last one counts.
    pub(super) twice: Vec<String>,
}

impl<T> Names<T> {
    pub(super) fn new() -> Self {
        Self { members: HashMap::new(), twice: Vec::new() }
    }

    pub(super) fn insert(&mut self, name: String, member: Member<T>) {
        if self.members.contains_key(&name) && self.twice.len() < 10 {
            self.twice.push(name.clone());
        }
        self.members.insert(name, member);
    }

    /// Follows links inside the archive, at most 40.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        let mut name = clean_name(name.as_bytes());
        for _ in 0..=LINK_DEPTH {
            match self.members.get(&name)? {
                Member::Here(found) => return Some(found),
                Member::Link(target) => name = target.clone()?,
            }
        }
        None
    }

    /// Adds what an entry without content stands for.
    pub(super) fn insert_link(&mut self, entry: &Entry) {
        let name = clean_name(&entry.path);
        let target = match entry.kind {
            FileKind::Symlink if entry.link.starts_with(b"/") => None,
            FileKind::Symlink => {
                let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                let mut path = folder.as_bytes().to_vec();
                path.push(b'/');
                path.extend_from_slice(&entry.link);
                Some(clean_name(&path))
            }
            _ => Some(clean_name(&entry.link)),
        };
        self.insert(name, Member::Link(target));
    }
}

/// The cleaned name of a member; bytes that are not UTF-8 cannot be asked for and are replaced.
pub(super) fn clean_name(path: &[u8]) -> String {
    let mut cleaned = Vec::new();
    clean(path, &mut cleaned);
    String::from_utf8_lossy(&cleaned).into_owned()
}

/// An uncompressed archive in a file.
pub(super) struct Archive {
    file: Arc<File>,
    path: PathBuf,
    pub(super) names: Names<(u64, u64)>,
}

impl Archive {
    /// Finds the members of `file`, which has `length` bytes.
    pub(super) fn index(file: File, path: &Path, length: u64, limits: &Limits) -> Result<Self, ImageError> {
        let what = path.display().to_string();
        let unsound = |source| ImageError::Archive { what: what.clone(), source };
        let mut names = Names::new();
        let mut source = Skipping::new(Span::new(&file, 0, length));
        let mut tar = TarReader::new(&mut source, limits.header_bytes);
        let mut entry = Entry::default();
        let mut count = 0;
        while tar.next(&mut entry).map_err(unsound)? {
            count += 1;
            if count > limits.files {
                return Err(too_many(&what, limits));
            }
            match entry.kind {
                FileKind::File => {
                    let start = tar.position();
                    let end = start.saturating_add(entry.stored);
                    if end > length {
                        return Err(unsound(TarError::Truncated { offset: length }));
                    }
                    names.insert(clean_name(&entry.path), Member::Here((start, entry.stored)));
                }
                FileKind::Symlink | FileKind::HardLink => names.insert_link(&entry),
                FileKind::Directory | FileKind::CharDevice | FileKind::BlockDevice | FileKind::Fifo => {}
            }
        }
        Ok(Self { file: Arc::new(file), path: path.to_owned(), names })
    }
}

pub(super) fn too_many(what: &str, limits: &Limits) -> ImageError {
    ImageError::Limit { what: format!("the number of members of `{what}`"), limit: limits.files, option: "--max-files" }
}

impl Members for Archive {
    fn document(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, ImageError> {
        let Some((start, size)) = self.names.get(name).copied() else { return Ok(None) };
        let what = || format!("{}:{name}", self.path.display());
        if size > limit {
            return Err(ImageError::TooLarge { what: what(), size, limit });
        }
        let mut bytes = vec![0; size as usize];
        let mut span = Span::new(&self.file, start, size);
        let mut filled = 0;
        while filled < bytes.len() {
            filled += span.read(&mut bytes[filled..]).map_err(|source| ImageError::Read { what: what(), source })?;
        }
        Ok(Some(bytes))
    }

    fn layer(&self, name: &str) -> Result<Option<LayerSource>, ImageError> {
        Ok(self.names.get(name).map(|(start, length)| {
            let (start, length) = (*start, *length);
            LayerSource::File(FileRange { file: self.file.clone(), path: self.path.clone(), start, length })
        }))
    }

    fn label(&self) -> String {
        self.path.display().to_string()
    }
}

/// A layer or document that should be there.
pub(super) fn missing(object: Object, name: &str) -> ImageError {
    ImageError::Missing { object, what: name.chars().take(200).collect() }
}
