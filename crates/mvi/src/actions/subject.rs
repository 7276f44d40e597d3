//! What packages are judged of: an image that was read, a bill of materials of one, or what lock files name.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use mvi_dockerfile::inventory::SourceFile;
use mvi_image::{Gap, GapCode};
use mvi_inventory::{BILL_BYTES, Bill, Inventory, Package, lock_names, locked_packages, read_bill};

use super::examine::Examined;
use super::gather::{Gathered, gather};
use crate::report::ImageIdentity;

/// Bytes of the longest lock file that is read by its name.
const LOCK_BYTES: u64 = 64 << 20;

/// An image, as far as its packages go.
pub(crate) trait Subject {
    /// Which image it is.
    fn identity(&self) -> ImageIdentity;
    /// Its packages.
    fn inventory(&self) -> &Inventory;
    /// The instruction that made a layer, as a Dockerfile has it.
    fn instruction(&self, layer: usize) -> Option<String>;
    /// The layer that brought a package, where there are layers.
    fn layer(&self, package: &Package) -> Option<u32>;
    /// What was not understood.
    fn gaps(&self) -> Vec<Gap>;
    /// The image itself, where it was read.
    fn image(&self) -> Option<&Examined> {
        None
    }
}

impl Subject for Examined {
    fn identity(&self) -> ImageIdentity {
        self.identity()
    }

    fn inventory(&self) -> &Inventory {
        self.inventory()
    }

    fn instruction(&self, layer: usize) -> Option<String> {
        self.instruction(layer)
    }

    fn layer(&self, package: &Package) -> Option<u32> {
        Some(package.introduced)
    }

    fn gaps(&self) -> Vec<Gap> {
        self.gaps()
    }

    fn image(&self) -> Option<&Examined> {
        Some(self)
    }
}

/// A bill of materials and the file it came from.
pub(crate) struct ReadBill {
    file: String,
    bill: Bill,
}

impl ReadBill {
    /// Reads a bill.
    ///
    /// # Errors
    /// A file that cannot be read, is too large, or is no bill that is known.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = path.display().to_string();
        let read = || -> anyhow::Result<Bill> {
            let mut bytes = Vec::new();
            File::open(path)?.take(BILL_BYTES + 1).read_to_end(&mut bytes)?;
            anyhow::ensure!(bytes.len() as u64 <= BILL_BYTES, "it has more than {BILL_BYTES} bytes");
            Ok(read_bill(&bytes)?)
        };
        let bill = read().with_context(|| format!("`{file}` cannot be read as a bill of materials"))?;
        Ok(Self { file, bill })
    }
}

impl Subject for ReadBill {
    fn identity(&self) -> ImageIdentity {
        ImageIdentity {
            source: format!("sbom:{}", self.file),
            reference: Some(self.bill.subject.clone()).filter(|subject| !subject.is_empty()),
            platform: self.bill.standard.clone(),
            manifest_digest: None,
            config_digest: None,
            created: self.bill.created.clone(),
        }
    }

    fn inventory(&self) -> &Inventory {
        &self.bill.inventory
    }

    fn instruction(&self, layer: usize) -> Option<String> {
        self.bill.instructions.get(layer).cloned().flatten()
    }

    fn layer(&self, package: &Package) -> Option<u32> {
        self.bill.has_layers.then_some(package.introduced)
    }

    fn gaps(&self) -> Vec<Gap> {
        self.bill.inventory.gaps.clone()
    }
}

/// What one lock file names, or every lock file of a folder.
pub(crate) struct ReadLocks {
    place: String,
    inventory: Inventory,
}

impl ReadLocks {
    /// Reads a lock file, or those below a folder that git does not ignore. Its name tells what a lock file is.
    ///
    /// # Errors
    /// A file that cannot be read or is called like no lock file; a folder without any.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let place = path.display().to_string();
        let Gathered { files, unread, .. } = match path.is_dir() {
            true => gather(path, is_lock),
            false => gather_one(path).with_context(|| format!("`{place}` cannot be read as a lock file"))?,
        };
        anyhow::ensure!(
            !files.is_empty() || !unread.is_empty(),
            "there is no lock file in `{place}`; known are {}",
            lock_names().collect::<Vec<_>>().join(", ")
        );
        let mut inventory = Inventory::default();
        for gap in unread {
            inventory.gaps.push(Gap::at(GapCode::Body, gap.path.as_bytes(), gap.message));
        }
        for file in files {
            if let Some((packages, gaps)) = locked_packages(name_of(&file.path), &file.path, &file.bytes) {
                inventory.packages.extend(packages);
                inventory.gaps.extend(gaps);
            }
        }
        inventory.packages.sort_by(|left, right| {
            (left.ecosystem, &left.name, &left.version, &left.record).cmp(&(
                right.ecosystem,
                &right.name,
                &right.version,
                &right.record,
            ))
        });
        Ok(Self { place, inventory })
    }
}

/// The one file, under its own name.
fn gather_one(path: &Path) -> anyhow::Result<Gathered> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    anyhow::ensure!(is_lock(&name), "known are {}", lock_names().collect::<Vec<_>>().join(", "));
    let mut bytes = Vec::new();
    File::open(path)?.take(LOCK_BYTES + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= LOCK_BYTES, "it has more than {LOCK_BYTES} bytes");
    Ok(Gathered { files: vec![SourceFile { path: name, bytes }], ..Gathered::default() })
}

fn is_lock(path: &str) -> bool {
    lock_names().any(|name| name == name_of(path))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Subject for ReadLocks {
    fn identity(&self) -> ImageIdentity {
        ImageIdentity {
            source: format!("lock:{}", self.place),
            reference: None,
            platform: "lock files".to_owned(),
            manifest_digest: None,
            config_digest: None,
            created: None,
        }
    }

    fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    fn instruction(&self, _layer: usize) -> Option<String> {
        None
    }

    fn layer(&self, _package: &Package) -> Option<u32> {
        None
    }

    fn gaps(&self) -> Vec<Gap> {
        self.inventory.gaps.clone()
    }
}
