//! Rows that several questions read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use mvi_image::Digest;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::bytes::{of_digest, to_digest, unpack};
use crate::error::{Fault, Result};
use crate::project::path::{Step, unpack_path};

/// Enough of an image to name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Named {
    /// Digest of its platform's manifest.
    pub digest: Digest,
    /// Its latest reference.
    pub reference: String,
}

/// An image with its way through the tree of chains.
pub(super) struct Placed {
    pub(super) id: u64,
    pub(super) named: Named,
    pub(super) tip: u64,
    pub(super) path: Vec<Step>,
    pub(super) unpacked: Option<u64>,
}

const PLACED: &str = "SELECT id, digest, reference, tip, path, unpacked FROM image JOIN way ON way.image = image.id";

/// The image that `name` means: its digest, its latest reference, or the newest ring of a GID.
pub(super) fn image(db: &Connection, name: &str) -> Result<Placed> {
    match find(db, name)? {
        Some(placed) => Ok(placed),
        None => Err(Fault::unknown("image", name)),
    }
}

/// As [`image`], with nothing for what the fleet does not know. Of several, the latest.
pub(super) fn find(db: &Connection, name: &str) -> Result<Option<Placed>> {
    let row = if let Ok(digest) = name.parse::<Digest>() {
        let mut find = db.prepare_cached(&format!("{PLACED} WHERE digest = ?"))?;
        find.query_row([of_digest(&digest)], placed).optional()?
    } else if name.starts_with("GID-") {
        let sql = format!(
            "{PLACED} WHERE digest = (SELECT digest FROM ring WHERE gid = ? ORDER BY seq DESC, n DESC LIMIT 1)"
        );
        db.prepare_cached(&sql)?.query_row([name], placed).optional()?
    } else {
        let mut find = db.prepare_cached(&format!("{PLACED} WHERE reference = ? ORDER BY seq DESC LIMIT 1"))?;
        find.query_row([name], placed).optional()?
    };
    row.transpose()
}

/// The image with this id.
pub(super) fn image_by_id(db: &Connection, id: u64) -> Result<Placed> {
    db.prepare_cached(&format!("{PLACED} WHERE id = ?"))?.query_row([id], placed)?
}

/// Ways of images, for who asks for those of all that runs: the look-up is made ready once.
pub(super) struct Ways<'a>(CachedStatement<'a>);

impl<'a> Ways<'a> {
    pub(super) fn of(db: &'a Connection) -> Result<Self> {
        Ok(Self(db.prepare_cached("SELECT path FROM way WHERE image = ?")?))
    }

    /// The way of the image with this id.
    pub(super) fn find(&mut self, id: u64) -> Result<Vec<Step>> {
        Ok(self.0.query_row([id], |row| Ok(unpack_path(row.get_ref(0)?.as_blob()?)))?)
    }
}

fn placed(row: &Row<'_>) -> rusqlite::Result<Result<Placed>> {
    let (id, digest, reference) = (row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?);
    let (tip, path, unpacked) = (row.get(3)?, unpack_path(row.get_ref(4)?.as_blob()?), row.get(5)?);
    Ok(to_digest(&digest).map(|digest| Placed { id, named: Named { digest, reference }, tip, path, unpacked }))
}

/// The name of the image with this id.
pub(super) fn named_by_id(db: &Connection, id: u64) -> Result<Named> {
    let mut find = db.prepare_cached("SELECT digest, reference FROM image WHERE id = ?")?;
    let (digest, reference): (Vec<u8>, _) = find.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Named { digest: to_digest(&digest)?, reference })
}

/// Names of images that an answer has again and again.
#[derive(Default)]
pub(super) struct Names(HashMap<u64, Named>);

impl Names {
    /// The name of the image with this id.
    pub(super) fn of(&mut self, db: &Connection, id: u64) -> Result<&Named> {
        match self.0.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => Ok(unknown.insert(named_by_id(db, id)?)),
        }
    }
}

/// Images whose chain ends at `node`, in the order in which they became known.
pub(super) fn ending_at(db: &Connection, node: u64) -> Result<Vec<Placed>> {
    let mut find = db.prepare_cached(&format!("{PLACED} WHERE tip = ? ORDER BY id"))?;
    let found: Vec<Result<Placed>> = find.query_map([node], placed)?.collect::<Result<_, _>>()?;
    found.into_iter().collect()
}

/// What a layer provides and removes, as package ids; nothing where nobody looked into it.
pub(super) fn contents(db: &Connection, layer: u64) -> Result<Option<(Vec<u64>, Vec<u64>)>> {
    let mut find = db.prepare_cached("SELECT provides, removes FROM layer WHERE id = ?")?;
    let (provides, removes): (Option<Vec<u8>>, Option<Vec<u8>>) =
        find.query_row([layer], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let list = |packed: Vec<u8>| unpack(&packed).collect();
    Ok(provides.zip(removes).map(|(provides, removes)| (list(provides), list(removes))))
}

/// The package URL with this id.
pub(super) fn purl(db: &Connection, package: u64) -> Result<String> {
    let mut find = db.prepare_cached("SELECT purl FROM package WHERE id = ?")?;
    Ok(find.query_row([package], |row| row.get(0))?)
}
