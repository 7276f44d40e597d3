//! The folder of the layer memory: one file a layer, written whole or not at all, the least recently used go first.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use xxhash_rust::xxh3::xxh3_64;

use super::claims::{Claim, Claims};
use super::format::{self, ANALYSER};
use super::identity::RangeIdentity;
use crate::digest::Digest;
use crate::layer::{Compression, LayerFacts};

/// Facts of layers, kept between runs. Safe under concurrent processes: files appear by renaming.
#[derive(Debug)]
pub struct LayerCache {
    root: PathBuf,
    capacity: u64,
    now: SystemTime,
    written: AtomicBool,
    claims: Claims,
}

/// What the layer memory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheInfo {
    /// Remembered layers.
    pub layers: u64,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Bytes it may hold.
    pub capacity: u64,
}

/// What a blob was found to be: written after its digest and its diff id were both checked, so that whoever is given
/// the digest by a trusted manifest need not see the bytes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlobNote {
    pub(crate) diff_id: Digest,
    pub(crate) compression: Compression,
    /// Stored bytes.
    pub(crate) bytes: u64,
}

const LAYERS: &str = "layers";
const BLOBS: &str = "blobs";
const SEEN: &str = "seen";
const ANSWERS: &str = "answers";
/// Bytes of a note at most, its checksum included.
const LONGEST_NOTE: u64 = 512;
/// Half-written files of killed processes are removed after this time.
const ABANDONED: Duration = Duration::from_secs(3600);

