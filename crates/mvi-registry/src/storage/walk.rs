//! A layer's files as a tar, where its recipe is lost: what an overlay keeps as devices and attributes becomes the
//! whiteouts that layers have.
//!
//! Overlay: linux `Documentation/filesystems/overlayfs.rst`, "whiteouts and opaque directories"; OCI image-spec 1.1,
//! `layer.md`, "Whiteouts". The tar cannot have the layer's diff id; its order and headers are ours.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, PipeReader, Read, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use tar::{Builder, EntryType, Header};

use crate::registry::Stream;

/// Folders inside each other.
const DEPTH: usize = 1000;

/// The files below `root` as a tar, made while it is read.
pub(super) fn tar_of(root: &Path) -> io::Result<Stream> {
    fs::symlink_metadata(root)?;
    let (reader, writer) = io::pipe()?;
    let root = root.to_owned();
    let thread = std::thread::spawn(move || {
        let mut walk =
            Walk { tar: Builder::new(io::BufWriter::with_capacity(64 << 10, writer)), inodes: HashMap::new() };
        walk.folder(&root, &PathBuf::new(), 0)?;
        walk.tar.into_inner()?.flush()
    });
    Ok(Box::new(Made { reader, thread: Some(thread) }))
}

/// The reading end; at its end it tells what went wrong at the other.
struct Made {
    reader: PipeReader,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Read for Made {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        if count == 0
            && !out.is_empty()
            && let Some(thread) = self.thread.take()
        {
            thread.join().map_err(|_| io::Error::other("the walk over the layer's files ended early"))??;
        }
        Ok(count)
    }
}

struct Walk<W: Write> {
    tar: Builder<W>,
    /// Files with several names, by device and inode.
    inodes: HashMap<(u64, u64), PathBuf>,
}

impl<W: Write> Walk<W> {
    fn folder(&mut self, root: &Path, inside: &Path, depth: usize) -> io::Result<()> {
        if depth > DEPTH {
            return Err(io::Error::other("its folders lie too deep inside each other"));
        }
        let folder = root.join(inside);
        if is_opaque(&folder) {
            self.append(&Header::new_gnu(), EntryType::Regular, &inside.join(".wh..wh..opq"), None)?;
        }
        let mut names =
            fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<Vec<_>, _>>()?;
        names.sort();
        for name in names {
            let path = inside.join(&name);
            let metadata = fs::symlink_metadata(root.join(&path))?;
            let kind = metadata.file_type();
            if kind.is_char_device() && metadata.rdev() == 0 {
                let mut whiteout = b".wh.".to_vec();
                whiteout.extend_from_slice(name.as_bytes());
                let whiteout = inside.join(std::ffi::OsStr::from_bytes(&whiteout));
                self.append(&Header::new_gnu(), EntryType::Regular, &whiteout, None)?;
                continue;
            }
            self.entry(root, &path, &metadata)?;
            if kind.is_dir() {
                self.folder(root, &path, depth + 1)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, root: &Path, path: &Path, metadata: &Metadata) -> io::Result<()> {
        let full = root.join(path);
        let kind = metadata.file_type();
        let header = header(metadata);
        if kind.is_file() {
            if metadata.nlink() > 1 {
                let inode = (metadata.dev(), metadata.ino());
                if let Some(first) = self.inodes.get(&inode).cloned() {
                    return self.append(&header, EntryType::Link, path, Some(&first));
                }
                self.inodes.insert(inode, path.to_owned());
            }
            let capability = attribute(&full, "security.capability");
            if let Some(value) = &capability {
                self.tar.append_pax_extensions([("SCHILY.xattr.security.capability", value.as_slice())])?;
            }
            let mut header = header;
            header.set_entry_type(EntryType::Regular);
            header.set_size(metadata.len());
            // A file that grows meanwhile is cut where it ended; one that shrinks is filled up.
            let content = File::open(&full)?.chain(io::repeat(0)).take(metadata.len());
            return self.tar.append_data(&mut header, path, content);
        }
        if kind.is_symlink() {
            return self.append(&header, EntryType::Symlink, path, Some(&fs::read_link(&full)?));
        }
        let kind = match () {
            () if kind.is_dir() => EntryType::Directory,
            () if kind.is_fifo() => EntryType::Fifo,
            () if kind.is_char_device() => EntryType::Char,
            () if kind.is_block_device() => EntryType::Block,
            // Sockets are in no layer.
            () => return Ok(()),
        };
        self.append(&header, kind, path, None)
    }

    /// Appends an entry without content.
    fn append(&mut self, like: &Header, kind: EntryType, path: &Path, link: Option<&Path>) -> io::Result<()> {
        let mut header = like.clone();
        header.set_entry_type(kind);
        header.set_size(0);
        match link {
            Some(link) => self.tar.append_link(&mut header, path, link),
            None => self.tar.append_data(&mut header, path, io::empty()),
        }
    }
}

fn header(metadata: &Metadata) -> Header {
    let mut header = Header::new_gnu();
    header.set_mode(metadata.mode() & 0o7777);
    header.set_uid(u64::from(metadata.uid()));
    header.set_gid(u64::from(metadata.gid()));
    header.set_mtime(u64::try_from(metadata.mtime()).unwrap_or(0));
    header
}

/// True for a folder that hides what lower layers have in it; rootless overlays mark it in the `user` namespace.
fn is_opaque(folder: &Path) -> bool {
    ["trusted.overlay.opaque", "user.overlay.opaque"]
        .iter()
        .any(|name| attribute(folder, name).as_deref() == Some(b"y"))
}

/// An extended attribute of at most 1 KiB.
fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 1024];
    let count = rustix::fs::lgetxattr(path, name, &mut value[..]).ok()?;
    value.truncate(count);
    Some(value)
}
