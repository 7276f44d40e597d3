//! The folder that keeps sealed ROMs: one read-only file each, never altered. Those sealed here are chained; those
//! received from elsewhere belong to another folder's chain and are kept apart.

use std::fs::{self, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use mvi_image::Digest;

use super::content::RomContent;
use super::name::RomName;
use super::sealed::{Sealed, Verified};
use crate::error::SealError;
use crate::key::{PublicKey, SigningKey};

const SUFFIX: &str = ".rom.json";
/// The folder inside for records of other folders' chains.
const RECEIVED: &str = "received";
/// Longest record that is read, bytes.
const LONGEST: u64 = 16 << 20;

/// A folder of sealed ROMs.
#[derive(Debug, Clone)]
pub struct RomFolder {
    root: PathBuf,
}

/// Something in the folder that does not verify.
#[derive(Debug)]
pub struct Broken {
    /// The record, or the name it should have.
    pub name: String,
    /// Why.
    pub error: SealError,
}

impl RomFolder {
    /// The folder at `root`; it is made when the first record is sealed.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Names of all records, sealed here or received, sorted; files that are none are left alone.
    ///
    /// # Errors
    /// `E-FILE`.
    pub fn names(&self) -> Result<Vec<RomName>, SealError> {
        let mut names = self.names_in(&self.root)?;
        names.extend(self.names_in(&self.root.join(RECEIVED))?);
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn names_in(&self, folder: &Path) -> Result<Vec<RomName>, SealError> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.failed("read", folder, source)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| self.failed("read", folder, source))?;
            let name = entry.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)).and_then(|name| name.parse().ok());
            names.extend::<Option<RomName>>(name);
        }
        names.sort();
        Ok(names)
    }

    /// The record of that name, unverified.
    ///
    /// # Errors
    /// `E-ROM-MISSING`, `E-FILE`.
    pub fn read(&self, name: &RomName) -> Result<Sealed, SealError> {
        let path = self.found(name);
        let mut bytes = Vec::new();
        let file = fs::File::open(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => SealError::Missing { name: name.to_string(), folder: self.root.clone() },
            _ => self.failed("read", &path, source),
        })?;
        file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|source| self.failed("read", &path, source))?;
        Ok(Sealed::from_bytes(bytes))
    }

    /// Verifies one record by itself: signature, form, seal, and that it is the record its file's name says.
    ///
    /// # Errors
    /// Those of [`RomFolder::read`] and [`Sealed::verify`].
    pub fn verify(&self, name: &RomName, trusted: &[PublicKey]) -> Result<Verified, SealError> {
        let verified = self.read(name)?.verify(trusted)?;
        if verified.content.name != *name {
            let text = format!("the file is named {name}, the record {}", verified.content.name);
            return Err(SealError::Statement(text));
        }
        Ok(verified)
    }

    /// Verifies every record, and the chain through those sealed here; the verified ones, those sealed here first and
    /// in the order they were sealed, and what is broken.
    ///
    /// # Errors
    /// `E-FILE` where the folder cannot be read.
    pub fn verify_all(&self, trusted: &[PublicKey]) -> Result<(Vec<Verified>, Vec<Broken>), SealError> {
        let (mut sound, mut broken) = self.verify_own(trusted)?;
        for name in self.names_in(&self.root.join(RECEIVED))? {
            match self.verify(&name, trusted) {
                Ok(verified) => sound.push(verified),
                Err(error) => broken.push(Broken { name: name.to_string(), error }),
            }
        }
        Ok((sound, broken))
    }

    fn verify_own(&self, trusted: &[PublicKey]) -> Result<(Vec<Verified>, Vec<Broken>), SealError> {
        let (mut sound, mut broken) = (Vec::new(), Vec::new());
        for name in self.names_in(&self.root)? {
            match self.verify(&name, trusted) {
                Ok(verified) => sound.push(verified),
                Err(error) => broken.push(Broken { name: name.to_string(), error }),
            }
        }
        sound.sort_by_key(|verified| verified.content.sequence);
        broken.extend(chain(&sound));
        Ok((sound, broken))
    }

    /// Place in the chain and previous seal for the next record.
    ///
    /// # Errors
    /// Those of [`RomFolder::verify_all`]; the first broken record, since nothing is sealed onto a broken chain.
    pub fn next_link(&self, trusted: &[PublicKey]) -> Result<(u64, Option<Digest>), SealError> {
        let (sound, broken) = self.verify_own(trusted)?;
        match broken.into_iter().next() {
            Some(broken) => Err(broken.error),
            None => Ok(sound.last().map_or((1, None), |last| (last.content.sequence + 1, Some(last.seal.clone())))),
        }
    }

    /// Seals `content` and stores it, read-only; whole or not at all, also when the program is killed.
    ///
    /// # Errors
    /// `E-ROM-SEALED` when the name is taken, `E-FILE`.
    pub fn seal(&self, content: &RomContent, keys: &[&SigningKey]) -> Result<Sealed, SealError> {
        let sealed = Sealed::seal(content, keys)?;
        self.store(&self.root, &content.name, &sealed)?;
        Ok(sealed)
    }

    /// Keeps a record that was sealed elsewhere, read-only and outside of this folder's chain. It has to be verified
    /// first.
    ///
    /// # Errors
    /// Those of [`RomFolder::seal`].
    pub fn receive(&self, name: &RomName, sealed: &Sealed) -> Result<(), SealError> {
        self.store(&self.root.join(RECEIVED), name, sealed)
    }

    fn store(&self, folder: &Path, name: &RomName, sealed: &Sealed) -> Result<(), SealError> {
        if self.found(name).exists() {
            return Err(SealError::Exists(name.to_string()));
        }
        let path = file_in(folder, name);
        let write = |source| self.failed("write", &path, source);
        fs::create_dir_all(folder).map_err(write)?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(write)?;
        file.write_all(sealed.bytes()).map_err(write)?;
        file.as_file().set_permissions(Permissions::from_mode(0o444)).map_err(write)?;
        file.as_file().sync_all().map_err(write)?;
        // Never over a record that is there, also when two programs seal at once.
        file.persist_noclobber(&path).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => SealError::Exists(name.to_string()),
            _ => write(error.error),
        })?;
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(write)
    }

    /// Where a record is: among those sealed here, else among those received.
    fn found(&self, name: &RomName) -> PathBuf {
        let own = file_in(&self.root, name);
        if own.exists() { own } else { file_in(&self.root.join(RECEIVED), name) }
    }

    fn failed(&self, what: &'static str, path: &Path, source: io::Error) -> SealError {
        SealError::File { what, path: path.to_path_buf(), source }
    }
}

fn file_in(folder: &Path, name: &RomName) -> PathBuf {
    folder.join(format!("{name}{SUFFIX}"))
}

/// Where the chain through `sound`, in the order of sealing, does not hold.
fn chain(sound: &[Verified]) -> Vec<Broken> {
    let mut broken = Vec::new();
    let (mut sequence, mut previous) = (1, None);
    for verified in sound {
        let content = &verified.content;
        let text = if content.sequence != sequence {
            Some(format!("it is number {} of the chain where number {sequence} is missing", content.sequence))
        } else if content.previous.as_ref() != previous {
            Some("it was not sealed onto the record before it".to_owned())
        } else {
            None
        };
        if let Some(text) = text {
            broken.push(Broken { name: content.name.to_string(), error: SealError::Statement(text) });
        }
        (sequence, previous) = (content.sequence + 1, Some(&verified.seal));
    }
    broken
}