impl LayerCache {
    /// A memory in folder `root` that keeps at most `capacity` bytes. The folder is made when something is remembered.
    #[must_use]
    pub fn new(root: PathBuf, capacity: u64, now: SystemTime) -> Self {
        Self { root, capacity, now, written: AtomicBool::new(false), claims: Claims::default() }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn identify(&self, file: &File, start: u64, length: u64) -> Option<RangeIdentity> {
        RangeIdentity::of(file, start, length, self.now)
    }

    /// The diff id of a file range that was verified before and has not changed since.
    pub(crate) fn seen(&self, identity: &RangeIdentity) -> Option<Digest> {
        read_text(&self.root.join(SEEN).join(identity.file_name()))?.parse().ok()
    }

    pub(crate) fn saw(&self, identity: &RangeIdentity, diff_id: &Digest) {
        self.write_note(SEEN, &identity.file_name(), &diff_id.to_string());
    }

    /// Waits until no other thread fetches a blob.
    pub(crate) fn claim<'c>(&'c self, blob: &'c Digest) -> Claim<'c> {
        self.claims.take(blob)
    }

    /// What a blob was found to be.
    pub(crate) fn blob(&self, blob: &Digest) -> Option<BlobNote> {
        let text = read_text(&self.root.join(BLOBS).join(blob.hex()))?;
        let mut words = text.split(' ');
        let diff_id = words.next()?.parse().ok()?;
        let compression = Compression::from_name(words.next()?)?;
        let bytes = words.next()?.parse().ok()?;
        Some(BlobNote { diff_id, compression, bytes })
    }

    /// The short answer that was kept for a question about an image: `question` is the digest of everything that it
    /// depends on.
    #[must_use]
    pub fn answer(&self, question: &Digest) -> Option<String> {
        let path = self.root.join(ANSWERS).join(question.hex());
        let answer = read_text(&path)?;
        // As with layers: used as it is where it cannot be touched.
        let _ = File::open(&path).and_then(|file| file.set_modified(self.now));
        Some(answer)
    }

    /// Keeps an answer: one line of at most 490 bytes.
    pub fn keep_answer(&self, question: &Digest, answer: &str) {
        self.write_note(ANSWERS, question.hex(), answer);
        self.written.store(true, Ordering::Relaxed);
    }

    fn layer_path(&self, diff_id: &Digest, collector: u32) -> PathBuf {
        self.root.join(LAYERS).join(format!("{}.{ANALYSER}.{collector}", diff_id.hex()))
    }

    pub(crate) fn has(&self, diff_id: &Digest, collector: u32) -> bool {
        self.layer_path(diff_id, collector).exists()
    }

    /// The facts of a layer; a damaged file is removed.
    pub(crate) fn recall(&self, diff_id: &Digest, collector: u32) -> Option<LayerFacts> {
        let path = self.layer_path(diff_id, collector);
        let mut file = File::open(&path).ok()?;
        let length = file.metadata().ok()?.len();
        let facts = format::read(&mut file, length, collector).filter(|facts| facts.diff_id.as_ref() == Some(diff_id));
        match facts {
            // The time of last use decides who goes first; a file that cannot be touched is used all the same.
            Some(_) => drop(file.set_modified(self.now)),
            None => drop(fs::remove_file(&path)),
        }
        facts
    }

    /// Keeps verified facts. A full disk or a folder that cannot be written only means that nothing is kept.
    pub(crate) fn remember(
        &self,
        facts: &LayerFacts,
        collector: u32,
        blob: Option<(&Digest, Compression, u64)>,
        identity: Option<&RangeIdentity>,
    ) {
        let Some(diff_id) = &facts.diff_id else { return };
        let written =
            self.write_file(LAYERS, &self.layer_path(diff_id, collector), |out| format::write(facts, collector, out));
        if written.is_err() {
            return;
        }
        self.written.store(true, Ordering::Relaxed);
        if let Some((blob, compression, bytes)) = blob {
            self.write_note(BLOBS, blob.hex(), &format!("{diff_id} {compression} {bytes}"));
        }
        if let Some(identity) = identity {
            self.saw(identity, diff_id);
        }
    }

    fn write_file(
        &self,
        folder: &str,
        path: &Path,
        fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let folder = self.root.join(folder);
        fs::create_dir_all(&folder)?;
        let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(&folder)?;
        let mut out = BufWriter::with_capacity(64 << 10, file.as_file_mut());
        fill(&mut out)?;
        out.flush()?;
        drop(out);
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    }

    fn write_note(&self, folder: &str, name: &str, text: &str) {
        let sum = xxh3_64(text.as_bytes());
        debug_assert!(text.len() + 18 <= LONGEST_NOTE as usize && !text.contains('\n'), "{text}");
        let path = self.root.join(folder).join(name);
        // Forgetting costs time only.
        let _ = self.write_file(folder, &path, |out| writeln!(out, "{text} {sum:016x}"));
    }

    /// What it holds.
    #[must_use]
    pub fn info(&self) -> CacheInfo {
        let files = self.files();
        let layers = files.iter().filter(|file| file.is_layer).count() as u64;
        CacheInfo { layers, bytes: files.iter().map(|file| file.bytes).sum(), capacity: self.capacity }
    }

    /// Removes the least recently used layers until `capacity` bytes are left, and what killed processes left behind.
    /// Returns files and bytes removed.
    #[must_use]
    pub fn prune(&self, capacity: u64) -> (u64, u64) {
        let mut files = self.files();
        files.sort_by_key(|file| file.used);
        let mut held: u64 = files.iter().map(|file| file.bytes).sum();
        let mut removed = (0, 0);
        for file in files {
            let abandoned = file.is_part && file.used + ABANDONED < self.now;
            let too_much = held > capacity && !file.is_part;
            if (abandoned || too_much) && fs::remove_file(&file.path).is_ok() {
                held -= file.bytes;
                removed = (removed.0 + 1, removed.1 + file.bytes);
            }
        }
        removed
    }

    /// Keeps the memory within its capacity after a run that added to it.
    pub fn settle(&self) {
        if self.written.load(Ordering::Relaxed) {
            let _ = self.prune(self.capacity);
        }
    }

    fn files(&self) -> Vec<Kept> {
        let folders = [LAYERS, BLOBS, SEEN, ANSWERS].map(|folder| (folder, self.root.join(folder)));
        let mut files = Vec::new();
        for (name, folder) in folders {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for entry in entries.flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                let is_part = entry.file_name().as_encoded_bytes().starts_with(b".part-");
                let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let is_layer = name == LAYERS && !is_part;
                files.push(Kept { path: entry.path(), bytes: metadata.len(), used, is_part, is_layer });
            }
        }
        files
    }
}

struct Kept {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
    is_part: bool,
    is_layer: bool,
}

/// The text of a note whose checksum is right.
fn read_text(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(LONGEST_NOTE).read_to_string(&mut text).ok()?;
    let (note, sum) = text.trim_end().rsplit_once(' ')?;
    let sum = u64::from_str_radix(sum, 16).ok()?;
    (sum == xxh3_64(note.as_bytes())).then(|| note.to_owned())
}
