//! Writing a tree: names first, then bodies layer by layer, hard links, and the attributes of folders last.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mvi_image::{Algorithm, Attributes, BodySink, FileKind, FileTree, Gap, GapCode, Hasher, NodeId, Place, ROOT};
use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Timespec, Timestamps, Uid};

use super::common::{Common, Likeness};
use super::{Root, UnpackError};

/// A tree on its way to the disk.
pub(super) struct Writer<'t> {
    tree: &'t FileTree,
    root: Root,
    /// True where owners can be given away.
    is_root: bool,
    /// By layer: the entry of a body, and the path it goes to.
    bodies: Vec<HashMap<u32, NodeId>>,
    /// Further names of bodies.
    links: Vec<(NodeId, NodeId)>,
    folders: Vec<NodeId>,
    /// Where files may be that need not be written again.
    common: Option<&'t Common>,
    /// What was left out.
    pub(super) gaps: Vec<Gap>,
}

impl<'t> Writer<'t> {
    pub(super) fn new(tree: &'t FileTree, folder: &Path, common: Option<&'t Common>) -> Result<Self, UnpackError> {
        let failed = |source| UnpackError::Write { path: folder.to_owned(), source };
        let root = Root::open(folder).map_err(failed)?;
        Ok(Self {
            tree,
            root,
            is_root: rustix::process::geteuid().is_root(),
            bodies: vec![HashMap::new(); tree.layers().len()],
            links: Vec::new(),
            folders: Vec::new(),
            common,
            gaps: Vec::new(),
        })
    }

    fn failed(&self, path: &[u8], source: impl Into<io::Error>) -> UnpackError {
        UnpackError::Write { path: self.root.folder().join(OsStr::from_bytes(path)), source: source.into() }
    }

    /// Makes folders, symbolic links and pipes, and notes where bodies belong.
    pub(super) fn make_names(&mut self) -> Result<(), UnpackError> {
        let mut first: HashMap<Place, NodeId> = HashMap::new();
        let mut above: Option<(NodeId, OwnedFd)> = None;
        for id in self.tree.visible() {
            if id == ROOT {
                self.folders.push(id);
                continue;
            }
            let node = self.tree.node(id);
            match (node.kind(), node.place()) {
                (FileKind::File, Some(place)) => {
                    let body = *first.entry(place).or_insert(id);
                    if body != id {
                        self.links.push((id, body));
                    } else if let Some(bodies) = self.bodies.get_mut(place.layer as usize) {
                        bodies.insert(place.entry, id);
                    }
                }
                (kind, _) => {
                    let parent = self.tree.parent(id);
                    if above.as_ref().is_none_or(|(known, _)| *known != parent) {
                        let path = self.tree.path(parent);
                        above = Some((parent, self.root.strict(&path).map_err(|error| self.failed(&path, error))?));
                    }
                    if let Some((_, folder)) = &above {
                        let gap = self.make_name(folder, id, kind);
                        self.gaps.extend(gap.map_err(|error| self.failed(&self.tree.path(id), error))?);
                    }
                    if kind == FileKind::Directory {
                        self.folders.push(id);
                    }
                }
            }
        }
        Ok(())
    }

    fn make_name(&self, folder: &OwnedFd, id: NodeId, kind: FileKind) -> io::Result<Option<Gap>> {
        let node = self.tree.node(id);
        let name = OsStr::from_bytes(node.name());
        match kind {
            FileKind::Directory => rustix::fs::mkdirat(folder, name, Mode::RWXU)?,
            FileKind::Symlink => {
                rustix::fs::symlinkat(OsStr::from_bytes(node.link().unwrap_or_default()), folder, name)?;
                self.give(folder, name, node.attributes())?;
            }
            FileKind::Fifo => {
                let mode = Mode::from_raw_mode(node.attributes().mode & 0o777);
                rustix::fs::mknodat(folder, name, FileType::Fifo, mode, 0)?;
                self.give(folder, name, node.attributes())?;
            }
            FileKind::CharDevice | FileKind::BlockDevice | FileKind::File | FileKind::HardLink => {
                let text = "a device node; left out, as containers get devices of their own";
                return Ok(Some(Gap::at(GapCode::Entry, &self.tree.path(id), text)));
            }
        }
        Ok(None)
    }

