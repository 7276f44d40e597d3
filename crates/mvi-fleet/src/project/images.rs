//! Images, their chains of layers (`HAS_LAYER`) as a tree of prefixes, and who stands on whom by layers.

use mvi_image::{Algorithm, Digest};
use rusqlite::{Connection, OptionalExtension, params};

use crate::bytes::of_digest;
use crate::error::{Fault, Result};
use crate::fact::{Fact, ImageFacts, Scope};
use crate::project::layers;
use crate::project::path::{Step, pack_path};
use crate::project::{Happened, Projection, Target};

/// The projection of images.
///
/// `chain` is the tree of all prefixes: a node is its parent's chain and one layer more. An image ends at a node, its
/// bases at nodes above, those who stand on it at nodes below; `descends` keeps all such pairs, so that neither way
/// has to be walked when asked. `way` is an image's way down the tree, packed, apart from the image's other columns as
/// questions about all that runs read nothing else. An image without layers ends at the root and is nobody's base.
pub(crate) struct Images;

impl Projection for Images {
    fn name(&self) -> &'static str {
        "images"
    }

    fn version(&self) -> u32 {
        1
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE chain (
             id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, layer INTEGER NOT NULL, UNIQUE (parent, layer)
         ) STRICT;
         CREATE TABLE image (
             id INTEGER PRIMARY KEY,
             digest BLOB NOT NULL UNIQUE,
             seq INTEGER NOT NULL,
             payload BLOB NOT NULL,
             reference TEXT NOT NULL,
             repository TEXT NOT NULL,
             tag TEXT,
             platform TEXT NOT NULL,
             chain_id TEXT,
             tip INTEGER NOT NULL,
             depth INTEGER NOT NULL,
             transfer INTEGER,
             unpacked INTEGER,
             effective INTEGER,
             wasted INTEGER,
             dimensions TEXT NOT NULL,
             runtime TEXT,
             libc TEXT,
             created TEXT,
             audited INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE way (image INTEGER PRIMARY KEY, path BLOB NOT NULL) STRICT;
         CREATE INDEX image_tip ON image (tip);
         CREATE INDEX image_reference ON image (reference);
         CREATE TABLE descends (base INTEGER, image INTEGER, PRIMARY KEY (base, image)) STRICT, WITHOUT ROWID;
         CREATE INDEX descends_from ON descends (image);"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Image(image) => put(target, image, event),
            Fact::Layer(_) | Fact::Judgement(_) | Fact::Build(_) | Fact::Lineage(_) => Ok(()),
            Fact::Vulnerability(_) | Fact::Run(_) | Fact::Organism(_) | Fact::Retired(_) => Ok(()),
            Fact::Crq(_) | Fact::Lapsed(_) | Fact::Decision(_) | Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

/// The event that told exactly these facts of the image, if they are the latest.
pub(crate) fn known_as(db: &Connection, fact: &Fact, payload: &[u8; 32]) -> Result<Option<u64>> {
    let Fact::Image(ImageFacts { digest, .. }) = fact else { return Ok(None) };
    let mut find = db.prepare_cached("SELECT seq, payload FROM image WHERE digest = ?")?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, [u8; 32]>(1)?));
    let found = find.query_row([of_digest(digest)], read).optional()?;
    Ok(found.filter(|(_, known)| known == payload).map(|(seq, _)| seq))
}

/// The image's id, if the fleet knows it.
pub(crate) fn id_of(db: &Connection, digest: &Digest) -> Result<Option<u64>> {
    let mut find = db.prepare_cached("SELECT id FROM image WHERE digest = ?")?;
    Ok(find.query_row([of_digest(digest)], |row| row.get(0)).optional()?)
}

/// `ChainID` of the whole chain: OCI image-spec 1.1, `config.md`; nothing for an image without layers.
pub(crate) fn chain_id(layers: &[&Digest]) -> Option<Digest> {
    let (first, rest) = layers.split_first()?;
    let add = |chain: Digest, layer: &&Digest| Digest::of(Algorithm::Sha256, format!("{chain} {layer}").as_bytes());
    Some(rest.iter().fold((*first).clone(), add))
}

