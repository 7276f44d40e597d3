//! An unpacked root file system: read from disk as if it were one layer.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::Config;
use super::members::{LayerSource, StreamedLayer};
use super::open::OpenOptions;
use super::platform::Platform;
use crate::error::ImageError;
use crate::gap::{Gap, GapCode};
use crate::image::{Image, Layer};
use crate::layer::{
    Attributes, Compression, Density, EntryHeader, EntryTableBuilder, FileKind, GzipSampler, Kept, LayerFacts, NONE,
    RawEntry, Want, Window, probe_and_study,
};

/// Opens folder `root` as an image of one layer. Other file systems mounted below it are left out.
pub(super) fn open(root: &Path, options: &OpenOptions<'_>) -> Result<Image, ImageError> {
    let failed = |source| ImageError::Open { path: root.into(), source };
    let metadata = fs::metadata(root).map_err(failed)?;
    fs::read_dir(root).map_err(failed)?;
    let mut walk = Walk {
        root,
        options,
        device: metadata.dev(),
        builder: EntryTableBuilder::new(),
        facts: LayerFacts::default(),
        links: HashMap::new(),
        files: Vec::new(),
    };
    walk.folder()?;
    let mut facts = walk.facts;
    facts.table = walk.builder.table;
    facts.tar_bytes = walk.files.last().map_or(0, |(end, _)| *end);
    facts.gzip_estimate = Some(estimate(root, &walk.files, facts.tar_bytes));
    let length = facts.tar_bytes;
    let streamed = StreamedLayer { facts: Arc::new(facts), blob: None, compression: Compression::None, length };
    let layer = Layer {
        source: LayerSource::Streamed(streamed),
        diff_id: None,
        blob: None,
        stated_size: None,
        media_type: String::new(),
        instruction: None,
    };
    let host = Platform::host();
    let config = Config { os: host.os, architecture: host.architecture, ..Config::default() };
    Ok(Image::new(root.display().to_string(), config, vec![layer]))
}

struct Walk<'a> {
    root: &'a Path,
    options: &'a OpenOptions<'a>,
    device: u64,
    builder: EntryTableBuilder,
    facts: LayerFacts,
    /// First path of every file with several names.
    links: HashMap<u64, Vec<u8>>,
    /// Running end of the bytes of all files, and the file.
    files: Vec<(u64, PathBuf)>,
}