    fn give(&self, folder: &OwnedFd, name: &OsStr, owner: Attributes) -> io::Result<()> {
        if self.is_root {
            let (uid, gid) = owners(owner);
            rustix::fs::chownat(folder, name, uid, gid, AtFlags::SYMLINK_NOFOLLOW)?;
        }
        Ok(())
    }

    /// Where the bodies of a layer go; `None` when none of them is visible.
    pub(super) fn bodies_of(&self, layer: usize) -> Option<Bodies<'_>> {
        let wanted = self.bodies.get(layer).filter(|wanted| !wanted.is_empty())?;
        let state = BodyState { open: None, above: None, error: None, gaps: Vec::new(), seen: 0 };
        Some(Bodies { writer: self, layer, wanted, state: Mutex::new(state) })
    }

    pub(super) fn link(&self) -> Result<(), UnpackError> {
        for (name, body) in &self.links {
            let path = self.tree.path(*name);
            let made = self.root.strict(&self.tree.path(self.tree.parent(*name))).and_then(|folder| {
                let from = self.root.strict(&self.tree.path(self.tree.parent(*body)))?;
                let old = OsStr::from_bytes(self.tree.node(*body).name());
                let new = OsStr::from_bytes(self.tree.node(*name).name());
                Ok(rustix::fs::linkat(&from, old, &folder, new, AtFlags::empty())?)
            });
            made.map_err(|error| self.failed(&path, error))?;
        }
        Ok(())
    }

    /// Gives folders their attributes, children first: making a name changes the time of its folder, and a folder may
    /// forbid what is still to be made in it.
    pub(super) fn close_folders(&self) -> Result<(), UnpackError> {
        for id in self.folders.iter().rev() {
            let path = self.tree.path(*id);
            let attributes = self.tree.node(*id).attributes();
            let closed = self.root.strict(&path).and_then(|_| {
                let folder = self.readable(&path)?;
                self.dress(&folder, *id, attributes)
            });
            closed.map_err(|error| self.failed(&path, error))?;
        }
        Ok(())
    }

    /// Opens a folder for its attributes, which needs more than a path.
    fn readable(&self, path: &[u8]) -> io::Result<OwnedFd> {
        let fd = self.root.strict(path)?;
        Ok(rustix::fs::openat(&fd, ".", OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
    }

    /// Owner, mode and times, in this order: giving a file away takes the setuid bit.
    fn dress(&self, file: &impl AsFd, id: NodeId, attributes: Attributes) -> io::Result<()> {
        if self.is_root {
            let (uid, gid) = owners(attributes);
            rustix::fs::fchown(file, uid, gid)?;
        }
        // The root has to be entered by whoever the container runs as.
        let more = if id == ROOT { 0o555 } else { 0 };
        rustix::fs::fchmod(file, Mode::from_raw_mode(attributes.mode & 0o7777 | more))?;
        let Some(mtime) = self.mtime(id) else { return Ok(()) };
        let time = Timespec { tv_sec: mtime, tv_nsec: 0 };
        Ok(rustix::fs::futimens(file, &Timestamps { last_access: time, last_modification: time })?)
    }

    /// When a path was written last, by its own entry, in seconds; `None` where it has none.
    fn mtime(&self, id: NodeId) -> Option<i64> {
        let place = self.tree.node(id).own_place()?;
        let entries = self.tree.layers().get(place.layer as usize).map(|layer| layer.table().entries());
        Some(entries.and_then(|entries| entries.get(place.entry as usize)).map_or(0, mvi_image::RawEntry::mtime))
    }

    /// Gives a file that is written its attributes, or its name to one that is the same.
    fn finish(&self, open: Open, folder: &OwnedFd) -> io::Result<()> {
        let Open { id, file, content } = open;
        let attributes = self.tree.node(id).attributes();
        if let (Some(common), Some(content), Some(mtime)) = (self.common, content, self.mtime(id)) {
            let owners = (attributes.uid, attributes.gid);
            let likeness = Likeness { content: content.finish(), mode: attributes.mode, owners, mtime };
            if common.share(&likeness, folder, &self.tree.path(id))? {
                return Ok(());
            }
        }
        self.dress(&file, id, attributes)
    }
}

/// The owners to set; what is no number of an owner is root's.
fn owners(attributes: Attributes) -> (Option<Uid>, Option<Gid>) {
    let known = |number: u32| if number == u32::MAX { 0 } else { number };
    (Some(Uid::from_raw(known(attributes.uid))), Some(Gid::from_raw(known(attributes.gid))))
}

/// Writes the bodies of one layer.
pub(super) struct Bodies<'w> {
    writer: &'w Writer<'w>,
    layer: usize,
    wanted: &'w HashMap<u32, NodeId>,
    state: Mutex<BodyState>,
}