fn put(target: &mut Target<'_>, image: &ImageFacts, event: &Happened<'_>) -> Result<()> {
    let (path, tip_is_new) = walk(target, image)?;
    let tip = path.last().map_or(0, |step| step.node);
    let db = target.db;
    let mut find = db.prepare_cached("SELECT id, tip FROM image WHERE digest = ?")?;
    let known =
        find.query_row([of_digest(&image.digest)], |row| Ok((row.get(0)?, row.get::<_, u64>(1)?))).optional()?;
    match known {
        Some((_, other)) if other != tip => {
            Err(Fault::refused(image.digest.to_string(), "is known with other layers; one of the two was read wrongly"))
        }
        Some((id, _)) => write(db, image, event, &path, Some(id)).map(|_| ()),
        None => relate(db, write(db, image, event, &path, None)?, &path, tip_is_new),
    }
}

/// Walks down the tree of chains, growing it where the image is the first to go; at most one look-up a layer.
fn walk(target: &mut Target<'_>, image: &ImageFacts) -> Result<(Vec<Step>, bool)> {
    let mut path = Vec::with_capacity(image.layers.len());
    let (mut parent, mut grown) = (0_u64, false);
    for layer in &image.layers {
        let id = layers::intern(target, &layer.diff_id)?.id;
        let mut find = target.db.prepare_cached("SELECT id FROM chain WHERE parent = ? AND layer = ?")?;
        let found = if grown { None } else { find.query_row([parent, id], |row| row.get(0)).optional()? };
        parent = match found {
            Some(node) => node,
            None => {
                let mut insert = target.db.prepare_cached("INSERT INTO chain (parent, layer) VALUES (?, ?)")?;
                insert.execute([parent, id])?;
                grown = true;
                target.db.last_insert_rowid().unsigned_abs()
            }
        };
        path.push(Step { layer: id, node: parent, transfer: layer.transfer, unpacked: layer.unpacked });
    }
    Ok((path, grown))
}

fn write(db: &Connection, image: &ImageFacts, event: &Happened<'_>, path: &[Step], id: Option<u64>) -> Result<u64> {
    let dimensions = crate::fact::canonical(&image.dimensions)?;
    let chain: Vec<&Digest> = image.layers.iter().map(|layer| &layer.diff_id).collect();
    let sql = "INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![
        id,
        of_digest(&image.digest),
        event.seq,
        event.payload_sha256,
        image.reference,
        image.repository,
        image.tag,
        image.platform,
        chain_id(&chain).map(|chain| chain.to_string()),
        path.last().map_or(0, |step| step.node),
        path.len(),
        image.sizes.transfer,
        image.sizes.unpacked,
        image.sizes.effective,
        image.sizes.wasted,
        dimensions,
        image.runtime,
        image.libc,
        image.created.map(|created| created.to_string()),
        image.scope == Scope::Audited,
    ])?;
    let id = id.unwrap_or_else(|| db.last_insert_rowid().unsigned_abs());
    db.prepare_cached("INSERT OR REPLACE INTO way VALUES (?, ?)")?.execute(params![id, pack_path(path)])?;
    Ok(id)
}

/// Writes down whom a new image stands on, and, where its chain was there before it, who stands on it.
fn relate(db: &Connection, id: u64, path: &[Step], tip_is_new: bool) -> Result<()> {
    let Some((tip, above)) = path.split_last() else { return Ok(()) };
    let nodes: Vec<String> = above.iter().map(|step| step.node.to_string()).collect();
    let sql = "INSERT INTO descends SELECT image.id, ?1 FROM json_each(?2) JOIN image ON image.tip = json_each.value";
    db.prepare_cached(sql)?.execute(params![id, format!("[{}]", nodes.join(","))])?;
    if tip_is_new {
        return Ok(());
    }
    let sql = "WITH RECURSIVE below (node) AS (
                   SELECT id FROM chain WHERE parent = ?2
                   UNION ALL SELECT chain.id FROM below JOIN chain ON chain.parent = below.node)
               INSERT INTO descends SELECT ?1, image.id FROM below JOIN image ON image.tip = below.node";
    db.prepare_cached(sql)?.execute([id, tip.node])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_one_is_its_layer_and_a_longer_one_hashes_the_chain_before() {
        let (a, b) = (Digest::of(Algorithm::Sha256, b"a"), Digest::of(Algorithm::Sha256, b"b"));
        assert_eq!(chain_id(&[]), None);
        assert_eq!(chain_id(&[&a]), Some(a.clone()));
        let expected = Digest::of(Algorithm::Sha256, format!("{a} {b}").as_bytes());
        assert_eq!(chain_id(&[&a, &b]), Some(expected));
    }
}