impl Walk<'_> {
    fn folder(&mut self) -> Result<(), ImageError> {
        let mut pending = vec![PathBuf::new()];
        while let Some(folder) = pending.pop() {
            let entries = fs::read_dir(self.root.join(&folder));
            let mut names: Vec<PathBuf> = match entries {
                Ok(entries) => entries.flatten().map(|entry| folder.join(entry.file_name())).collect(),
                Err(error) => {
                    self.gap(GapCode::Entry, &folder, &format!("the folder cannot be read: {error}"));
                    continue;
                }
            };
            names.sort();
            for path in names {
                match fs::symlink_metadata(self.root.join(&path)) {
                    Ok(metadata) => {
                        if self.take(&path, &metadata)? {
                            pending.push(path);
                        }
                    }
                    Err(error) => self.gap(GapCode::Entry, &path, &format!("cannot be examined: {error}")),
                }
            }
        }
        Ok(())
    }

    /// Takes one path in; true when it is a folder to walk into.
    fn take(&mut self, path: &Path, metadata: &Metadata) -> Result<bool, ImageError> {
        let limits = self.options.limits;
        if self.builder.table.entries().len() as u64 >= limits.files {
            let what = "the number of files".into();
            return Err(ImageError::Limit { what, limit: limits.files, option: "--max-files" });
        }
        if metadata.dev() != self.device {
            self.gap(GapCode::Entry, path, "another file system is mounted here; left out");
            return Ok(false);
        }
        let bytes = path.as_os_str().as_bytes();
        let (kind, link) = self.kind(bytes, path, metadata);
        let size = if kind == FileKind::File { metadata.size() } else { 0 };
        let attributes = Attributes { mode: metadata.mode() & 0o7777, uid: metadata.uid(), gid: metadata.gid() };
        let device = match kind {
            FileKind::CharDevice | FileKind::BlockDevice => metadata.rdev(),
            FileKind::File | FileKind::Directory | FileKind::Symlink | FileKind::HardLink | FileKind::Fifo => 0,
        };
        let link = match link {
            Some(target) => self.builder.add_link(&target),
            None => Ok(NONE),
        };
        let raw = |link| RawEntry {
            dir: 0,
            name_start: 0,
            name_length: 0,
            kind: kind as u8,
            reserved: 0,
            attributes: 0,
            size,
            mtime: metadata.mtime(),
            content: device,
            link,
            reserved_too: 0,
        };
        match link.and_then(|link| self.builder.push(bytes, attributes, raw(link))) {
            Ok(index) if kind == FileKind::File => self.body(index, path, bytes, metadata),
            Ok(_) => {}
            Err(_) => self.gap(GapCode::Entry, path, "does not fit the tables; left out"),
        }
        Ok(kind == FileKind::Directory)
    }

    fn kind(&mut self, bytes: &[u8], path: &Path, metadata: &Metadata) -> (FileKind, Option<Vec<u8>>) {
        let file_type = metadata.file_type();
        if file_type.is_symlink() {
            let target = fs::read_link(self.root.join(path)).unwrap_or_else(|error| {
                self.gap(GapCode::Link, path, &format!("the link cannot be read: {error}"));
                PathBuf::new()
            });
            return (FileKind::Symlink, Some(target.as_os_str().as_bytes().to_vec()));
        }
        if file_type.is_dir() {
            return (FileKind::Directory, None);
        }
        if metadata.nlink() > 1 {
            if let Some(first) = self.links.get(&metadata.ino()) {
                return (FileKind::HardLink, Some(first.clone()));
            }
            self.links.insert(metadata.ino(), bytes.to_vec());
        }
        let kind = if file_type.is_char_device() {
            FileKind::CharDevice
        } else if file_type.is_block_device() {
            FileKind::BlockDevice
        } else if file_type.is_fifo() || file_type.is_socket() {
            FileKind::Fifo
        } else {
            FileKind::File
        };
        (kind, None)
    }

    fn body(&mut self, entry: u32, path: &Path, bytes: &[u8], metadata: &Metadata) {
        let end = self.files.last().map_or(0, |(end, _)| *end) + metadata.size();
        if metadata.size() > 0 {
            self.files.push((end, path.to_owned()));
        }
        let header =
            EntryHeader { path: bytes, kind: FileKind::File, mode: metadata.mode() & 0o7777, size: metadata.size() };
        let wanted = match self.options.collector.wants(&header) {
            Want::No => return,
            Want::Study => return self.study(entry, path, &header),
            Want::Head(bytes) => u64::from(bytes).min(metadata.size()),
            Want::Whole { max } if metadata.size() <= max => metadata.size(),
            Want::Whole { max } => {
                let text = format!("{} bytes, more than the {max} that are read of such a file", metadata.size());
                return self.gap(GapCode::BodyLimit, path, &text);
            }
        };
        let start = self.facts.body_bytes.len();
        if !self.has_room(path, wanted) {
            return;
        }
        let opened = File::open(self.root.join(path));
        let read = opened.and_then(|file| file.take(wanted).read_to_end(&mut self.facts.body_bytes));
        match read {
            Ok(length) => {
                let kept = if length as u64 == metadata.size() { Kept::Whole } else { Kept::Head };
                self.facts.keep_body(entry, kept, start);
            }
            Err(error) => {
                self.facts.body_bytes.truncate(start);
                self.gap(GapCode::Body, path, &format!("cannot be read: {error}"));
            }
        }
    }

    /// Has a file looked into where it lies.
    fn study(&mut self, entry: u32, path: &Path, header: &EntryHeader<'_>) {
        if header.size == 0 {
            return;
        }
        let file = match File::open(self.root.join(path)) {
            Ok(file) => file,
            Err(error) => return self.gap(GapCode::Body, path, &format!("cannot be read: {error}")),
        };
        match probe_and_study(self.options.collector, header, &Window::new(&file, 0, header.size, &[])) {
            Ok(extract) if extract.is_empty() || !self.has_room(path, extract.len() as u64) => {}
            Ok(extract) => {
                let start = self.facts.body_bytes.len();
                self.facts.body_bytes.extend_from_slice(&extract);
                self.facts.keep_body(entry, Kept::Extract, start);
            }
            Err((code, text)) => self.gap(code, path, &text),
        }
    }

    /// True when so many more bytes may be kept; a gap otherwise.
    fn has_room(&mut self, path: &Path, bytes: u64) -> bool {
        let has_room = self.facts.body_bytes.len() as u64 + bytes <= self.options.limits.body_bytes;
        if !has_room {
            self.gap(GapCode::BodyLimit, path, "the files that have to be read are too large together");
        }
        has_room
    }

    fn gap(&mut self, code: GapCode, path: &Path, text: &str) {
        self.facts.gaps.push(Gap::at(code, OsStr::as_bytes(path.as_os_str()), text));
    }
}

/// What gzip would make of all files, one after another; files that cannot be read are left out of the samples.
fn estimate(root: &Path, files: &[(u64, PathBuf)], length: u64) -> u64 {
    let mut sampler = GzipSampler::new(length, Density::Full);
    let mut buffer = vec![0; 64 << 10];
    for (start, sample) in sampler.regions().to_vec() {
        let first = files.partition_point(|(end, _)| *end <= start);
        for (index, (end, path)) in files.iter().enumerate().skip(first) {
            let begin = index.checked_sub(1).map_or(0, |before| files[before].0);
            if begin >= start + sample {
                break;
            }
            let from = start.max(begin);
            let wanted = usize::try_from((start + sample).min(*end) - from).unwrap_or(0).min(buffer.len());
            let read = File::open(root.join(path)).and_then(|file| file.read_at(&mut buffer[..wanted], from - begin));
            if let Ok(count) = read {
                sampler.observe(from, &buffer[..count]);
            }
        }
    }
    sampler.estimate()
}