/// A file being written.
struct Open {
    id: NodeId,
    file: File,
    /// Of what was written, where somebody may have the same.
    content: Option<Hasher>,
}

struct BodyState {
    open: Option<Open>,
    /// The folder of the last file, as many follow each other.
    above: Option<(NodeId, OwnedFd)>,
    error: Option<UnpackError>,
    gaps: Vec<Gap>,
    seen: usize,
}

impl Bodies<'_> {
    fn state(&self) -> MutexGuard<'_, BodyState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was left out; every body has to have come.
    pub(super) fn finish(self) -> Result<Vec<Gap>, UnpackError> {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        close(self.writer, &mut state);
        if let Some(error) = state.error {
            return Err(error);
        }
        if state.seen < self.wanted.len() {
            let text = "the layer changed while it was read";
            let path = PathBuf::from(format!("layer {}", self.layer));
            return Err(UnpackError::Write { path, source: io::Error::other(text) });
        }
        Ok(state.gaps)
    }

    fn open(&self, state: &mut BodyState, id: NodeId) -> io::Result<File> {
        let tree = self.writer.tree;
        let parent = tree.parent(id);
        if state.above.as_ref().is_none_or(|(known, _)| *known != parent) {
            state.above = Some((parent, self.writer.root.strict(&tree.path(parent))?));
        }
        let Some((_, folder)) = &state.above else { return Err(io::ErrorKind::NotFound.into()) };
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let name = OsStr::from_bytes(tree.node(id).name());
        Ok(rustix::fs::openat(folder, name, flags, Mode::RUSR | Mode::WUSR)?.into())
    }
}

/// Finishes the file at hand.
fn close(writer: &Writer<'_>, state: &mut BodyState) {
    let (Some(open), Some((_, folder))) = (state.open.take(), &state.above) else { return };
    let id = open.id;
    if let Err(source) = writer.finish(open, folder)
        && state.error.is_none()
    {
        state.error = Some(writer.failed(&writer.tree.path(id), source));
    }
}

impl BodySink for Bodies<'_> {
    fn begin(&self, entry: u32, sparse: bool) -> bool {
        let mut state = self.state();
        close(self.writer, &mut state);
        let Some(id) = self.wanted.get(&entry).copied() else { return false };
        state.seen += 1;
        if state.error.is_some() {
            return false;
        }
        match self.open(&mut state, id) {
            Ok(file) => {
                if sparse {
                    let text = "a sparse file; written empty, at its full length";
                    state.gaps.push(Gap::at(GapCode::Body, &self.writer.tree.path(id), text));
                    // A length that the disk refuses leaves an empty file, which the gap says anyway.
                    let _ = file.set_len(self.writer.tree.node(id).apparent_size());
                }
                let content = self.writer.common.filter(|_| !sparse).map(|_| Algorithm::Sha256.hasher());
                state.open = Some(Open { id, file, content });
                !sparse
            }
            Err(source) => {
                state.error = Some(self.writer.failed(&self.writer.tree.path(id), source));
                false
            }
        }
    }

    fn piece(&self, bytes: &[u8]) {
        let mut state = self.state();
        let Some(open) = &mut state.open else { return };
        if let Some(content) = &mut open.content {
            content.update(bytes);
        }
        if let Err(source) = open.file.write_all(bytes) {
            let path = self.writer.tree.path(open.id);
            state.open = None;
            state.error = Some(self.writer.failed(&path, source));
        }
    }
}
